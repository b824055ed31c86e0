"""The commands that a help desk calls on the server: doctor, audit, schema, demo-data."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from portal.db import db, utc_now
from portal.outbox.models import OutboxRow
from tests.integration.conftest import Demo
from tests.integration.portal_client import PortalClient
from tests.integration.services import Mailbox
from tests.support.keys import make_keys

Run = Callable[..., Result]


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_doctor_finds_a_portal_well(run: Run, postfix: Mailbox, clamd: str, tmp_path: Path) -> None:
    """Every part is really asked: database, documents, key, mail server and scanner answer."""
    keys = make_keys(tmp_path / "keys", days=300)
    signing = {"signing_keystore": keys.keystore, "signing_passphrase": keys.passphrase}
    result = run("doctor", "--json", smtp_host="127.0.0.1", smtp_port=postfix.port, scanner=clamd, **signing)
    assert {one["check"]: one["ok"] for one in objects(result)} == dict.fromkeys(
        (
            "settings",
            "profile",
            "database",
            "schema",
            "documents",
            "space",
            "signing",
            "timestamps",
            "mail",
            "scanner",
            "outbox",
        ),
        True,
    ), result.stdout
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("profile", {"office_file": "/nowhere/office.yml"}),
        ("database", {"database_url": "mysql+pymysql://portal@127.0.0.1:1/portal"}),
        ("documents", {"documents_path": "/nowhere/documents"}),
        ("signing", {"signing_keystore": "/nowhere/signing.p12"}),
        ("signing", {"signing_passphrase": "not the passphrase"}),
        ("timestamps", {"timestamp_url": "http://127.0.0.1:1/", "timestamp_trust": "/nowhere/root.crt"}),
        ("mail", {"smtp_host": "127.0.0.1", "smtp_port": 1, "mail_page": False}),
        ("scanner", {"scanner": "tcp://127.0.0.1:1"}),
    ],
)
def test_doctor_names_what_is_not_well_and_what_mends_it(run: Run, check: str, changes: dict[str, Any]) -> None:
    """A first-level desk can act on the remedy without knowing the portal."""
    result = run("doctor", "--json", **({"mail_page": True} | changes))
    found = next(one for one in objects(result) if one["check"] == check)
    assert found["ok"] is False
    assert found["observed"]
    assert found["remedy"]
    assert result.exit_code == 3


@pytest.mark.parametrize(("days", "well"), [(13, False), (16, True)])
def test_doctor_warns_two_weeks_before_the_signing_key_ends(run: Run, tmp_path: Path, days: int, well: bool) -> None:
    """A key that ends on a Sunday leaves Monday's filings without receipts."""
    keys = make_keys(tmp_path / "keys", days=days)
    signing = {"signing_keystore": keys.keystore, "signing_passphrase": keys.passphrase}
    found = objects(run("doctor", "--json", mail_page=True, **signing))
    assert next(one for one in found if one["check"] == "signing")["ok"] is well


def test_doctor_speaks_of_wrong_settings(run: Run) -> None:
    """The one fault under which the portal does not start at all."""
    result = run("doctor", "--json", tier="tset")
    (only,) = objects(result)
    assert (only["check"], only["ok"], result.exit_code) == ("settings", False, 3)
    assert "check-config" in only["remedy"]


def test_doctor_notices_a_worker_that_stands_still(run: Run, app: Flask) -> None:
    """Receipts and mails that wait for an hour are a fault that nobody sees on a page."""
    with app.app_context():
        db.session.add(OutboxRow(kind="mail", key="waiting", payload={}))
        db.session.commit()
        young = run("doctor", "--json", mail_page=True)
        db.session.execute(update(OutboxRow).values(created_at=utc_now() - timedelta(hours=1)))
        db.session.commit()
    old = run("doctor", "--json", mail_page=True)
    assert next(one for one in objects(young) if one["check"] == "outbox")["ok"] is True
    assert next(one for one in objects(old) if one["check"] == "outbox")["ok"] is False


def test_audit_shows_the_newest_first_with_the_clients_address(run: Run, client: PortalClient, demo: Demo) -> None:
    """Who asks what happened wants the last thing first, and from where."""
    client.sign_in(demo.agent.email, "a guess", csrf=True)
    client.post("/sign-in", data={"email": demo.agent.email, "password": demo.agent.password},
                headers={"X-Forwarded-For": "198.51.100.7"})  # fmt: skip
    entries = objects(run("audit", "--json", "--limit", "2"))
    assert [entry["event"] for entry in entries] == ["sign-in", "sign-in-failed"]
    assert (entries[0]["actor"], entries[0]["address"]) == (demo.agent.email, "198.51.100.7")
    assert entries[0]["subject"].startswith("user/")
    assert [entry["event"] for entry in objects(run("audit", "--json", "--event", "sign-in-failed"))] == [
        "sign-in-failed"
    ]


