"""What happens to quotes: one is made of a draft, and honoured when the draft is filed within its days."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.service import record as audit
from portal.calendar.rules import OfficeDays, last_day, period_end
from portal.calendar.service import office_days
from portal.context import profile
from portal.db import db, new_key, transaction, utc_now
from portal.drafting import service as drafting
from portal.drafting.roles import Act
from portal.fees import record
from portal.fees.models import FeeQuote
from portal.fees.offers import Offer, Price, fits, price
from portal.fees.rules import Facts, Fees, Quoted, in_force
from portal.fees.service import quote_facts
from portal.profile.fees import FeeSchedule
from portal.profile.model import Profile

if TYPE_CHECKING:
    from portal.accounts.models import User

log = logging.getLogger("portal.fees")

LOOKED_AT = 20
"""So many of a draft's quotes, the newest, are looked at."""


class NotOffered(Exception):
    """The office gives no quotes."""


@dataclass(frozen=True)
class QuoteView:
    """A quote to read and to print."""

    quoted: Quoted
    fees: Fees
    draft_id: str
    service: str
    title: str


@transaction
def make(session: Session, draft_id: str, user: User) -> str:
    """Quote a draft as it stands, complete or not; returns the quote's reference.

    The same again on the same day gives the same quote. Raises drafting's NotFound, NotAllowed and NotOpen, NotOffered,
    and NoSchedule.
    """
    here = profile()
    draft = drafting.lock_open(session, draft_id, user, Act.EDIT)
    if not here.payment.quote_days:
        raise NotOffered(draft_id)
    facts, days = drafting.held(draft, here).fee_facts, office_days()
    today = days.today(utc_now())
    for row in _rows(session, draft_id):
        known = _offer(row, days)
        if known and row.made_on == today and fits(known, facts, here.office.currency_decimals):
            return row.reference
    schedule = in_force(here.fee_schedules, today)
    made = FeeQuote(
        reference=new_key(),
        draft_id=draft.id,
        firm_id=draft.firm_id,
        made_by_id=user.id,
        service=draft.service,
        title=draft.title,
        made_on=today,
        valid_until=period_end(today, days, count=here.payment.quote_days),
        schedule=schedule.model_dump(mode="json", exclude_defaults=True),
        fees=record.of_fees(quote_facts(facts, here, today)),
    )
    session.add(made)
    session.flush()
    made.reference = f"Q{today:%y}{made.id:06d}"
    audit(
        session,
        "fees-quoted",
        ("draft", draft.id),
        quote=made.reference,
        schedule=schedule.valid_from.isoformat(),
        total=made.fees["total"],
        valid_until=made.valid_until.isoformat(),
    )
    return made.reference


def price_of(session: Session, draft_id: str, facts: Facts, profile: Profile, on: date) -> Price:
    """What a draft with these facts costs on a date of the office, its quotes considered; raises NoSchedule."""
    today, schedule = quote_facts(facts, profile, on), in_force(profile.fee_schedules, on)
    rows = _rows(session, draft_id)
    days = office_days() if rows else OfficeDays.of(profile)
    offers = [offer for row in rows if (offer := _offer(row, days))]
    return price(today, schedule, facts, offers, on, profile.office.currency_decimals)


def view(reference: str, reader: User | None = None) -> QuoteView | None:
    """The quote of this reference; for a `reader` of a firm only who made it, or may read its draft."""
    row = db.session.scalar(select(FeeQuote).where(FeeQuote.reference == reference.strip().upper()))
    if row is None or (reader is not None and not _may_read(row, reader)):
        return None
    quoted = _quoted(row, office_days())
    return QuoteView(quoted, record.fees_of(row.fees), row.draft_id, row.service, row.title)


def _may_read(row: FeeQuote, reader: User) -> bool:
    if row.made_by_id == reader.id:
        return True
    try:
        drafting.owned(db.session, row.draft_id, reader)
    except drafting.NotFound:
        return False
    return True


def _rows(session: Session, draft_id: str) -> list[FeeQuote]:
    query = select(FeeQuote).where(FeeQuote.draft_id == draft_id).order_by(FeeQuote.id.desc()).limit(LOOKED_AT)
    return list(session.scalars(query))


def _quoted(row: FeeQuote, days: OfficeDays) -> Quoted:
    """The quote as it holds now: a closure or an outage that was recorded since moves its last day on."""
    return Quoted(row.reference, row.made_on, last_day(row.valid_until, days).day)


def _offer(row: FeeQuote, days: OfficeDays) -> Offer | None:
    """The quote with its schedule; None, and a line in the log, when this release cannot read it any more."""
    try:
        return Offer(_quoted(row, days), FeeSchedule.model_validate(row.schedule), record.fees_of(row.fees))
    except ValidationError:
        log.exception("quote %s cannot be read", row.reference)
        return None
