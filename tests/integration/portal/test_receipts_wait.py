"""Filings while the token or the time-stamp authority is away: accepted, and the receipt follows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from portal.documents.store import store
from portal.filing import archives, reconcile, service
from portal.filing.models import Filing, ReceiptArchive
from portal.outbox.models import OutboxRow
from portal.outbox.worker import run_once
from portal.settings import Settings
from portal.signing import timestamps
from portal.signing import token as tokens
from portal.signing.service import State, TimestampAway, validate
from tests.integration.portal.desks import person
from tests.integration.portal.test_reconcile import forget
from tests.support.drafts import complete_draft, file_draft
from tests.support.keys import TestKeys
from tests.support.softhsm import SoftToken, make_token
from tests.support.stamping import Stamping

AGENT = "agent@demo.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Iterator[Stamping]:
    made = Stamping(tmp_path_factory.mktemp("authority"))
    yield made
    made.take_away()


@pytest.fixture(scope="module")
def token(tmp_path_factory, keys: TestKeys) -> SoftToken:
    return make_token(tmp_path_factory.mktemp("token") / "here", keys)


@pytest.fixture
def settings(settings: Settings, authority: Stamping, token: SoftToken) -> Settings:
    """As production's: the key in a token, and a time-stamp authority."""
    return Settings.model_validate({**settings.model_dump(), **token.settings, **authority.settings})


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch) -> None:
    timestamps._authorities.clear()
    monkeypatch.setattr(timestamps, "HOLD_OFF", 0.2)
    monkeypatch.setattr(tokens, "HOLD_OFF", 0.2)
    monkeypatch.setattr(service, "RECEIPT_PATIENCE", timedelta(0))


def file() -> Filing:
    user = person(AGENT)
    return file_draft(complete_draft(user), user)


def deliver() -> None:
    """All that waits is tried now, as the worker does when its time has come."""
    db.session.execute(update(OutboxRow).values(due_at=utc_now()))
    db.session.commit()
    run_once(limit=100)
    db.session.expire_all()


def test_a_receipt_is_signed_in_the_token_and_stamped(app):
    with app.app_context():
        filing = file()
        verdict = validate(service.receipt_pdf(filing))
        assert (verdict.state, len(verdict.stamps)) == (State.VALID, 2)
        assert timedelta(days=360) < filing.archive_due_at - utc_now() < timedelta(days=366)


def test_without_the_token_a_filing_is_accepted_and_its_receipt_follows(app, token):
    """The form stays unsigned, as the manifest says; the receipt that follows names its SHA-512 under a signature."""
    with app.app_context():
        token.take_away()
        tokens._tokens.clear()
        try:
            filing = file()
            assert filing.receipt_sha512 is None
            form = next(one for one in service.manifest_of(filing)[0]["files"] if one["role"] == "application-form")
            assert form["signed"] is False
            deliver()
            assert db.session.get(Filing, filing.id).receipt_sha512 is None
        finally:
            token.put_back()
        time.sleep(0.3)
        deliver()
        assert validate(service.receipt_pdf(db.session.get(Filing, filing.id))).state is State.VALID


def test_without_the_authority_a_filing_is_accepted_and_its_receipt_follows(app, authority):
    with app.app_context():
        authority.take_away()
        try:
            begun = time.monotonic()
            filing = file()
            assert time.monotonic() - begun < 10
            assert filing.receipt_sha512 is None
            form = next(one for one in service.manifest_of(filing)[0]["files"] if one["role"] == "application-form")
            assert form["signed"] is True
        finally:
            authority.put_back()
        time.sleep(0.3)
        deliver()
        verdict = validate(service.receipt_pdf(db.session.get(Filing, filing.id)))
        assert (verdict.state, len(verdict.stamps)) == (State.VALID, 2)
        kinds = db.session.scalars(select(AuditEntry.event).where(AuditEntry.subject_id == filing.number)).all()
        assert kinds.count("receipt-issued") == 1


