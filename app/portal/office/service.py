"""What happens at reception: an officer accepts a filing, or returns it for defects. Each filing is decided once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.audit import service as audit
from portal.db import db, transaction, utc_now
from portal.docket.rules import number_part
from portal.filing.index import Filing
from portal.notices import service as notices
from portal.office.models import ReceptionDecision
from portal.office.rules import ACCEPTED, RETURNED, AlreadyDecided, check_defects
from portal.payments.queries import state_of_filing

if TYPE_CHECKING:
    from portal.accounts.models import User

PAGE = 50


@dataclass(frozen=True)
class QueueRow:
    """One filing in the reception queue."""

    id: int
    number: str
    title: str
    applicant: str
    received_at: datetime
    reception_date: date | None
    state: str
    bill_state: str | None


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom and when; `defects` is what the agent was told."""

    decision: str
    defects: str
    officer: str
    decided_at: datetime


def queue(text: str = "", state: str = "received", after: int = 0) -> tuple[list[QueueRow], bool]:
    """A page of filings in the order in which they came, after that one, and whether more follow."""
    bill_state = state_of_filing()
    query = (
        select(
            Filing.id,
            Filing.number,
            Filing.title,
            Filing.applicant,
            Filing.received_at,
            Filing.reception_date,
            Filing.state,
            bill_state,
        )
        .where(Filing.id > after)
        .order_by(Filing.id)
        .limit(PAGE + 1)
    )
    if state:
        query = query.where(Filing.state == state)
    if text := text.strip():
        query = query.where(
            or_(
                Filing.number.icontains(number_part(text), autoescape=True),
                Filing.title.icontains(text, autoescape=True),
                Filing.applicant.icontains(text, autoescape=True),
            )
        )
    rows = [QueueRow(*row) for row in db.session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def decisions_of(filing_id: int) -> list[Decision]:
    """What was decided on a filing, oldest first."""
    query = select(ReceptionDecision).where(ReceptionDecision.filing_id == filing_id).order_by(ReceptionDecision.id)
    return [
        Decision(
            row.decision,
            row.defects,
            officer.name if (officer := accounts.find(row.officer_id)) else "",
            row.decided_at,
        )
        for row in db.session.scalars(query)
    ]


def accept(number: str, officer: User) -> None:
    """Accept a filing at reception; raises AlreadyDecided, or LookupError for an unknown number."""
    _decide(number, ACCEPTED, "", officer)


def return_for_defects(number: str, defects: str, officer: User) -> None:
    """Return a filing with what its agent must mend; raises as `accept` does, and ValueError without a text."""
    _decide(number, RETURNED, check_defects(defects), officer)


@transaction
def _decide(session: Session, number: str, decision: str, defects: str, officer: User) -> None:
    filing = session.scalar(select(Filing).where(Filing.number == number).with_for_update())
    if filing is None:
        raise LookupError(number)
    if filing.state != "received":
        raise AlreadyDecided(filing.state)
    filing.state = decision
    session.add(
        ReceptionDecision(
            filing_id=filing.id, officer_id=officer.id, decision=decision, defects=defects, decided_at=utc_now()
        )
    )
    audit.record(session, f"filing-{decision}", ("filing", filing.number), defects=defects)
    notices.notify(
        session,
        filing.filed_by_id,
        f"filing-{decision}",
        filing.id,
        number=filing.number,
        title=filing.title,
        defects=defects,
    )
