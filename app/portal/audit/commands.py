"""The command that reads the audit trail."""

from __future__ import annotations

import json

import click


@click.command("audit")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--event", help="Only this event, such as sign-in-failed or filing-submitted.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
def audit(as_json: bool, event: str | None, limit: int) -> None:
    """Show the audit trail, newest first."""
    from sqlalchemy.orm import Session

    from portal import tables  # noqa: F401 - the entry's foreign key names a table of another feature
    from portal.audit import service
    from portal.migrations.runner import engine_of
    from portal.settings import load_settings

    engine = engine_of(load_settings().database_url.get_secret_value())
    with Session(engine) as session:
        for entry in service.latest(session, limit, event):
            subject = f"{entry.subject_type}/{entry.subject_id}" if entry.subject_type else ""
            at = entry.at.isoformat(timespec="microseconds")
            if as_json:
                one = {"at": at, "event": entry.event, "actor": entry.actor, "address": entry.address}
                more = {"subject": subject, "request": entry.request_id, "data": entry.data}
                click.echo(json.dumps(one | more, ensure_ascii=False))
            else:
                click.echo(f"{at}  {entry.event:<24} {entry.actor}  {entry.address or '-'}  {subject}")
    engine.dispose()
