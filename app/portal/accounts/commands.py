"""The command that makes the demonstration's people."""

from __future__ import annotations

import json
import sys

import click


@click.command("demo-data")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
def demo_data(as_json: bool) -> None:
    """Make the demonstration's firm and people; passwords and TOTP keys come as JSON on standard input."""
    from portal.accounts import service
    from portal.app import create_app
    from portal.settings import Tier

    app = create_app()
    if app.config["PORTAL"].tier is Tier.PRODUCTION:
        click.echo(
            "demo-data: refused: this is the production tier, where nobody may have a published password", err=True
        )
        sys.exit(6)
    try:
        given = json.load(sys.stdin)
        secrets_of = {
            role.value: {k: str(given[role.value][k]) for k in ("password", "totp")} for role in service.DEMO_PEOPLE
        }
    except (ValueError, KeyError, TypeError) as error:
        expected = '{"agent": {"password": …, "totp": …}, "officer": {…}, "cashier": {…}}'
        click.echo(f"demo-data: standard input must be {expected}: {error!r}", err=True)
        sys.exit(2)
    with app.app_context():
        changed = service.demo_data(secrets_of)
    accounts = {role.value: email for role, (email, _name) in service.DEMO_PEOPLE.items()}
    if as_json:
        click.echo(json.dumps({"changed": changed, "accounts": accounts}))
    else:
        click.echo("made or mended" if changed else "already as it should be")
        for role, email in accounts.items():
            click.echo(f"  {role}: {email}")
