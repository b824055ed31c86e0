"""What happens to a filing: submitted in one transaction, its receipt issued after it, its record read.

The order is that of the design ("The way of one filing"): the package is in the store before the database commits,
the receipt is written after the commit, and only then is the number shown.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.calendar.rules import OfficeDays, Reception, reception
from portal.calendar.service import office_days
from portal.context import profile, settings
from portal.db import db, transaction, utc_now
from portal.documents.store import ContentAltered, DocumentStore, NameTaken, StoreError, store
from portal.drafting import service as drafting
from portal.drafting.answers import answers
from portal.drafting.application import Application
from portal.drafting.roles import Act
from portal.fees import record as fees_record
from portal.fees.offers import Price
from portal.fees.quotes import price_of
from portal.fees.rules import Fees
from portal.fees.service import facts_of
from portal.filing import package, papers, printed_form
from portal.filing.models import Filing, NumberSeries
from portal.filing.pictures import Picture, Subject, pictures
from portal.filing.rules import (
    Changed,
    Circumstances,
    FilingNumber,
    Person,
    Purposes,
    acknowledged_name,
    after_last_byte,
    fingerprint,
    package_name,
    receipt_name,
)
from portal.notices.service import notify
from portal.office.reviews import open_reviews
from portal.outbox.service import enqueue, postpone, settle
from portal.payments.service import issue_bill
from portal.profile.model import ReceptionRule
from portal.settings import Tier
from portal.signing.service import NoKey, TimestampAway, due_again, sign_patiently
from portal.web.formats import text
from portal.web.health import release
from portal.web.language import speaking

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.drafting.models import Draft

log = logging.getLogger("portal.filing")

RECEIPT_PATIENCE = timedelta(seconds=20)
"""For so long the worker leaves the receipt to the request that filed."""


@dataclass(frozen=True)
class Quote:
    """What a draft would cost if it were submitted now, and the reception date that it would get.

    `fingerprint` stands for what its reader declares: `submit` files nothing else.
    """

    application: Application
    price: Price
    reception: Reception
    fingerprint: str

    @property
    def fees(self) -> Fees:
        return self.price.fees

    @property
    def reception_date(self) -> date | None:
        return self.reception.date


def quote_draft(draft_id: str, user: User, language: str) -> Quote:
    """What the page before submission shows; raises drafting's NotFound, NotAllowed, Incomplete."""
    draft = drafting.owned(db.session, draft_id, user, Act.FILE)
    now = utc_now()
    application = drafting.application(draft, profile(), language)
    days = office_days()
    price = price_of(db.session, draft.id, facts_of(application), profile(), days.today(now))
    rule = profile().reception_of(application.service)
    declared = fingerprint(application, price.fees, rule)
    return Quote(application, price, _received(now, price.fees, rule, days), declared)


def filing_of_draft(draft_id: str, user: User) -> Filing | None:
    """The filing that a draft of this person's firm became, if it did."""
    return db.session.scalar(select(Filing).where(Filing.draft_id == draft_id, Filing.firm_id == user.firm_id))


def is_being_filed(draft_id: str, user: User) -> bool:
    """Whether another request files this draft at this moment: it holds the draft's lock."""
    draft = drafting.owned(db.session, draft_id, user)
    try:
        db.session.refresh(draft, with_for_update={"nowait": True})
    except OperationalError:
        return True
    finally:
        db.session.rollback()
    return False


def submit(draft_id: str, user: User, language: str, declared: str) -> Filing:
    """File a draft, once: a draft that was filed before answers with the same filing.

    `declared` is the fingerprint of the quote that the person read. Raises drafting's NotFound, NotAllowed and
    Incomplete, Changed when the quote is another by now, and StoreError when the package could not be written: then
    nothing was filed.
    A receipt that cannot be issued now follows through the outbox.
    """
    filing = _file(draft_id, user, language, declared)
    try:
        issue_receipt(filing.id)
    except (NoKey, TimestampAway, StoreError) as error:
        log.warning("%s: the receipt follows later: %s", filing.number, error)
    except Exception:
        # The filing is committed: whatever keeps its receipt back must not look like a refusal.
        log.exception("%s: the receipt follows later", filing.number)
        db.session.rollback()
    filing = db.session.get_one(Filing, filing.id)
    if filing.receipt_sha512 is None:
        _acknowledge(filing)
    return filing


def _acknowledge(filing: Filing) -> None:
    """Leave in the store that an agent is told this number although its receipt is still to come.

    Where the database forgets the commit, this is how the reconciler knows that it was one.
    """
    try:
        store().name(acknowledged_name(filing.number), filing.manifest_sha512.encode())
    except NameTaken:
        log.info("%s was acknowledged before", filing.number)
    except StoreError as error:
        log.warning("%s is acknowledged by the database alone: %s", filing.number, error)


