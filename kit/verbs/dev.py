"""`bin/kit dev`: the portal alone, for those who work on its pages."""

from __future__ import annotations

import shutil
import sys
import time

import click

from kit import devserver, output, people, secrets
from kit.paths import DEV
from kit.tier import get


@click.command("dev")
@click.option("--port", default=8080, show_default=True, help="Port on 127.0.0.1.")
@click.option("--fresh", is_flag=True, help="Forget the filings and people of last time.")
@click.option("--no-reload", is_flag=True, help="Do not start again when a source changes.")
def command(port: int, fresh: bool, no_reload: bool) -> int:
    """Run the portal on SQLite with a local directory and a worker; mail is shown on a page. Ctrl-C ends it."""
    from kit.assets import build_assets
    from kit.bundle import compile_catalogs

    begun = time.monotonic()
    devserver.require_port(port)
    if fresh:
        shutil.rmtree(DEV, ignore_errors=True)
    tier = get("test")
    secrets_of = devserver.prepare(tier.office_file, secrets.office_name(tier), port)
    with output.step("Front-end assets and translations"):
        build_assets()
        compile_catalogs()
    server = devserver.Server(port, reload=not no_reload)
    try:
        with output.step("Database and demonstration people"):
            accounts = devserver.fill(secrets_of)
        server.start_worker()
        server.wait_until_up()
        output.say("")
        rows = [
            [
                person,
                email,
                secrets_of[person]["password"],
                people.totp(secrets_of[person]["totp"]),
                secrets_of[person]["totp"],
            ]
            for person, email in accounts.items()
        ]
        output.table("Sign in as", people.COLUMNS, rows)
        output.say("")
        took = output.duration(time.monotonic() - begun)
        output.say(f"The portal is at http://127.0.0.1:{port}/  (up in {took}; Ctrl-C ends it)")
        output.say(f"worker's log  {DEV / 'worker.log'}")
        return server.wait()
    except KeyboardInterrupt:
        output.say("Ended.")
        return 0
    finally:
        server.stop()
        sys.stderr.flush()
