"""Bills as pages read them: the printable bill, the cashier's list, and the join that the docket uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

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
    number: str
    applicant: str
    total: Decimal
    currency: str
    state: str
    due_on: date


def bill(reference: str, firm_id: int | None = None) -> BillView | None:
    """The bill of this reference, as typed; with `firm_id` only if it is that firm's own."""
    query = (
        select(Bill, Filing.number, Filing.title, Filing.applicant, Payment)
        .join(Filing, Filing.id == Bill.filing_id)
        .outerjoin(Payment, Payment.bill_id == Bill.id)
        .where(Bill.reference == rules.compact_reference(reference))
    )
    if firm_id is not None:
        query = query.where(Bill.firm_id == firm_id)
    row = db.session.execute(query).first()
    if row is None:
        return None
    found, number, title, applicant, payment = row
    return BillView(found, list(found.items), number, title, applicant, payment)


def bill_of(filing_id: int) -> BillView | None:
    """The bill that is owed or was paid for a filing; a cancelled one only when there is no other."""
    reference = db.session.scalar(
        select(Bill.reference)
        .where(Bill.filing_id == filing_id)
        .order_by((Bill.state == "cancelled").asc(), Bill.id.desc())
        .limit(1)
    )
    return bill(reference) if reference else None


def search(text: str, state: str, after: int = 0) -> tuple[list[BillRow], bool]:
    """A page of bills after that serial, oldest first, and whether more follow.

    `text` is a part of a reference, a filing's number, or an applicant's name; `state` is due, paid or empty for all.
    """
    query = (
        select(
            Bill.id, Bill.reference, Filing.number, Filing.applicant, Bill.total, Bill.currency, Bill.state, Bill.due_on
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


def docket_join() -> tuple[Any, ColumnElement[bool], ColumnElement[str]]:
    """What joins a list of filings with their bills in one query: the table, the condition, the bill's state."""
    return Bill, and_(Bill.filing_id == Filing.id, Bill.state != "cancelled"), Bill.state  # type: ignore[return-value]