@transaction
def _file(session: Session, draft_id: str, user: User, language: str, declared: str) -> Filing:
    """The one transaction of a filing."""
    draft = drafting.lock_for_filing(session, draft_id, user)
    known = session.scalar(select(Filing).where(Filing.draft_id == draft.id))
    if known is not None:
        return known
    application = drafting.application(draft, profile(), language)
    shelf = store()
    for document in application.documents:
        shelf.open(document.sha512).close()  # altered or missing bytes must not be acknowledged as received
    # Before the series' lock, for which others wait.
    shown = pictures(Subject.of(application), _purposes(application.service), shelf)
    filing, price, made = _allot(session, draft, application, user, shelf, shown, declared)
    session.add(filing)
    session.flush()
    issue_bill(session, filing, price.fees, profile(), OfficeDays.of(profile()).today(filing.received_at))
    open_reviews(session, filing, facts_of(application), price, profile().office.currency_decimals)
    drafting.mark_filed(session, draft)
    _tell(session, filing, made)
    return filing


def _allot(
    session: Session,
    draft: Draft,
    application: Application,
    user: User,
    shelf: DocumentStore,
    shown: list[Picture],
    declared: str,
) -> tuple[Filing, Price, package.Package]:
    """Give the next free number under its series' lock, and write the package under that number; raises Changed."""
    service, days = profile().service(application.service), office_days()
    year = days.today(utc_now()).year
    series = series_of(session, service.number_type, year)
    while True:
        series.last_serial += 1
        number = FilingNumber(settings().number_prefix, service.number_type, year, series.last_serial)
        if _is_taken(shelf, number):
            # A transaction that failed after it wrote its package had this number: it is never given again.
            continue
        received_at = after_last_byte(utc_now(), application)
        price = price_of(session, draft.id, facts_of(application), profile(), days.today(received_at))
        rule = profile().reception_of(application.service)
        if fingerprint(application, price.fees, rule) != declared:
            raise Changed(draft.id)
        received = _received(received_at, price.fees, rule, days)
        about = _circumstances(number, draft, user, received, price.fees)
        name = text(service.name, application.language)
        made = package.build(application, about, _answers(draft, application.language), name, shown)
        try:
            package.write(made, shelf)
        except NameTaken:
            continue
        return _filing(draft, application, about, made), price, made


def series_of(session: Session, number_type: str, year: int) -> NumberSeries:
    """The series' row under its lock; made when a year begins, by whoever comes first."""
    query = select(NumberSeries).where(NumberSeries.number_type == number_type, NumberSeries.year == year)
    query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        try:
            with session.begin_nested():
                session.add(NumberSeries(number_type=number_type, year=year))
        except IntegrityError:
            log.info("another submission opened the series %s %s", number_type, year)
        found = session.scalars(query).one()
    return found


def _is_taken(shelf: DocumentStore, number: FilingNumber) -> bool:
    try:
        return shelf.named(package_name(str(number))) is not None
    except ContentAltered:
        return True


def _received(received_at: datetime, fees: Fees, rule: ReceptionRule, days: OfficeDays) -> Reception:
    """How the filing is received; where nothing is to be paid, no payment is waited for."""
    return reception(received_at, None if fees.total else received_at, rule, days)


def _circumstances(number: FilingNumber, draft: Draft, user: User, received: Reception, fees: Fees) -> Circumstances:
    office = profile().office
    firm = user.firm
    if firm is None:
        raise ValueError("only a member of a firm files")
    return Circumstances(
        number=number,
        office=office.code,
        tier=str(settings().tier),
        legal_effect=settings().tier is Tier.PRODUCTION,
        draft=draft.id,
        firm=Person(firm.id, firm.name),
        filed_by=Person(user.id, user.name),
        received_at=received.submitted_at,
        reception=received,
        fees=fees,
        release=release(),
        purposes=_purposes(draft.service),
    )


def _purposes(service: str) -> Purposes:
    """What each kind of document of a service is for."""
    return {kind.code: kind.required for kind in profile().service(service).documents}


def _answers(draft: Draft, language: str) -> printed_form.Answers:
    """The answers in the words of the page on which they were checked, in this language."""
    with speaking(language):
        asked = answers(drafting.held(draft, profile()), language)
        return {
            section: [replace(row, label=str(row.label), value=str(row.value)) for row in rows if str(row.value)]
            for section, rows in asked.items()
        }


def _filing(draft: Draft, application: Application, about: Circumstances, made: package.Package) -> Filing:
    return Filing(
        number=str(about.number),
        draft_id=draft.id,
        firm_id=about.firm.id,
        filed_by_id=about.filed_by.id,
        service=application.service,
        title=application.title,
        applicant=application.applicant.name[:300],
        language=application.language,
        received_at=about.received_at,
        reception_date=about.reception_date,
        reception=about.reception.as_dict(),
        manifest_sha512=made.manifest_sha512,
        fee_total=about.fees.total,
        currency=about.fees.currency,
    )


def _tell(session: Session, filing: Filing, made: package.Package) -> None:
    """Leave the trace, and what must follow the commit."""
    record(
        session,
        "filing-submitted",
        ("filing", filing.number),
        draft=filing.draft_id,
        manifest=filing.manifest_sha512,
        files=len(made.manifest["files"]),
    )
    postpone(enqueue(session, "receipt", f"receipt-{filing.number}", filing=filing.id), RECEIPT_PATIENCE)
    notify(session, filing.filed_by_id, "filing-received", filing.id, number=filing.number, title=filing.title)


