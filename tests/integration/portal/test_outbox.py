"""The outbox against real databases and a real mail server: at least once, and a repeat is the same thing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.db import db, transaction, utc_now
from portal.notices import mail
from portal.outbox import service, worker
from portal.outbox.models import OutboxRow
from tests.integration.portal.desks import person
from tests.support.drafts import complete_draft, file_draft

ROOT = Path(__file__).parents[3]
DONE: list[str] = []


def note(key: str, payload: dict) -> None:
    """A handler that remembers, and fails as its payload says."""
    DONE.append(key)
    if payload.get("fails"):
        raise ConnectionError("the receiver is away")


@pytest.fixture(autouse=True)
def handler(monkeypatch):
    monkeypatch.setitem(worker.HANDLERS, "note", f"{__name__}:note")
    DONE.clear()


@transaction
def put(session, key: str, **payload: object) -> None:
    service.enqueue(session, "note", key, **payload)


@transaction
def make_due(session) -> None:
    for row in session.scalars(select(OutboxRow)):
        row.due_at = utc_now() - timedelta(seconds=1)


def row(key: str) -> OutboxRow:
    db.session.expire_all()
    return db.session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one()


def test_an_effect_is_delivered_once_when_nothing_fails(app):
    with app.app_context():
        put("one")
        assert worker.run_once() == 1
        assert worker.run_once() == 0
        assert DONE == ["one"]
        assert row("one").delivered_at is not None


def test_a_failed_effect_waits_longer_each_time_and_is_never_given_up(app):
    with app.app_context():
        put("one", fails=True)
        waits = []
        for _attempt in range(12):
            worker.run_once()
            found = row("one")
            waits.append(round((found.due_at - utc_now()).total_seconds()))
            assert found.last_error == "ConnectionError: the receiver is away"
            assert found.delivered_at is None
            make_due()
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (5, 900)
        assert service.backlog().failing == 1


def test_one_that_fails_does_not_hold_up_the_others(app):
    with app.app_context():
        put("bad", fails=True)
        put("good")
        assert worker.run_once() == 1
        assert DONE == ["bad", "good"]


def test_a_claim_is_committed_before_the_effect(app):
    """Two workers on two servers: a lock that ends with the transaction would let both send."""
    with app.app_context():
        put("one")
        assert [claimed.key for claimed in service.claim("first", 10)] == ["one"]
        assert service.claim("second", 10) == []


def test_a_dead_workers_lease_runs_out_and_the_effect_is_tried_again(app, monkeypatch):
    with app.app_context():
        put("one")
        service.claim("dead", 10)
        now = utc_now()
        monkeypatch.setattr(service, "utc_now", lambda: now + timedelta(minutes=6))
        assert worker.run_once() == 1
        assert DONE == ["one"]


def test_what_a_killed_worker_of_this_host_held_is_taken_back_at_once(app):
    """Five minutes without its receipt are long for an agent whose term ends today."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with app.app_context():
        put("dead-1")
        service.claim(worker.worker_name(gone.pid), 1)
        put("alive-1")
        service.claim(worker.worker_name(os.getppid()), 1)
        put("elsewhere-1")
        service.claim(f"another-host:{gone.pid}", 1)
        assert service.take_back(worker.is_dead) == 1
        assert worker.run_once() == 1
        assert DONE == ["dead-1"]


def test_a_death_between_effect_and_mark_repeats_the_effect(app, monkeypatch):
    """At least once: twice is allowed, never is not."""

    def dies(_row: object) -> None:
        raise SystemExit

    with app.app_context():
        put("one")
        with monkeypatch.context() as patch:
            patch.setattr(service, "delivered", dies)
            with pytest.raises(SystemExit):
                worker.run_once()
        now = utc_now()
        monkeypatch.setattr(service, "utc_now", lambda: now + timedelta(minutes=6))
        assert worker.run_once() == 1
        assert DONE == ["one", "one"]


def test_what_was_claimed_and_not_begun_is_given_back(app):
    with app.app_context():
        put("one")
        assert worker.run_once(worker="stopping", stopping=lambda: True) == 0
        found = row("one")
        assert (found.claimed_by, found.attempts, DONE) == (None, 0, [])


