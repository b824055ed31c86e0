"""The record compared with the packages, and what it forgot put back.

The package is the filing, the database its index (design, "The way of one filing"). A receipt, or the mark that stands
for one, is written after the commit: where there is one and no row, a commit was lost that an agent had been told of.
A package with neither is what a submission left that never came to its commit: nobody was given its number, and it is
never given again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import people
from portal.audit.service import record
from portal.calendar.rules import OfficeDays
from portal.calendar.service import office_days
from portal.context import profile, settings
from portal.db import db, transaction, utc_now
from portal.documents.store import ContentAltered, DocumentStore, NotStored, store
from portal.drafting import service as drafting
from portal.fees import record as fees_record
from portal.fees.quotes import price_of
from portal.fees.rules import Fees
from portal.fees.service import facts_of
from portal.filing import archives
from portal.filing.models import Filing, NumberSeries
from portal.filing.rules import (
    FilingNumber,
    acknowledged_name,
    notice_name,
    package_name,
    read_instant,
    receipt_name,
)
from portal.filing.service import series_of
from portal.notices.service import notify
from portal.office.reviews import open_reviews
from portal.outbox.service import enqueue
from portal.payments.service import issue_bill
from portal.signing.service import verdict

if TYPE_CHECKING:
    from portal.drafting.models import Draft

log = logging.getLogger("portal.filing")

LOOK_BACK, LOOK_AHEAD = 100, 20
"""How many serials before and after the last one of a series `recent` looks at: a lost commit is a late one."""

What = Literal["lost", "restored", "never-acknowledged", "no-package"]


@dataclass(frozen=True)
class Finding:
    """What is not as it must be about one number; `notes` are for the person who must do something about it."""

    number: str
    what: What
    notes: tuple[str, ...] = ()


@dataclass
class Stored:
    """The numbers that the store knows: with a package, and with a sign that an agent was told."""

    packages: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)


def whole_store(shelf: DocumentStore) -> Stored:
    """What the whole store knows; one listing of all its names. Raises StoreError."""
    found = Stored()
    for key in shelf.everything():
        kind, _, number = key.partition("/")
        if kind == "filings":
            found.packages.add(number)
        elif kind in ("receipts", "acknowledged"):
            found.acknowledged.add(number)
    return found


def recent(shelf: DocumentStore) -> Stored:
    """What the store knows of this year's latest numbers: a few questions, no listing. Raises StoreError."""
    found = Stored()
    for number in _latest():
        if _has(shelf, package_name(number)):
            found.packages.add(number)
            if _has(shelf, receipt_name(number)) or _has(shelf, acknowledged_name(number)):
                found.acknowledged.add(number)
    return found


def _latest() -> Iterator[str]:
    year = office_days().today(utc_now()).year
    last = {
        one.number_type: one.last_serial
        for one in db.session.scalars(select(NumberSeries).where(NumberSeries.year == year))
    }
    for number_type in sorted({service.number_type for service in profile().services}):
        serial = last.get(number_type, 0)
        for one in range(max(1, serial - LOOK_BACK), serial + LOOK_AHEAD + 1):
            yield str(FilingNumber(settings().number_prefix, number_type, year, one))


def _has(shelf: DocumentStore, name: str) -> bool:
    try:
        return shelf.named(name) is not None
    except ContentAltered:
        return True


def compare(shelf: DocumentStore, stored: Stored, *, whole: bool) -> list[Finding]:
    """Where the record and the store differ. The store was read before the record: what is filed meanwhile is known.

    `whole`: `stored` is everything, so that a row without a package is a loss of documents.
    """
    known = set(db.session.scalars(select(Filing.number)))
    found = [
        Finding(number, "lost" if number in stored.acknowledged else "never-acknowledged")
        for number in sorted(stored.packages - known)
    ]
    if whole:
        without = (known | stored.acknowledged) - stored.packages
        found += [Finding(number, "no-package") for number in sorted(without) if not _has(shelf, package_name(number))]
    return found


def reconcile(*, whole: bool = True, repair: bool = False) -> list[Finding]:
    """Compare, and with `repair` put back what was lost. Raises StoreError."""
    shelf = store()
    found = compare(shelf, whole_store(shelf) if whole else recent(shelf), whole=whole)
    db.session.rollback()
    return [restore(one.number) if repair and one.what == "lost" else one for one in found]


def repair_recent() -> int:
    """The worker's way: put back what was lost lately; how many filings that were."""
    return sum(one.what == "restored" for one in reconcile(whole=False, repair=True))