def test_schema_and_migrate_have_nothing_to_do(run: Run) -> None:
    """What `verify` asks on a server (INF-06)."""
    (schema,) = objects(run("schema", "--json"))
    assert schema["current"] == schema["head"]
    assert (schema["lacks"], schema["waits"], schema["newer"]) == ([], [], False)
    (migrated,) = objects(run("migrate", "--json"))
    assert migrated["changed"] is False


GIVEN = {
    role: {"password": f"a password of the {role}", "totp": "JBSWY3DPEHPK3PXP"}
    for role in ("agent", "officer", "cashier")
}


def test_demo_data_is_made_once(run: Run) -> None:
    """The kit reports `changed` from this answer."""
    first, second = (objects(run("demo-data", "--json", stdin=json.dumps(GIVEN)))[0] for _ in range(2))
    assert (first["changed"], second["changed"]) == (True, False)
    assert set(second["accounts"]) == {"agent", "officer", "cashier"}


def test_demo_data_is_refused_in_production(run: Run) -> None:
    """An account with a published password on a real register."""
    assert run("demo-data", "--json", stdin=json.dumps(GIVEN), tier="production").exit_code == 6


@pytest.mark.parametrize("stdin", ["", "[]", "{}", '{"agent": {"password": "x"}}', "not json"])
def test_demo_data_explains_what_it_reads(run: Run, stdin: str) -> None:
    """A usage error, not a trace."""
    result = run("demo-data", stdin=stdin)
    assert result.exit_code == 2
    assert "standard input must be" in result.stderr


def test_a_person_is_added_signs_in_is_closed_and_opened_again(run: Run, client: PortalClient) -> None:
    """An office's first accounts come from here: nobody can sign in to make them."""
    words = ["--name", "Ada Njeri", "--role", "agent", "--firm", "Njeri & Co"]
    (added,) = objects(run("person", "add", "ada@njeri.example", *words, "--json"))
    assert len(added["password"]) == 20
    assert client.sign_in("ada@njeri.example", added["password"]).status_code == 303
    (told,) = [one for one in objects(run("person", "list", "--json")) if one["email"] == "ada@njeri.example"]
    assert (told["firm"], told["roles"], told["second_factor"]) == ("Njeri & Co", ["agent"], False)
    assert client.get("/drafts").status_code == 200
    run("person", "close", "Ada@Njeri.example")
    assert client.get("/drafts").status_code == 303, "whoever is signed in is signed out at once"
    assert client.sign_in("ada@njeri.example", added["password"]).status_code != 303
    run("person", "open", "ada@njeri.example")
    run("person", "password", "ada@njeri.example", "--password-stdin", stdin="another pass phrase\n")
    assert client.sign_in("ada@njeri.example", added["password"]).status_code != 303
    assert client.sign_in("ada@njeri.example", "another pass phrase").status_code == 303
    events = [one["event"] for one in objects(run("audit", "--json")) if one["event"].startswith(("person", "pass"))]
    assert events == ["password-given", "person-opened", "person-closed", "person-added"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "no address", "--name", "X", "--role", "officer"), "is no e-mail address"),
        (("add", "x@office.example", "--name", "X", "--role", "agent"), "belongs to a firm"),
        (("add", "x@office.example", "--name", "X", "--role", "officer", "--firm", "Y"), "is for agents"),
        (("add", "AGENT@demo.example", "--name", "X", "--role", "officer"), "has an account already"),
        (("close", "nobody@office.example"), "nobody has the address"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    run: Run, demo: Demo, words: tuple[str, ...], why: str
) -> None:
    before = run("person", "list").stdout
    result = run("person", *words)
    assert (result.exit_code, why in result.stderr) == (6, True), result.stderr
    assert run("person", "list").stdout == before


def test_a_password_that_is_too_short_is_refused(run: Run) -> None:
    words = ("add", "x@office.example", "--name", "X", "--role", "officer", "--password-stdin")
    result = run("person", *words, stdin="short\n")
    assert (result.exit_code, "at least 12" in result.stderr) == (6, True)
