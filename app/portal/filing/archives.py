"""Receipts are stamped anew each year, so that they can be checked after every certificate in them has ended.

The receipt as it was issued stays what it is: its bytes, its hash, its name in the store. Each later stamp is an
incremental update of it, stored as an object of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.db import db, transaction, utc_now
from portal.documents.store import DocumentStore, NameTaken, store
from portal.filing.models import Filing, ReceiptArchive
from portal.filing.rules import archive_name
from portal.outbox.service import enqueue, known
from portal.signing.service import archive_again, due_again, newest_stamp, stamps

AT_ONCE = 200
"""Put into the outbox at a time: receipts and mails of today must not queue behind those of a year ago."""
AGAIN = timedelta(days=1)
"""A receipt that was put into the outbox is not looked at again for so long."""


def enqueue_due() -> int:
    """Put what is due into the outbox, and say how many receipts that were; a housekeeper of the worker."""
    return _enqueue(AT_ONCE) if stamps() else 0


@transaction
def _enqueue(session: Session, limit: int) -> int:
    now = utc_now()
    query = select(Filing).where(*_due(now)).order_by(Filing.archive_due_at, Filing.id).limit(limit)
    count = 0
    for filing in session.scalars(query.with_for_update(skip_locked=True)).all():
        key = f"archive-{filing.number}-{_count(session, filing.id) + 1}"
        filing.archive_due_at = now + AGAIN
        if not known(session, key):
            enqueue(session, "archive", key, filing=filing.id)
            count += 1
    if count:
        record(session, "archive-stamps-due", receipts=count)
    return count


def due(limit: int) -> list[str]:
    """The numbers of filings whose receipt is due, those that were never stamped first."""
    query = select(Filing.number).where(*_due(utc_now())).order_by(Filing.archive_due_at, Filing.id).limit(limit)
    return list(db.session.scalars(query))


def deliver(_key: str, payload: Mapping[str, Any]) -> None:
    """The outbox's way to `stamp_again`."""
    stamp_again(payload["filing"])


def stamp_again(filing_id: int) -> None:
    """Add an archive timestamp to a filing's newest receipt, if it has a receipt.

    Raises TimestampAway and StoreError; ValueError for a receipt that does not hold, which needs a person.
    """
    filing = db.session.get_one(Filing, filing_id)
    newest = newest_of(filing)
    if newest is None:
        return
    number, sequence = filing.number, _count(db.session, filing_id) + 1
    db.session.rollback()  # no transaction stays open while the authority is asked
    shelf = store()
    stamped = archive_again(shelf.get(newest))
    try:
        sha512 = shelf.name(archive_name(number, sequence), stamped).sha512
    except NameTaken:
        # Another server, or an attempt before this one, was first.
        stamped = shelf.named(archive_name(number, sequence)) or stamped
        sha512 = shelf.put(stamped).sha512
    _record(filing_id, sequence, sha512, newest_stamp(stamped) or utc_now(), due_again(stamped))


@transaction
def _record(
    session: Session, filing_id: int, sequence: int, sha512: str, stamped_at: datetime, due_at: datetime | None
) -> None:
    filing = session.get_one(Filing, filing_id, with_for_update=True)
    if _count(session, filing_id) >= sequence:
        return
    session.add(ReceiptArchive(filing_id=filing_id, sequence=sequence, sha512=sha512, stamped_at=stamped_at))
    filing.archive_due_at = due_at
    record(session, "receipt-stamped-again", ("filing", filing.number), sha512=sha512, sequence=sequence)


def recover(session: Session, shelf: DocumentStore, filing: Filing, receipt: bytes) -> None:
    """Record the stamps that the store knows of a receipt, for a filing that is put back from its package.

    Within the caller's transaction, which has flushed the filing. Raises StoreError.
    """
    newest, sequence = receipt, 1
    while (stamped := shelf.named(archive_name(filing.number, sequence))) is not None:
        sha512 = hashlib.sha512(stamped).hexdigest()
        at = newest_stamp(stamped) or filing.received_at
        session.add(ReceiptArchive(filing_id=filing.id, sequence=sequence, sha512=sha512, stamped_at=at))
        newest, sequence = stamped, sequence + 1
    filing.archive_due_at = due_again(newest)


def newest_of(filing: Filing) -> str | None:
    """The SHA-512 of a filing's receipt with its newest stamp; None while there is no receipt."""
    query = select(ReceiptArchive.sha512).where(ReceiptArchive.filing_id == filing.id)
    return db.session.scalar(query.order_by(ReceiptArchive.sequence.desc()).limit(1)) or filing.receipt_sha512


def _count(session: Session, filing_id: int) -> int:
    query = select(func.count()).select_from(ReceiptArchive).where(ReceiptArchive.filing_id == filing_id)
    return session.scalar(query) or 0


def _due(now: datetime) -> tuple[Any, ...]:
    ripe = or_(Filing.archive_due_at.is_(None), Filing.archive_due_at <= now)
    return (Filing.receipt_sha512.is_not(None), ripe)