@transaction
def restore(session: Session, number: str) -> Finding:
    """Put the row of an acknowledged filing back from its package, with its bill and its reviews.

    Raises StoreError. What people decided about it after it was filed is not in the package: it is received again.
    """
    shelf, parsed = store(), FilingNumber.parse(number)
    series = series_of(session, parsed.type, parsed.year)  # its lock: two servers reconcile at once
    if session.scalar(select(Filing.id).where(Filing.number == number)):
        return Finding(number, "restored", ("another server put it back meanwhile",))
    series.last_serial = max(series.last_serial, parsed.serial)
    raw = shelf.named(package_name(number))
    if raw is None:
        raise NotStored(f"nothing has the name {package_name(number)}")
    manifest: dict[str, Any] = json.loads(raw)
    fees, notes = fees_record.fees_of(manifest["fees"]), list[str]()
    draft = _draft(session, manifest, notes)
    filing = _row(manifest, raw, draft, fees)
    session.add(filing)
    session.flush()
    _receipt(session, shelf, filing, notes)
    issue_bill(session, filing, fees, profile(), OfficeDays.of(profile()).today(filing.received_at))
    _reviews(session, filing, draft, fees, notes)
    record(session, "filing-restored", ("filing", number), manifest=filing.manifest_sha512, notes=notes)
    notify(session, filing.filed_by_id, "filing-received", filing.id, number=number, title=filing.title)
    log.error("%s: the database had forgotten this filing; it is back from its package", number)
    return Finding(number, "restored", tuple(notes))


def _row(manifest: dict[str, Any], raw: bytes, draft: Draft, fees: Fees) -> Filing:
    """The index's row, from the manifest alone."""
    day = manifest["reception"].get("date")
    return Filing(
        number=manifest["number"],
        draft_id=draft.id,
        firm_id=manifest["firm"]["id"],
        filed_by_id=manifest["filed_by"]["id"],
        service=manifest["service"],
        title=manifest["title"],
        applicant=manifest["applicant"][:300],
        language=manifest["language"],
        received_at=read_instant(manifest["received_at"]),
        reception_date=date.fromisoformat(day) if day else None,
        reception=manifest["reception"],
        manifest_sha512=hashlib.sha512(raw).hexdigest(),
        fee_total=fees.total,
        currency=fees.currency,
    )


def _draft(session: Session, manifest: dict[str, Any], notes: list[str]) -> Draft:
    """The draft that was filed, closed; another one in its place when it is gone, or was filed again meanwhile."""
    _people(session, manifest, notes)
    again = session.scalar(select(Filing.number).where(Filing.draft_id == manifest["draft"]))
    if again:
        notes.append(f"its draft was filed again, as {again}: ask the agent which of the two is meant")
    draft = drafting.restored(
        session,
        "" if again else manifest["draft"],
        manifest["firm"]["id"],
        manifest["filed_by"]["id"],
        manifest["service"],
        manifest["title"],
    )
    drafting.mark_filed(session, draft)
    session.flush()
    return draft


def _people(session: Session, manifest: dict[str, Any], notes: list[str]) -> None:
    """The firm and the person, under their own numbers; made when even they are gone, and then without a way in."""
    firm, person = manifest["firm"], manifest["filed_by"]
    if people.restore_firm(session, firm["id"], firm["name"]):
        notes.append(f"the firm {firm['name']} was made anew")
    if people.restore_person(session, person["id"], person["name"], firm["id"]):
        notes.append(f"the account of {person['name']} was made anew and is closed: give it its address")


def _receipt(session: Session, shelf: DocumentStore, filing: Filing, notes: list[str]) -> None:
    """Record the receipt that was given out; one that was still to come follows through the outbox."""
    signed = shelf.named(receipt_name(filing.number))
    if signed is None:
        enqueue(session, "receipt", f"receipt-{filing.number}", filing=filing.id)
    else:
        filing.receipt_sha512 = hashlib.sha512(signed).hexdigest()
        signed_at = verdict(signed, []).signed_at or filing.received_at  # whose it is was settled when it was made
        filing.receipt_issued_at = max(signed_at, filing.received_at)
        archives.recover(session, shelf, filing, signed)
    if shelf.named(notice_name(filing.number)) is not None:
        notes.append("its reception date had followed from a payment: enter the payment again")


def _reviews(session: Session, filing: Filing, draft: Draft, fees: Fees, notes: list[str]) -> None:
    """Queue its proved reductions again, where the draft still says what they were worked out from."""
    if not any(line.why and line.why.proof for line in fees.lines):
        return
    if not draft.sections:
        notes.append("a reduction was claimed: look at its proof by hand")
        return
    facts = facts_of(drafting.application(draft, profile(), filing.language))
    price = price_of(session, draft.id, facts, profile(), OfficeDays.of(profile()).today(filing.received_at))
    if price.fees.total != fees.total:
        notes.append("a reduction was claimed, and today's profile comes to another sum: look at its proof by hand")
        return
    open_reviews(session, filing, facts, price, profile().office.currency_decimals)