def test_the_mail_of_a_filing_arrives_once_in_its_readers_language(app, mailbox):
    """A mail that was sent twice has one identity, so that its reader sees one."""
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(
        update={"smtp_port": mailbox.port, "smtp_host": "127.0.0.1", "mail_from": "filing@ipo.example"}
    )
    with app.app_context():
        user = person("agent@demo.example")
        user.locale = "fr"
        db.session.commit()
        filed = file_draft(complete_draft(user, "ZOË café"), user)
        assert worker.run_once() >= 1
        sent = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).one()
        mail.deliver(sent.key, sent.payload)
        number = filed.number
    raw = mailbox.wait_for(2)
    messages = [BytesParser(policy=policy.default).parsebytes(content) for content in raw]
    assert len({message["Message-ID"] for message in messages}) == 1
    message = messages[0]
    assert message["To"] == "agent@demo.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    # Python's newer parser parts a word that was encoded in two pieces; its older one follows RFC 2047.
    sender = str(make_header(decode_header(message_from_bytes(raw[0])["From"])))
    assert sender == "Office de la propriété intellectuelle de Lumérie <filing@ipo.example>"
    assert message["Subject"].startswith("[TEST] ")
    assert number in message["Subject"].replace(" ", "").replace("\u00a0", "")
    body = message.get_content()
    assert f"/filings/{number}" in body
    assert "ZOË café" in body
    assert message["Date"].datetime.tzinfo is not None


def test_a_mail_server_that_is_away_delays_the_mail(app, mailbox):
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(update={"smtp_port": mailbox.port, "smtp_host": "127.0.0.1"})
    with app.app_context():
        user = person("agent@demo.example")
        file_draft(complete_draft(user), user)
        mailbox.stop()
        try:
            assert worker.run_once() == 0
        finally:
            mailbox.start()
        assert service.backlog().failing == 1
        make_due()
        assert worker.run_once() >= 1
    mailbox.wait_for(1)


def test_a_subject_cannot_carry_a_header(app):
    """A title with a line end must not add a recipient."""
    with app.app_context():
        message = mail.compose("a@demo.example", "x\r\nBcc: b@evil.example", "body", "key", "en")
        assert message["Bcc"] is None
        assert message["Subject"] == "x Bcc: b@evil.example"


def test_every_notice_has_words_in_every_language(app):
    with app.app_context():
        for kind in mail.Kind:
            for locale in ("en", "fr", "xx"):
                subject, body = mail.render(kind, locale, {"number": "T402026000000001", "title": "ZOË"})
                if kind.startswith(("draft-", "document-", "client-")):
                    assert subject.strip()
                    assert body.strip()
                    continue
                assert "T402026000000001" in subject.replace(" ", "").replace("\u00a0", "")
                assert "filing.test.ipo.example/filings/T402026000000001" in body


def test_the_mail_page_keeps_what_would_be_sent(app, tmp_path):
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(update={"mail_page": True})
    with app.app_context():
        mail.send(mail.compose("a@demo.example", "Bonjour é", "Texte é\n", "key", "fr"))
        mail.send(mail.compose("a@demo.example", "Bonjour é", "Texte é\n", "key", "fr"))
        (found, *others) = mail.kept()
    assert (found.to, found.subject, found.body) == ("a@demo.example", "Bonjour é", "Texte é\n")
    assert len(others) <= 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_gracefully_and_shows_that_it_lives(app, settings, tmp_path, number):
    """systemd stops it at each upgrade: what it has begun is ended, and nothing stays claimed."""
    import json

    values = json.loads(settings.model_dump_json(exclude_none=True))
    for name in ("secret_key", "password_salt", "totp_secret", "database_url", "signing_passphrase"):
        values[name] = getattr(settings, name).get_secret_value()
    path = tmp_path / "settings.toml"
    path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "app"),
        "PORTAL_SETTINGS": str(path),
        "RUNTIME_DIRECTORY": str(tmp_path),
    }
    code = "from portal.outbox.commands import worker; worker()"
    process = subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 60  # the libraries load first, on a busy machine slowly
        while not (tmp_path / "heartbeat").exists():
            assert time.monotonic() < until, process.stderr.read().decode() if process.poll() is not None else "no beat"
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(5)
        process.stderr.close()
