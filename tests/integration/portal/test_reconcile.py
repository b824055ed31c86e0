"""What the database forgets after an agent was told a number is put back from the package, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Table, delete, func, select, text

from portal.accounts.models import Firm, User
from portal.audit.models import AuditEntry
from portal.db import db
from portal.drafting.models import Draft
from portal.filing import reconcile, service
from portal.filing.models import Filing, NumberSeries
from portal.outbox.models import OutboxRow
from portal.payments.models import Bill
from tests.integration.portal.desks import person
from tests.integration.portal.test_filing_faults import AGENT, Struck, strike
from tests.support.drafts import complete_draft, file_draft

COMPARED = (
    "number", "draft_id", "firm_id", "filed_by_id", "service", "title", "applicant", "language", "state", "received_at",
    "reception_date", "reception", "manifest_sha512", "fee_total", "currency", "receipt_sha512",
)  # fmt: skip


def forget(number: str, *, draft: bool = True) -> None:
    """Take a filing's transaction back, as a database does that lost its commit; `draft`: which is open again."""
    filing = db.session.scalars(select(Filing).where(Filing.number == number)).one()
    _delete_what_names(Filing.__table__, [filing.id])
    if draft:
        db.session.get_one(Draft, filing.draft_id).state = "open"
    db.session.execute(delete(OutboxRow))
    series = db.session.scalars(select(NumberSeries)).one()
    series.last_serial -= 1
    db.session.execute(delete(Filing).where(Filing.id == filing.id))
    db.session.commit()


def _delete_what_names(table: Table, ids: list[int]) -> None:
    """Delete the rows of every table that name these, and first those that name them."""
    for other in table.metadata.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is table and other is not table:
                mine = key.parent.in_(ids)
                if "id" in other.c:
                    _delete_what_names(other, list(db.session.scalars(select(other.c.id).where(mine))))
                db.session.execute(delete(other).where(mine))


def row(number: str) -> dict[str, object]:
    filing = db.session.scalars(select(Filing).where(Filing.number == number)).one()
    return {name: getattr(filing, name) for name in COMPARED}


def bill(number: str) -> list[object]:
    found = db.session.scalars(select(Bill).join(Filing).where(Filing.number == number)).one()
    return [found.total, found.currency, found.state, found.due_on, [(one.code, one.amount) for one in found.items]]


def test_nothing_is_amiss_after_filings(app):
    with app.app_context():
        user = person(AGENT)
        file_draft(complete_draft(user), user)
        assert reconcile.reconcile() == []
        assert reconcile.repair_recent() == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_lost_commit_is_told_and_put_back_as_it_was(app, whole):
    """The whole point: a number that an agent holds a receipt for is a filing, whatever became of the database."""
    with app.app_context():
        user = person(AGENT)
        file_draft(complete_draft(user), user)
        number = file_draft(complete_draft(user, "LUMO"), user).number
        before, billed = row(number), bill(number)
        forget(number)
        assert [(one.number, one.what) for one in reconcile.reconcile(whole=whole)] == [(number, "lost")]
        assert db.session.scalar(select(func.count()).select_from(Filing)) == 1, "only --repair changes anything"
        (found,) = reconcile.reconcile(whole=whole, repair=True)
        assert (found.number, found.what, found.notes) == (number, "restored", ())
        assert row(number) == before
        assert bill(number) == billed
        assert db.session.get_one(Draft, str(before["draft_id"])).state == "filed"
        assert db.session.scalars(select(NumberSeries)).one().last_serial == 2
        assert "filing-restored" in db.session.scalars(select(AuditEntry.event)).all()
        assert reconcile.reconcile() == []
        assert file_draft(complete_draft(user, "NOVO"), user).number[-9:] == "000000003"


def test_a_number_told_without_a_receipt_is_put_back_as_well(app, monkeypatch):
    """The signing key was away; the agent saw the number all the same."""
    with app.app_context():
        user = person(AGENT)
        with monkeypatch.context() as patch:
            patch.setattr(service, "issue_receipt", strike)
            number = file_draft(complete_draft(user), user).number
        forget(number)
        (found,) = reconcile.reconcile(repair=True)
        assert (found.number, found.what) == (number, "restored")
        waiting = db.session.scalars(select(OutboxRow.kind).where(OutboxRow.kind == "receipt")).all()
        assert waiting == ["receipt"], "its receipt follows"


