"""The reception date from the submission to the payment: recorded, told, explained; on both databases."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.calendar import service as calendar
from portal.db import db
from portal.drafting import service as drafting
from portal.filing import reception_notice
from portal.filing import service as filing
from portal.filing.models import Filing
from portal.notices.mail import render
from portal.notices.models import Notice
from portal.outbox import worker
from portal.outbox.models import OutboxRow
from portal.payments.models import Bill
from portal.payments.service import confirm_at_counter
from portal.profile.model import Basis, ReceptionOverride
from portal.signing.service import State, validate
from tests.integration.portal.desks import person
from tests.integration.portal_client import PortalClient
from tests.support.drafts import complete_draft, file_draft

AGENT, CASHIER = "agent@demo.example", "cashier@demo.example"
FRIDAY_LATE = datetime(2026, 11, 27, 14, 0, 1, tzinfo=UTC)  # 17:00:01 at the office
TUESDAY = datetime(2026, 12, 1, 8, 30, 15, tzinfo=UTC)


@pytest.fixture
def by_payment(app: Flask) -> None:
    """The reception date of trademarks follows from the payment: the service's own rule, over the office's."""
    profile = app.config["PROFILE"]
    services = [
        one.model_copy(update={"reception": ReceptionOverride(counts_from=Basis.PAYMENT)}) for one in profile.services
    ]
    app.config["PROFILE"] = profile.model_copy(update={"services": services})


def file_at(moment: datetime) -> Filing:
    user = person(AGENT)
    draft = complete_draft(user)
    with time_machine.travel(moment, tick=False):
        return file_draft(draft, user)


def pay_at(made: Filing, moment: datetime) -> None:
    bill = db.session.scalars(select(Bill).where(Bill.filing_id == made.id)).one()
    with time_machine.travel(moment, tick=False):
        confirm_at_counter(bill.reference, "C-1", bill.total, person(CASHIER))
    db.session.expire_all()


def how_often(event: str) -> int:
    return len(db.session.scalars(select(AuditEntry.id).where(AuditEntry.event == event)).all())


def words(content: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(content)
    told = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(told.replace("\u00a0", " ").split())


def test_the_receipt_states_the_rule_that_was_applied(app: Flask, tmp_path: Path) -> None:
    """What it prints is what the help desk's command says, word for word."""
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        assert made.reception_date == date(2026, 11, 30)
        receipt = words(filing.receipt_pdf(made) or b"", tmp_path)
    for told in (
        "Submission received 27 November 2026, 17:00:01, Africa/Nairobi (2026-11-27 14:00:01 UTC)",
        "Rule applied: the reception date is the day on which the office received the submission. "
        "Friday 27 November 2026, 17:00:01",
        "counts for its next working day. It arrived after 17:00.",
        "The office is closed from Saturday 28 November 2026 to Sunday 29 November 2026: weekly closing day",
    ):
        assert told in receipt


def test_a_reception_date_that_follows_from_the_payment(app: Flask, by_payment: None, tmp_path: Path) -> None:
    """Until then there is none; then the filing, the notice and the trail have both instants and the rule."""
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        assert made.reception_date is None
        receipt = words(filing.receipt_pdf(made) or b"", tmp_path)
        assert "Payment received not yet" in receipt
        assert "when the fees are paid" in receipt
        pay_at(made, TUESDAY)
        made = db.session.get_one(Filing, made.id)
        assert made.reception_date == date(2026, 12, 1)
        assert made.reception["submitted_at"] == "2026-11-27T14:00:01.000000Z"
        assert made.reception["paid_at"] == "2026-12-01T08:30:15.000000Z"
        notice = db.session.scalars(select(Notice).where(Notice.kind == "reception-date")).one()
        subject, body = render(notice.kind, "en", notice.params)
        assert "has its reception date" in subject
        assert "Submission received: 27 November 2026, 17:00:01, Africa/Nairobi (2026-11-27 14:00:01 UTC)" in body
        assert "Payment received: 1 December 2026, 11:30:15, Africa/Nairobi (2026-12-01 08:30:15 UTC)" in body
        assert "Reception date: Tuesday 1 December 2026" in body
        assert "Date de réception\u00a0: mardi 1er décembre 2026" in render(notice.kind, "fr", notice.params)[1]
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "reception-date-given")).one()
        assert (entry.subject_id, entry.data["date"]) == (made.number, "2026-12-01")


def test_the_date_is_told_in_a_signed_notice(
    app: Flask, by_payment: None, agent: PortalClient, rival: PortalClient, tmp_path: Path
) -> None:
    """The receipt said "when the fees are paid": without a second paper the agent has no date that stands in court."""
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        number = made.number
        address = f"/filings/{number}/reception-date.pdf"
        assert agent.get(address).status_code == 404
        pay_at(made, TUESDAY)
        [row] = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "reception-notice"))
        for _again in range(2):
            worker.handler(row.kind)(row.key, row.payload)
        assert how_often("reception-notice-issued") == 1
    paper = agent.get(address)
    assert paper.status_code == 200
    assert rival.get(address).status_code == 404
    assert address in agent.get(f"/filings/{number}").text
    told = words(paper.data, tmp_path)
    for line in (
        "Reception date 1 December 2026",
        "Submission received 27 November 2026, 17:00:01, Africa/Nairobi (2026-11-27 14:00:01 UTC)",
        "Payment received 1 December 2026, 11:30:15, Africa/Nairobi (2026-12-01 08:30:15 UTC)",
        "but no day before the submission. Tuesday 1 December 2026, 11:30:15",
    ):
        assert line in told
    with app.app_context():
        assert validate(paper.data).state is State.VALID
    attached = subprocess.run(
        ["pdfdetach", "-list", tmp_path / "paper.pdf"], capture_output=True, text=True, check=True
    )
    assert "reception.json" in attached.stdout


