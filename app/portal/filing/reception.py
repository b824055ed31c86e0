"""The reception date of a filing that waited for its payment, given with the payment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.calendar.rules import Reception, reception
from portal.calendar.service import office_days
from portal.db import utc_now
from portal.filing.models import Filing
from portal.notices.service import notify
from portal.outbox.service import enqueue


def give_reception_date(session: Session, filing: Filing, paid_at: datetime) -> None:
    """Give a filing the reception date that waited for its payment, by the rule under which it was submitted.

    Part of the payment's own transaction; the filing's row is locked. One that has its date keeps it.
    """
    if filing.reception_date is not None:
        return
    waiting = Reception.read(filing.reception)
    found = reception(waiting.submitted_at, paid_at, waiting.rule, office_days())
    filing.reception_date, filing.reception = found.date, found.as_dict()
    record(session, "reception-date-given", ("filing", filing.number), **found.as_dict())
    since = utc_now().isoformat()
    enqueue(session, "reception-notice", f"reception-notice-{filing.number}", filing=filing.id, since=since)
    notify(
        session,
        filing.filed_by_id,
        "reception-date",
        filing.id,
        number=filing.number,
        title=filing.title,
        reception=found.as_dict(),
    )
