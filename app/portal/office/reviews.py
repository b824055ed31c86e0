"""What happens to a reduction that a filing claims: an officer accepts its proof, or refuses it and bills the balance.

Each decision can be taken back: an acceptance at any time, a refusal while its bill is not paid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.audit import service as audit
from portal.calendar.rules import OfficeDays
from portal.context import profile
from portal.db import db, transaction, utc_now
from portal.docket.rules import number_part
from portal.fees import record
from portal.fees.offers import Price
from portal.fees.rules import Facts, Fees, balance
from portal.filing.index import Filing
from portal.notices import service as notices
from portal.office.models import DiscountDecision, DiscountReview
from portal.office.rules import ACCEPTED, REFUSED, REOPENED, WAITING, AlreadyDecided, check_defects
from portal.payments.rules import BALANCE
from portal.payments.service import cancel_bill, issue_bill
from portal.profile.model import Text

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.payments.models import Bill

PAGE = 50


@dataclass(frozen=True)
class ReviewRow:
    """One reduction in the queue."""

    id: int
    number: str
    applicant: str
    name: Text
    amount: Decimal
    currency: str
    received_at: datetime
    state: str


@dataclass(frozen=True)
class Decision:
    """What was decided on a reduction, by whom and when; `reason` is what the agent was told."""

    id: int
    decision: str
    reason: str
    officer: str
    decided_at: datetime


@dataclass(frozen=True)
class Review:
    """A reduction with what was decided on it, oldest first; `owed` is what a refusal bills."""

    id: int
    number: str
    name: Text
    proof: str
    amount: Decimal
    currency: str
    state: str
    owed: Fees
    bill_id: int | None
    decisions: tuple[Decision, ...]

    @property
    def seen(self) -> int:
        """The decision that whoever reads this has seen last; 0 for none."""
        return self.decisions[-1].id if self.decisions else 0


def open_reviews(session: Session, filing: Filing, facts: Facts, price: Price, decimals: int) -> None:
    """Queue the proved reductions of a filing for review, within the transaction that files it."""
    for line in price.fees.lines:
        if line.why is None or not line.why.proof:
            continue
        owed = balance(facts, price.schedule, price.fees.currency, decimals, line.code)
        session.add(
            DiscountReview(
                filing_id=filing.id,
                code=line.code,
                name=dict(line.name),
                proof=line.why.proof,
                amount=-line.amount,
                currency=price.fees.currency,
                owed=record.of_fees(owed),
                opened_at=utc_now(),
            )
        )


def queue(text: str = "", state: str = WAITING, after: int = 0) -> tuple[list[ReviewRow], bool]:
    """A page of reductions in the order in which they were filed, after that one, and whether more follow."""
    query = (
        select(
            DiscountReview.id,
            Filing.number,
            Filing.applicant,
            DiscountReview.name,
            DiscountReview.amount,
            DiscountReview.currency,
            Filing.received_at,
            DiscountReview.state,
        )
        .join(Filing, Filing.id == DiscountReview.filing_id)
        .where(DiscountReview.id > after)
        .order_by(DiscountReview.id)
        .limit(PAGE + 1)
    )
    if state:
        query = query.where(DiscountReview.state == state)
    if text := text.strip():
        query = query.where(
            or_(
                Filing.number.icontains(number_part(text), autoescape=True),
                Filing.applicant.icontains(text, autoescape=True),
            )
        )
    rows = [ReviewRow(*row) for row in db.session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def review(review_id: int) -> Review | None:
    """One reduction, with its decisions."""
    found = _views(DiscountReview.id == review_id)
    return found[0] if found else None


def reviews_of(filing_id: int) -> list[Review]:
    """The reductions that a filing claims, with their decisions."""
    return _views(DiscountReview.filing_id == filing_id)


def _views(condition: ColumnElement[bool]) -> list[Review]:
    query = select(DiscountReview, Filing.number).join(Filing, Filing.id == DiscountReview.filing_id)
    rows = db.session.execute(query.where(condition).order_by(DiscountReview.id)).all()
    return [
        Review(
            id=row.id,
            number=number,
            name=row.name,
            proof=row.proof,
            amount=row.amount,
            currency=row.currency,
            state=row.state,
            owed=record.fees_of(row.owed),
            bill_id=row.bill_id,
            decisions=_decisions(row.id),
        )
        for row, number in rows
    ]


def _decisions(review_id: int) -> tuple[Decision, ...]:
    query = select(DiscountDecision).where(DiscountDecision.review_id == review_id).order_by(DiscountDecision.id)
    return tuple(
        Decision(
            row.id,
            row.decision,
            row.reason,
            officer.name if (officer := accounts.find(row.officer_id)) else "",
            row.decided_at,
        )
        for row in db.session.scalars(query)
    )


@transaction
def accept(session: Session, review_id: int, officer: User) -> None:
    """Accept the proof of a reduction; raises AlreadyDecided, or LookupError for an unknown one."""
    found, filing = _waiting(session, review_id)
    found.state = ACCEPTED
    _keep(session, found, filing, officer, ACCEPTED)


@transaction
def refuse(session: Session, review_id: int, reason: str, officer: User) -> Bill | None:
    """Refuse a reduction, with the reason that the agent reads, and bill what it took off.

    Returns the bill over the balance, None where nothing is owed. Raises as `accept` does, and ValueError without a
    reason.
    """
    reason = check_defects(reason)
    found, filing = _waiting(session, review_id)
    owed, here = _worded(record.fees_of(found.owed), found), profile()
    today = OfficeDays.of(here).today(utc_now())
    bill = issue_bill(session, filing, owed, here, today, BALANCE, reason) if owed.total else None
    found.state, found.bill_id = REFUSED, bill.id if bill else None
    _keep(session, found, filing, officer, REFUSED, reason, bill.issued_at if bill else None)
    notices.notify(
        session,
        filing.filed_by_id,
        "discount-refused",
        filing.id,
        number=filing.number,
        title=filing.title,
        discount=found.name,
        reason=reason,
        amount=str(owed.total),
        currency=owed.currency,
        bill=bill.reference if bill else "",
        due=bill.due_on.isoformat() if bill else "",
    )
    return bill


@transaction
def reopen(session: Session, review_id: int, seen: int, officer: User) -> None:
    """Take the last decision back: the reduction waits again, and a bill over its balance is cancelled.

    `seen` is the decision that the officer has read. Raises AlreadyDecided when another came after it, payments'
    AlreadyPaid when the bill is paid, or LookupError.
    """
    found, filing = _locked(session, review_id)
    last = session.scalar(
        select(DiscountDecision.id)
        .where(DiscountDecision.review_id == review_id)
        .order_by(DiscountDecision.id.desc())
        .limit(1)
    )
    if found.state == WAITING or last != seen:
        raise AlreadyDecided(found.state)
    was_refused, bill_id = found.state == REFUSED, found.bill_id
    bill = cancel_bill(session, bill_id, filing.number) if bill_id else None
    found.state, found.bill_id = WAITING, None
    _keep(session, found, filing, officer, REOPENED, at=bill.cancelled_at if bill else None)
    if was_refused:
        notices.notify(
            session,
            filing.filed_by_id,
            "discount-reopened",
            filing.id,
            number=filing.number,
            title=filing.title,
            discount=found.name,
            bill=bill.reference if bill else "",
        )


def _locked(session: Session, review_id: int) -> tuple[DiscountReview, Filing]:
    found = session.get(DiscountReview, review_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise LookupError(review_id)
    return found, session.get_one(Filing, found.filing_id)


def _waiting(session: Session, review_id: int) -> tuple[DiscountReview, Filing]:
    found, filing = _locked(session, review_id)
    if found.state != WAITING:
        raise AlreadyDecided(found.state)
    return found, filing


def _keep(
    session: Session,
    found: DiscountReview,
    filing: Filing,
    officer: User,
    decision: str,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Leave the decision and its trace; `at` is the instant of the bill that comes or goes with it."""
    session.add(
        DiscountDecision(
            review_id=found.id, officer_id=officer.id, decision=decision, reason=reason, decided_at=at or utc_now()
        )
    )
    audit.record(session, f"discount-{decision}", ("filing", filing.number), discount=found.code, reason=reason)


def _worded(owed: Fees, refused: DiscountReview) -> Fees:
    """The lines of a balance, named for its bill in each of the office's languages."""
    names = {}
    for language in profile().office.languages:
        with force_locale(language):
            name = refused.name.get(language) or next(iter(refused.name.values()))
            names[language] = _("Reduction refused: %(name)s", name=name)
    lines = tuple(replace(line, name=names) if line.code == refused.code else line for line in owed.lines)
    return replace(owed, lines=lines)
