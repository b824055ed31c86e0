"""The signed notice of a reception date that was given after the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.db import db, transaction, utc_now
from portal.documents.store import store
from portal.filing import papers
from portal.filing.models import Filing
from portal.filing.rules import notice_name
from portal.filing.service import manifest_of, named_once
from portal.signing.service import sign_patiently


def issue_notice(filing_id: int, since: datetime | None = None) -> None:
    """Print, sign and store the notice of a filing's reception date, once; `since` is when it began to wait (aware).

    Raises NoKey, TimestampAway, StoreError.
    """
    filing = db.session.get_one(Filing, filing_id)
    if filing.reception_notice_sha512 is not None or filing.reception_date is None:
        return
    manifest, _raw = manifest_of(filing)
    number, written = filing.number, dict(filing.reception)
    db.session.rollback()  # no transaction stays open while the notice is made
    printed = papers.reception_notice(manifest, written, utc_now()).document
    _keep(filing_id, sign_patiently(printed, f"Reception date {number}", since=since or utc_now()))


@transaction
def _keep(session: Session, filing_id: int, signed: bytes) -> None:
    """Name the notice and record it, under the filing's lock."""
    filing = session.get_one(Filing, filing_id, with_for_update=True)
    if filing.reception_notice_sha512 is None:
        sha512 = named_once(notice_name(filing.number), signed)
        filing.reception_notice_sha512 = sha512
        record(session, "reception-notice-issued", ("filing", filing.number), sha512=sha512)


def deliver_notice(_key: str, payload: Mapping[str, Any]) -> None:
    """The outbox's way to `issue_notice`."""
    issue_notice(payload["filing"], datetime.fromisoformat(payload["since"]) if "since" in payload else None)


def notice_pdf(filing: Filing) -> bytes | None:
    """The signed notice as it was issued; None while there is none. Raises StoreError."""
    return store().get(filing.reception_notice_sha512) if filing.reception_notice_sha512 else None
