"""Bills as pages read them: the printable bill, the cashier's list, and the join that the docket uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, ScalarSelect, Select, func, or_, select

from portal.db import db
from portal.docket.rules import number_part
from portal.filing.index import Filing
from portal.payments import rules
from portal.payments.models import Bill, BillItem, Payment

PAGE = 50


@dataclass(frozen=True)
class BillView:
    """A bill with its items, and what a reader must know of its filing and its payment."""

    bill: Bill
    items: list[BillItem]
    number: str
    title: str
    applicant: str
    payment: Payment | None


@dataclass(frozen=True)
class BillRow:
    """One row of the cashier's list."""

    id: int
    reference: str
    kind: str
    number: str
    applicant: str
    total: Decimal
    currency: str
    state: str
    due_on: date


def bill(reference: str, firm_id: int | None = None) -> BillView | None:
    """The bill of this reference, as typed; with `firm_id` only if it is that firm's own."""
    query = _views().where(Bill.reference == rules.compact_reference(reference))
    if firm_id is not None:
        query = query.where(Bill.firm_id == firm_id)
    row = db.session.execute(query).first()
    return _view(row) if row else None


def bills_of(filing_id: int) -> list[BillView]:
    """Every bill of a filing, oldest first: that of its fees, and any balance; cancelled ones too."""
    return [_view(row) for row in db.session.execute(_views().where(Bill.filing_id == filing_id).order_by(Bill.id))]


def bill_of(filing_id: int) -> BillView | None:
    """The bill over the fees of a filing, as they were when it was filed."""
    return fees_bill(bills_of(filing_id))


def fees_bill(bills: list[BillView]) -> BillView | None:
    """Of a filing's bills the one over its fees; a cancelled one only when there is no other."""
    found = [view for view in bills if view.bill.kind == rules.FEES]
    return min(found, key=lambda view: (view.bill.state == "cancelled", -view.bill.id), default=None)


def _views() -> Select[Bill, str, str, str, Payment]:
    return (
        select(Bill, Filing.number, Filing.title, Filing.applicant, Payment)
        .join(Filing, Filing.id == Bill.filing_id)
        .outerjoin(Payment, Payment.bill_id == Bill.id)
    )


def _view(row: Row[Bill, str, str, str, Payment]) -> BillView:
    found, number, title, applicant, payment = row
    return BillView(found, list(found.items), number, title, applicant, payment)


def search(text: str, state: str, after: int = 0) -> tuple[list[BillRow], bool]:
    """A page of bills after that serial, oldest first, and whether more follow.

    `text` is a part of a reference, a filing's number, or an applicant's name; `state` is due, paid or empty for all.
    """
    query = (
        select(
            Bill.id,
            Bill.reference,
            Bill.kind,
            Filing.number,
            Filing.applicant,
            Bill.total,
            Bill.currency,
            Bill.state,
            Bill.due_on,
        )
        .join(Filing, Filing.id == Bill.filing_id)
        .where(Bill.id > after)
        .order_by(Bill.id)
        .limit(PAGE + 1)
    )
    if state:
        query = query.where(Bill.state == state)
    if text := text.strip():
        query = query.where(
            or_(
                Bill.reference.startswith(rules.compact_reference(text), autoescape=True),
                Filing.number.icontains(number_part(text), autoescape=True),
                Filing.applicant.icontains(text, autoescape=True),
            )
        )
    rows = [BillRow(*row) for row in db.session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def state_of_filing() -> ScalarSelect[str | None]:
    """Whether a filing is paid, as a column of a query that lists filings: due, paid, or None without a bill.

    It is due while any of its bills is. A filing with a balance has two: a join would list it twice.
    """
    # "due" comes before "paid" in the alphabet: the least state is due as long as one bill is.
    owed = select(func.min(Bill.state)).where(Bill.filing_id == Filing.id, Bill.state.in_(("due", "paid")))
    return owed.correlate(Filing).scalar_subquery()