def test_a_receipt_that_came_later_keeps_its_own_time(app, monkeypatch):
    """The history of the filing says when the receipt was issued: its signature does, three hours after the filing."""
    with app.app_context():
        user = person(AGENT)
        with monkeypatch.context() as patch:
            patch.setattr(service, "issue_receipt", strike)
            filing = file_draft(complete_draft(user), user)
        number, received_at = filing.number, filing.received_at
        with time_machine.travel(received_at + timedelta(hours=3), tick=False):
            service.issue_receipt(filing.id)
        forget(number)
        reconcile.reconcile(repair=True)
        issued_at = db.session.scalars(select(Filing.receipt_issued_at).where(Filing.number == number)).one()
        assert abs(issued_at - received_at - timedelta(hours=3)) < timedelta(seconds=2)


def test_a_submission_that_never_ended_is_no_filing(app, monkeypatch):
    """Its package is there, and nobody was told its number: to put it back would file what was refused."""
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        with monkeypatch.context() as patch:
            patch.setattr(service, "issue_bill", strike)
            with pytest.raises(Struck):
                file_draft(draft, user)
        (found,) = reconcile.reconcile(repair=True)
        assert found.what == "never-acknowledged"
        assert db.session.scalar(select(func.count()).select_from(Filing)) == 0
        assert db.session.get_one(Draft, draft).state == "open"


def test_a_draft_that_was_filed_again_keeps_both_filings(app):
    """The agent found the draft open, and filed it once more: both numbers were given out."""
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        first = file_draft(draft, user).number
        before = row(first)
        forget(first)
        second = file_draft(draft, user).number
        assert second != first
        (found,) = reconcile.reconcile(repair=True)
        assert found.what == "restored"
        assert found.notes == (f"its draft was filed again, as {second}: ask the agent which of the two is meant",)
        assert {**row(first), "draft_id": ""} == {**before, "draft_id": ""}
        assert row(second)["draft_id"] == draft


def test_an_index_is_made_anew_from_the_packages_alone(app):
    """The database is gone, with people, firms and drafts: what was filed is still known by its number."""
    with app.app_context():
        user = person(AGENT)
        numbers = [file_draft(complete_draft(user, mark), user).number for mark in ("ONE", "TWO")]
        before = {number: row(number) for number in numbers}
        sqlite = db.engine.dialect.name == "sqlite"
        db.session.execute(text("PRAGMA defer_foreign_keys=ON" if sqlite else "SET FOREIGN_KEY_CHECKS=0"))
        for table in reversed(Filing.metadata.sorted_tables):
            if table.name != "alembic_version":
                db.session.execute(table.delete())
        db.session.commit()
        if not sqlite:
            db.session.execute(text("SET FOREIGN_KEY_CHECKS=1"))
        assert db.session.scalar(select(func.count()).select_from(User)) == 0
        found = reconcile.reconcile(repair=True)
        assert [(one.number, one.what) for one in found] == [(number, "restored") for number in numbers]
        assert any("was made anew" in note for note in found[0].notes)
        assert {number: row(number) for number in numbers} == before
        assert db.session.scalars(select(Firm)).one().name == "Acme & Partners (demonstration)"
        (restored,) = db.session.scalars(select(User)).unique()
        assert (restored.active, restored.password) == (False, None), "nobody may sign in with what a package says"


def test_two_servers_put_it_back_once(app):
    with app.app_context():
        user = person(AGENT)
        number = file_draft(complete_draft(user), user).number
        forget(number)
        assert reconcile.restore(number).notes == ()
        assert reconcile.restore(number).notes == ("another server put it back meanwhile",)
        assert db.session.scalar(select(func.count()).select_from(Filing)) == 1


def test_the_command_says_what_it_found_and_ends_with_3_until_it_is_mended(app, run: Callable):
    with app.app_context():
        user = person(AGENT)
        number = file_draft(complete_draft(user), user).number
        forget(number)
    told = run("reconcile")
    assert (told.exit_code, f"{number}  LOST" in told.stdout) == (3, True), told.output
    mended = run("reconcile", "--repair", "--json")
    assert mended.exit_code == 0
    first, counts = (json.loads(line) for line in mended.stdout.splitlines())
    assert (first["number"], first["what"], counts["restored"], counts["lost"]) == (number, "restored", 1, 0)
    assert "all is as it must be" in run("reconcile", "--recent").stdout


def test_a_row_without_its_package_is_told(app):
    """The documents were restored from an older backup than the database."""
    with app.app_context():
        user = person(AGENT)
        number = file_draft(complete_draft(user), user).number
        shelf = service.store()
        for kind in ("filings", "receipts"):
            (shelf.root / kind / number).unlink()
        assert [(one.number, one.what) for one in reconcile.reconcile(repair=True)] == [(number, "no-package")]
