"""Filings for tests of what comes after the submission: made directly, without the way through draft and package."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.calendar.rules import Reception
from portal.db import transaction
from portal.drafting.models import Draft, DraftDocument, DraftSection
from portal.drafting.upgrades import SHAPE
from portal.fees.rules import FeeLine, Fees
from portal.filing.models import Filing
from portal.payments.models import Bill
from portal.payments.service import issue_bill
from portal.profile.model import Profile

RECEIVED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
FEES = Fees(
    lines=(
        FeeLine("tm-filing", {"en": "Application fee", "fr": "Taxe de dépôt"}, 1, Decimal("120.00"), Decimal("120.00")),
        FeeLine("tm-class", {"en": "Further class", "fr": "Classe"}, 1, Decimal("45.00"), Decimal("45.00")),
    ),
    total=Decimal("165.00"),
    currency="USD",
)
SECTIONS = {
    "about": {"reference": "OUR-17"},
    "applicants": {
        "parties": [
            {
                "kind": "legal",
                "name": "Baobab Foods Ltd",
                "street": "12 Harbour Road",
                "city": "Lumeria City",
                "postcode": "10100",
                "country": "KE",
                "email": "ip@baobab.example",
                "phone": "",
            }
        ]
    },
    "mark": {"kind": "word", "text": "BAOBAB", "description": "", "colours": ""},
    "goods": {"classes": [{"number": "29", "terms": "dried fruit\nfruit juices"}, {"number": "30", "terms": "tea"}]},
}


@transaction
def make_filing(
    session: Session,
    profile: Profile,
    firm_id: int,
    user_id: int,
    serial: int,
    *,
    title: str = "BAOBAB",
    applicant: str = "Baobab Foods Ltd",
    received_at: datetime | None = None,
    billed_on: date | None = date(2026, 11, 20),
    state: str = "received",
) -> tuple[str, str | None]:
    """One filing with its draft and bill, numbered from 900000000 on; returns its number and the bill's reference."""
    received = received_at or RECEIVED + timedelta(minutes=serial)
    draft = Draft(
        firm_id=firm_id, owner_id=user_id, service=profile.services[0].code, title=title, state="filed", shape=SHAPE
    )
    draft.sections = [
        DraftSection(name=name, data=data, version=1, saved_by_id=user_id) for name, data in SECTIONS.items()
    ]
    session.add(draft)
    session.flush()
    session.add(
        DraftDocument(
            draft_id=draft.id,
            kind="power-of-attorney",
            file_name="power of attorney.pdf",
            format="pdf",
            media_type="application/pdf",
            size=31_872,
            sha512=f"{serial:0128x}",
            pages=2,
            received_at=received,
            received_by_id=user_id,
        )
    )
    filing = Filing(
        number=f"T402026{900_000_000 + serial}",
        draft_id=draft.id,
        firm_id=firm_id,
        filed_by_id=user_id,
        service=draft.service,
        title=title,
        applicant=applicant,
        language="en",
        state=state,
        received_at=received,
        reception_date=received.date(),
        reception=Reception(profile.reception, profile.office.time_zone, received, None, received.date()).as_dict(),
        manifest_sha512="0" * 128,
        fee_total=FEES.total,
        currency=FEES.currency,
        receipt_sha512="0" * 128,
        receipt_issued_at=received + timedelta(seconds=3),
    )
    session.add(filing)
    session.flush()
    bill: Bill | None = issue_bill(session, filing, FEES, profile, billed_on) if billed_on else None
    return filing.number, bill.reference if bill else None