def test_a_notice_that_was_written_and_not_recorded_is_the_notice(app: Flask, by_payment: None) -> None:
    """The worker died between the store and the database: two notices of one date would be one too many."""
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        pay_at(made, TUESDAY)
        reception_notice.issue_notice(made.id)
        made = db.session.get_one(Filing, made.id)
        first, made.reception_notice_sha512 = made.reception_notice_sha512, None
        db.session.commit()
        reception_notice.issue_notice(made.id)
        db.session.expire_all()
        assert db.session.get_one(Filing, made.id).reception_notice_sha512 == first


def test_a_filing_whose_date_was_known_has_no_notice(app: Flask) -> None:
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        pay_at(made, TUESDAY)
        assert db.session.get_one(Filing, made.id).reception_date == date(2026, 11, 30)
        assert list(db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "reception-notice"))) == []


def test_the_rule_is_the_one_under_which_it_was_submitted(app: Flask, by_payment: None) -> None:
    """The agent declared it: an office that changes its cut-off meanwhile changes the filings that come after it."""
    late_tuesday = datetime(2026, 12, 1, 14, 0, 1, tzinfo=UTC)
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        profile = app.config["PROFILE"]
        rule = profile.reception.model_copy(update={"next_working_day": False})
        app.config["PROFILE"] = profile.model_copy(update={"reception": rule})
        pay_at(made, late_tuesday)
        assert db.session.get_one(Filing, made.id).reception_date == date(2026, 12, 2)


def test_a_closure_between_submission_and_payment_counts(app: Flask, by_payment: None) -> None:
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        strike = {"en": "Strike", "fr": "Grève"}
        calendar.record_closure(
            "k" * 16, None, date(2026, 12, 1), date(2026, 12, 1), strike, person("officer@demo.example")
        )
        pay_at(made, TUESDAY)
        found = db.session.get_one(Filing, made.id)
        assert found.reception_date == date(2026, 12, 2)
        assert found.reception["passed"] == [{"day": "2026-12-01", "kind": "closure", "name": strike}]


def test_a_cashiers_server_whose_clock_is_behind_gives_no_earlier_date(app: Flask, by_payment: None) -> None:
    """Submitted at 17:00:01 by one server's clock, paid three seconds later, at 16:59:58 by the other's."""
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        pay_at(made, FRIDAY_LATE - timedelta(seconds=3))
        assert db.session.get_one(Filing, made.id).reception_date == date(2026, 11, 30)


def test_a_submission_is_after_its_last_byte_and_its_receipt_after_both(app: Flask) -> None:
    """The upload went through a server whose clock is five seconds ahead of the one that files and issues."""
    with app.app_context():
        user = person(AGENT)
        with time_machine.travel(FRIDAY_LATE + timedelta(seconds=5), tick=False):
            draft = complete_draft(user)
        with time_machine.travel(FRIDAY_LATE, tick=False):
            made = file_draft(draft, user)
        last = max(one.received_at for one in drafting.documents_of(drafting.owned(db.session, draft, user)))
        assert last == FRIDAY_LATE + timedelta(seconds=5)
        assert made.received_at == last
        assert made.receipt_issued_at is not None
        assert made.receipt_issued_at >= made.received_at
        manifest, _raw = filing.manifest_of(made)
        assert max(file.get("received_at", "") for file in manifest["files"]) <= manifest["received_at"]


def test_the_pages_of_a_filing_say_why(app: Flask, agent: PortalClient, officer: PortalClient) -> None:
    with app.app_context():
        made = file_at(FRIDAY_LATE)
    for page in (agent.get(f"/filings/{made.number}"), officer.get(f"/office/reception/{made.number}"),
                 agent.get(f"/filings/{made.number}/confirmation")):  # fmt: skip
        assert "Why this date" in page.text
        assert "It arrived after 17:00." in page.text


def test_the_page_before_submission_says_why(app: Flask, agent: PortalClient) -> None:
    with app.app_context():
        draft = complete_draft(person(AGENT))
    page = agent.get(f"/drafts/{draft}/submit").text
    assert "Why this date" in page
    assert "Rule applied: the reception date is the day on which the office received the submission." in page


def test_a_filing_of_a_release_before_has_no_reasons_and_its_page_opens(app: Flask, agent: PortalClient) -> None:
    with app.app_context():
        made = file_at(FRIDAY_LATE)
        made.reception = {}
        db.session.commit()
    page = agent.get(f"/filings/{made.number}")
    assert page.status_code == 200
    assert "Why this date" not in page.text


def test_a_help_desk_asks_for_a_filing_by_its_number(
    app: Flask, run: Callable[..., Any], officer: PortalClient
) -> None:
    """The rule of that day, not the one that is in force now."""
    import json

    with app.app_context():
        made = file_at(FRIDAY_LATE)
    told = json.loads(run("explain", "reception-date", "--number", made.number, "--json").stdout)
    assert told["result"] == "2026-11-30"
    assert told["data"]["submitted_at"] == "2026-11-27T14:00:01.000000Z"
    printed = f"XX T 40 2026 {made.number[-9:]}"
    page = officer.get("/explain/reception-date", query_string={"kind": "filing", "number": printed}).text
    assert "Monday 30 November 2026" in page
    assert re.search(r"It arrived after 17:00", page)
