"""The docket: a firm's filings, and the history of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select

from portal.accounts import service as accounts
from portal.context import profile
from portal.db import db
from portal.docket.rules import Cursor, Event, What, in_order, number_part
from portal.drafting.answers import answers
from portal.drafting.application import Application, Attached
from portal.drafting.compare import Row as Answer
from portal.drafting.service import as_filed
from portal.filing.index import Filing
from portal.notices import service as notices
from portal.office.reviews import Review, reviews_of
from portal.office.service import decisions_of
from portal.payments.queries import BillView, bills_of, fees_bill, state_of_filing
from portal.payments.rules import BALANCE
from portal.web.language import chosen

PAGE = 50
Row = tuple[int, str, str, str, datetime, date | None, str, str | None]
"""id, number, title, applicant, received at, reception date, state, the bill's state."""


@dataclass(frozen=True)
class Filter:
    """What an agent asks to see; empty means all. `oldest` turns the order round."""

    text: str = ""
    state: str = ""
    bill: str = ""
    oldest: bool = False


@dataclass(frozen=True)
class Listing:
    """A page of the docket, and the places where the pages beside it start."""

    rows: list[Row]
    newer: Cursor | None
    older: Cursor | None


def listing(firm_id: int, user_id: int, wanted: Filter, after: Cursor | None, before: Cursor | None) -> Listing:
    """A page of a firm's filings in one query, which also brings the reader's count of unread notices.

    `after` is the last filing of the page that was seen, `before` the first of the page to go back from.
    """
    backwards = before is not None
    place = before or after
    rows = db.session.execute(_query(firm_id, user_id, wanted, place, wanted.oldest != backwards)).all()
    if rows:
        notices.remember_unread(rows[0][-1])
    more = len(rows) > PAGE
    page: list[Row] = [tuple(row[:-1]) for row in rows[:PAGE]]
    if backwards:
        page.reverse()
    has_previous, has_next = (more, True) if backwards else (place is not None, more)
    first, last = (Cursor(row[4], row[0]) for row in (page[0], page[-1])) if page else (None, None)
    return Listing(page, first if has_previous else None, last if has_next else None)


def _query(
    firm_id: int, user_id: int, wanted: Filter, place: Cursor | None, ascending: bool
) -> Select[*tuple[Any, ...]]:
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
            notices.unread_of(user_id),
        )
        .where(Filing.firm_id == firm_id)
        .limit(PAGE + 1)
    )
    keys = (Filing.received_at, Filing.id)
    query = query.order_by(*((key.asc() if ascending else key.desc()) for key in keys))
    if place is not None:
        # Not a row comparison: MariaDB would not use the index for it.
        when, key = keys
        beyond = when > place.received_at if ascending else when < place.received_at
        at_least = when >= place.received_at if ascending else when <= place.received_at
        query = query.where(at_least, or_(beyond, key > place.id if ascending else key < place.id))
    if wanted.state:
        query = query.where(Filing.state == wanted.state)
    if wanted.bill:
        query = query.where(bill_state == wanted.bill)
    if wanted.text:
        query = query.where(
            or_(
                Filing.number.icontains(number_part(wanted.text), autoescape=True),
                Filing.title.icontains(wanted.text, autoescape=True),
                Filing.applicant.icontains(wanted.text, autoescape=True),
            )
        )
    return query


@dataclass(frozen=True)
class FilingView:
    """A filing with what was filed, its bill, and all that happened to it."""

    filing: Filing
    application: Application
    answers: dict[str, list[Answer]]
    agent: str
    firm: str
    bills: list[BillView]
    reviews: list[Review]
    history: list[Event]

    @property
    def bill(self) -> BillView | None:
        """The bill over the fees, as they were when it was filed."""
        return fees_bill(self.bills)

    @property
    def balances(self) -> list[BillView]:
        """The bills over refused reductions that still count."""
        return [one for one in self.bills if one.bill.kind == BALANCE and one.bill.state != "cancelled"]

    @property
    def documents(self) -> tuple[Attached, ...]:
        return self.application.documents


def filing(number: str, firm_id: int | None = None) -> FilingView | None:
    """The filing of this number; with `firm_id` only if it is that firm's own."""
    query = select(Filing).where(Filing.number == number)
    if firm_id is not None:
        query = query.where(Filing.firm_id == firm_id)
    found = db.session.scalar(query)
    if found is None:
        return None
    person = accounts.find(found.filed_by_id)
    agent, firm = (person.name, person.firm.name if person.firm else "") if person else ("", "")
    bills, reviews = bills_of(found.id), reviews_of(found.id)
    application, asked = as_filed(db.session, found.draft_id, profile(), found.language)
    history = in_order(_events(found, bills, reviews))
    return FilingView(found, application, answers(asked, chosen()), agent, firm, bills, reviews, history)


def _events(filing: Filing, bills: list[BillView], reviews: list[Review]) -> list[Event]:
    events = [Event(filing.received_at, What.SUBMITTED)]
    if filing.receipt_issued_at:
        events.append(Event(filing.receipt_issued_at, What.RECEIPT_ISSUED))
    for bill in bills:
        events += _bill_events(bill)
    for review in reviews:
        for one in review.decisions:
            told = {"name": review.name, "reason": one.reason, "officer": one.officer}
            events.append(Event(one.decided_at, What(f"reduction-{one.decision}"), told))
    for decision in decisions_of(filing.id):
        made = {"defects": decision.defects, "officer": decision.officer}
        events.append(Event(decision.decided_at, What(decision.decision), made))
    return events


def _bill_events(view: BillView) -> list[Event]:
    bill = view.bill
    details = {"reference": bill.reference, "amount": bill.total, "currency": bill.currency, "kind": bill.kind}
    events = [Event(bill.issued_at, What.BILLED, details)]
    if bill.cancelled_at:
        events.append(Event(bill.cancelled_at, What.BILL_CANCELLED, details))
    if view.payment:
        paid = {"amount": view.payment.amount, "currency": view.payment.currency, "by": view.payment.transaction}
        events.append(Event(view.payment.received_at, What.PAID, paid))
    return events
