"""The worker's command."""

from __future__ import annotations

import json
import logging

import click


@click.command("worker")
@click.option("--once", is_flag=True, help="Deliver what is due, then end.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print what was delivered and what still waits.")
def worker(once: bool, as_json: bool) -> None:
    """Deliver what the outbox holds, until SIGTERM."""
    from portal.app import create_app
    from portal.outbox.service import backlog
    from portal.outbox.worker import Worker, run_once

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with create_app().app_context():
        if not once:
            Worker().run()
            return
        count = run_once(limit=1000)
        left = backlog()
    if as_json:
        click.echo(json.dumps({"delivered": count, "waiting": left.waiting, "failing": left.failing}))
    else:
        click.echo(f"{count} delivered, {left.waiting} waiting ({left.failing} of them failed before)", err=True)