def test_after_a_day_a_receipt_goes_without_its_stamp_and_is_stamped_later(app, authority):
    """An agent must not stay without a receipt for as long as somebody else's server is away."""
    with app.app_context():
        authority.take_away()
        try:
            filing = file()
            db.session.execute(
                update(Filing).where(Filing.id == filing.id).values(received_at=utc_now() - timedelta(hours=25))
            )
            db.session.commit()
            db.session.expire_all()
            service.issue_receipt(filing.id)
            filing = db.session.get(Filing, filing.id)
            original = service.receipt_pdf(filing)
            verdict = validate(original)
            assert (verdict.state, verdict.stamps, filing.archive_due_at) == (State.VALID, (), None)
        finally:
            authority.put_back()
        time.sleep(0.3)
        assert archives.enqueue_due() == 1
        deliver()
        filing = db.session.get(Filing, filing.id)
        stamped = store_of(archives.newest_of(filing))
        assert stamped.startswith(original)
        assert (validate(stamped).state, len(validate(stamped).stamps)) == (State.VALID, 1)
        assert service.receipt_pdf(filing) == original


def test_a_receipt_is_stamped_each_year_once(app):
    """Two servers at once, and a repeat of the same delivery, leave one object more for each year."""
    with app.app_context():
        filing = file()
        original = service.receipt_pdf(filing)
        assert archives.enqueue_due() == 0
        for year in (1, 2):
            db.session.execute(update(Filing).values(archive_due_at=utc_now() - timedelta(days=1)))
            db.session.commit()
            assert archives.due(10) == [filing.number]
            assert archives.enqueue_due() == 1
            assert archives.enqueue_due() == 0
            deliver()
            rows = db.session.scalars(select(ReceiptArchive).order_by(ReceiptArchive.sequence)).all()
            assert [row.sequence for row in rows] == list(range(1, year + 1))
            assert archives.due(10) == []
        first, second = (store_of(row.sha512) for row in rows)
        assert second.startswith(first)
        assert first.startswith(original)
        assert len(validate(second).stamps) == 4
        assert service.receipt_pdf(db.session.get(Filing, filing.id)) == original


def test_a_stamp_that_was_stored_and_not_recorded_is_taken(app, monkeypatch):
    """Killed between the store and the commit: the next attempt finds the object under its name."""
    with app.app_context():
        filing = file()
        with monkeypatch.context() as patch:
            patch.setattr(archives, "_record", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
            with pytest.raises(RuntimeError):
                archives.stamp_again(filing.id)
        archives.stamp_again(filing.id)
        assert len(db.session.scalars(select(ReceiptArchive)).all()) == 1


def test_a_stamp_waits_for_its_authority_too(app, authority):
    with app.app_context():
        filing = file()
        authority.take_away()
        try:
            with pytest.raises(TimestampAway):
                archives.stamp_again(filing.id)
        finally:
            authority.put_back()
        time.sleep(0.3)
        archives.stamp_again(filing.id)


def test_a_filing_that_is_put_back_from_its_package_has_its_stamps(app):
    """Without them the next year's stamp would take a number that is given, or begin again at the receipt."""
    with app.app_context():
        filing = file()
        archives.stamp_again(filing.id)
        number, newest = filing.number, archives.newest_of(filing)
        due = db.session.get(Filing, filing.id).archive_due_at
        forget(number)
        reconcile.reconcile(repair=True)
        again = db.session.scalars(select(Filing).where(Filing.number == number)).one()
        assert (archives.newest_of(again), again.archive_due_at) == (newest, due)


def test_the_help_desks_commands_know_both_states_of_a_receipt(app, run, tmp_path):
    """A court asks years later: the receipt as it was issued, and the one that can still be checked."""
    with app.app_context():
        filing = file()
        number, original = filing.number, service.receipt_pdf(filing)
    assert run("retimestamp").exit_code == 2
    done = run("retimestamp", number, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"number": number, "result": "stamped"})
    assert run("retimestamp", "T1020269", "--json").exit_code == 3
    as_issued, stamped = tmp_path / "issued.pdf", tmp_path / "stamped.pdf"
    as_issued.write_bytes(run("receipt", number).stdout_bytes)
    stamped.write_bytes(run("receipt", number, "--stamped").stdout_bytes)
    assert as_issued.read_bytes() == original
    assert stamped.read_bytes().startswith(original)
    told = run("verify-receipt", "--record", "--json", str(as_issued), str(stamped))
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(one["state"], one["recorded"], len(one["stamps"])) for one in answers] == [
        ("valid", True, 2),
        ("valid", True, 3),
    ]
    stamped.write_bytes(original + stamped.read_bytes()[len(original) : -5] + b"%%EOX")
    assert run("verify-receipt", str(stamped)).exit_code == 3


def store_of(sha512: str | None) -> bytes:
    assert sha512
    return store().get(sha512)
