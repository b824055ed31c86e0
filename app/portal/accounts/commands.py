"""The commands that keep the portal's people, and make the demonstration's."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

ROLES = ("agent", "officer", "cashier", "administrator", "support")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input (else one is made and shown once)."
)


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


@click.group("person")
def person() -> None:
    """Keep the portal's people: an office's first accounts are made here."""


@person.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What the portal calls the person.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--firm", default="", help="An agent's firm; made when it is new.")
@click.option("--locale", default="en", show_default=True, help="The language in which the portal speaks to them.")
@click.option("--secrets-stdin", is_flag=True, help='Read {"password": …, "totp": …} from standard input.')
@stdin_option
@json_option
def add_person(
    email: str, name: str, role: str, firm: str, locale: str, secrets_stdin: bool, password_stdin: bool, as_json: bool
) -> None:
    """Make an account. The person sets up their second factor themselves, at first need."""
    from portal.accounts import people
    from portal.accounts.rules import RoleName

    given = json.load(sys.stdin) if secrets_stdin else {"password": _given_password(password_stdin)}
    password = str(given["password"] or people.new_password())
    with _acting():
        number = people.add(email, name, RoleName(role), firm, locale, password, str(given.get("totp", "")))
    shown = not given["password"]
    told = {"id": number, "email": email, "role": role} | ({"password": password} if shown else {})
    _tell(told, as_json, f"{email} may sign in" + (f" with {password}" if shown else ""))


@person.command("password")
@click.argument("email")
@stdin_option
@json_option
def give_password(email: str, password_stdin: bool, as_json: bool) -> None:
    """Give an account another password; whoever is signed in with it is signed out."""
    from portal.accounts import people

    given = _given_password(password_stdin)
    password = given or people.new_password()
    with _acting():
        people.give_password(email, password)
    told = {"email": email} | ({} if given else {"password": password})
    _tell(told, as_json, f"{email} signs in with another password now" + ("" if given else f": {password}"))


@person.command("forget-second-factor")
@click.argument("email")
@json_option
def forget_second_factor(email: str, as_json: bool) -> None:
    """Let a person who lost their authenticator set up another one; be sure who asks."""
    from portal.accounts import people

    with _acting():
        people.forget_second_factor(email)
    _tell({"email": email}, as_json, f"{email} sets up another authenticator at the next need")


@person.command("close")
@click.argument("email")
@json_option
def close_person(email: str, as_json: bool) -> None:
    """Close an account: signed out at once; what it filed stays."""
    _set_open(email, as_json, is_open=False)


@person.command("open")
@click.argument("email")
@json_option
def open_person(email: str, as_json: bool) -> None:
    """Open a closed account again."""
    _set_open(email, as_json, is_open=True)


@person.command("list")
@json_option
def list_people(as_json: bool) -> None:
    """Show every account."""
    from portal.accounts import people

    with _acting():
        for one in people.everybody():
            told = {
                "email": one.email, "name": one.name, "roles": sorted(one.role_names()), "open": one.active,
                "firm": one.firm.name if one.firm else None, "second_factor": bool(one.tf_totp_secret),
            }  # fmt: skip
            state = "" if one.active else "  closed"
            _tell(told, as_json, f"{one.email}  {one.name}  {', '.join(sorted(one.role_names()))}{state}")


def _set_open(email: str, as_json: bool, *, is_open: bool) -> None:
    from portal.accounts import people

    with _acting():
        people.set_open(email, is_open=is_open)
    _tell({"email": email, "open": is_open}, as_json, f"{email} is {'open' if is_open else 'closed'}")


def _given_password(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_stdin else ""


@contextmanager
def _acting() -> Iterator[None]:
    """The portal's own application; what cannot be done ends the command with 6 and says why."""
    from portal.accounts.people import NotPossible
    from portal.app import create_app

    try:
        with create_app().app_context():
            yield
    except NotPossible as error:
        click.echo(f"person: {error}", err=True)
        sys.exit(6)


def _tell(told: dict[str, Any], as_json: bool, words: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else words)