def issue_receipt(filing_id: int) -> None:
    """Print, sign and store the receipt of a filing, once; a repeat changes nothing.

    Raises NoKey, TimestampAway, StoreError: then it follows through the outbox.
    """
    filing = db.session.get_one(Filing, filing_id)
    if filing.receipt_sha512 is not None:
        return
    shelf = store()
    manifest, raw = manifest_of(filing)
    xml = shelf.get(_file_of(manifest, "application-data")["sha512"])
    number, received_at = filing.number, filing.received_at
    db.session.rollback()  # no transaction stays open while the receipt is made
    issued_at = max(utc_now(), received_at)  # another server's clock may have been ahead of ours
    printed = papers.receipt(manifest, raw, xml, issued_at).document
    _keep_receipt(filing_id, sign_patiently(printed, f"Receipt {number}", since=received_at), issued_at)


@transaction
def _keep_receipt(session: Session, filing_id: int, signed: bytes, issued_at: datetime) -> None:
    """Name the receipt and record it under the filing's lock: a request and a worker may both have made one."""
    filing = session.get_one(Filing, filing_id, with_for_update=True)
    if filing.receipt_sha512 is None:
        sha512 = named_once(receipt_name(filing.number), signed)
        filing.receipt_sha512, filing.receipt_issued_at = sha512, issued_at
        filing.archive_due_at = due_again(store().get(sha512))
        record(session, "receipt-issued", ("filing", filing.number), sha512=sha512)
        if issued_at - filing.received_at > RECEIPT_PATIENCE:
            notify(session, filing.filed_by_id, "receipt-issued", filing.id, number=filing.number, title=filing.title)
    settle(session, f"receipt-{filing.number}")


def named_once(name: str, signed: bytes) -> str:
    """The hash of what has this name in the store, which is `signed` if nothing had it; for a caller with a lock."""
    shelf = store()
    try:
        return shelf.name(name, signed).sha512
    except NameTaken:
        # An attempt before this one wrote it and could not say so: that one counts.
        return shelf.put(shelf.named(name) or signed).sha512


def deliver_receipt(_key: str, payload: Mapping[str, Any]) -> None:
    """The outbox's way to `issue_receipt`."""
    issue_receipt(payload["filing"])


def receipt_pdf(filing: Filing) -> bytes | None:
    """The signed receipt as it was issued; None while it is still to come. Raises StoreError."""
    return store().get(filing.receipt_sha512) if filing.receipt_sha512 else None


def manifest_of(filing: Filing) -> tuple[dict[str, Any], bytes]:
    """The manifest of a filing, and its bytes as they were stored; raises StoreError."""
    raw = store().get(filing.manifest_sha512)
    content: dict[str, Any] = json.loads(raw)
    return content, raw


def file_of(filing: Filing, sha512: str) -> tuple[dict[str, Any], BinaryIO] | None:
    """A file of a filing's package as a stream; None when the filing has no such file. Raises StoreError."""
    manifest, _raw = manifest_of(filing)
    found = next((file for file in manifest["files"] if file["sha512"] == sha512), None)
    return (found, store().open(sha512)) if found else None


def application_xml(filing: Filing) -> bytes:
    """The application's ST.96 XML; raises StoreError."""
    manifest, _raw = manifest_of(filing)
    return store().get(_file_of(manifest, "application-data")["sha512"])


def application_form(filing: Filing) -> bytes:
    """The application form as it was made with the filing; raises StoreError."""
    manifest, _raw = manifest_of(filing)
    return store().get(_file_of(manifest, "application-form")["sha512"])


def _file_of(manifest: dict[str, Any], role: str) -> dict[str, Any]:
    found: dict[str, Any] = next(file for file in manifest["files"] if file["role"] == role)
    return found


def reception_of(number: str) -> dict[str, Any] | None:
    """How the reception date of a filing came about, as it was written down; `number` as stored or as printed."""
    try:
        known = str(FilingNumber.parse(number))
    except ValueError:
        return None
    written = db.session.scalar(select(Filing.reception).where(Filing.number == known))
    return written or None


def fees_of(number: str) -> Fees | None:
    """The fees of a filing, as its own record has them; `number` as stored or as printed. Raises StoreError."""
    try:
        known = str(FilingNumber.parse(number))
    except ValueError:
        return None
    filing = db.session.scalar(select(Filing).where(Filing.number == known))
    return fees_record.fees_of(manifest_of(filing)[0]["fees"]) if filing else None


def visible(number: str, user: User, is_staff: bool) -> Filing | None:
    """The filing of this number if the person may see it: their firm's own, or any for the office's staff."""
    query = select(Filing).where(Filing.number == number)
    if not is_staff:
        query = query.where(Filing.firm_id == user.firm_id)
    return db.session.scalar(query)
