"""Applications for tests: one with everything, one with the least."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any

from portal.calendar.days import Closed, Kind
from portal.calendar.rules import Reception
from portal.drafting.application import Application, Attached, ClassTerms, Mark, Party, PriorityClaim
from portal.fees.rules import FeeLine, Fees
from portal.filing.rules import Circumstances, FilingNumber, Person
from portal.profile.model import ReceptionRule, Right

RECEIVED = datetime(2026, 11, 20, 15, 3, 27, 123456, tzinfo=UTC)

APPLICANT = Party(
    "legal",
    "Café Zoë & Fils <Ltd>",
    "12 Harbour Road, 2nd floor",
    "Lumeria City",
    "00100",
    "KE",
    "legal@zoe.example",
    "+000 555 0199",
)
REPRESENTATIVE = Party(
    "natural", "Amina Diallo", "3 Court Lane", "Lumeria City", "00101", "KE", "amina@agents.example", "+000 555 0142"
)
POWER = Attached(
    "power-of-attorney",
    "power of attorney.pdf",
    "pdf",
    "application/pdf",
    48213,
    "ab" * 64,
    3,
    datetime(2026, 11, 20, 14, 1, tzinfo=UTC),
)
PICTURE = Attached(
    "mark-image", "logo.png", "image", "image/png", 20480, "cd" * 64, None, datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
)

FULL = Application(
    service="trademark-national",
    right=Right.TRADEMARK,
    language="en",
    reference="ZOE/2026-17",
    applicants=(APPLICANT,),
    representative=REPRESENTATIVE,
    mark=Mark("figurative", "ZOË", "A cup from which three waves of steam rise, above the word ZOË.", "brown, cream"),
    goods=(
        ClassTerms(30, ("Coffee", "Tea", "Cocoa & chocolate")),
        ClassTerms(43, ("Services for providing food and drink", "Temporary accommodation")),
    ),
    priorities=(PriorityClaim("FR", "26/4812345", date(2026, 7, 1)),),
    documents=(PICTURE, POWER),
    discount=None,
)
LEAST = replace(
    FULL,
    reference="",
    representative=None,
    applicants=(replace(APPLICANT, kind="natural", name="Jo", postcode="", phone=""),),
    mark=Mark("word", "LUMO", "", ""),
    goods=(ClassTerms(9, ("Software",)),),
    priorities=(),
    documents=(),
)
FEES = Fees(
    (
        FeeLine(
            "tm-filing",
            {"en": "Application fee (one class included)", "fr": "Taxe de dépôt (une classe comprise)"},
            1,
            Decimal("120.00"),
            Decimal("120.00"),
        ),
        FeeLine(
            "tm-class",
            {"en": "Each further class", "fr": "Classe supplémentaire"},
            1,
            Decimal("45.00"),
            Decimal("45.00"),
        ),
        FeeLine(
            "tm-priority",
            {"en": "Priority claim", "fr": "Revendication de priorité"},
            1,
            Decimal("20.00"),
            Decimal("20.00"),
        ),
    ),
    Decimal("185.00"),
    "USD",
)

RECEPTION = Reception(
    rule=ReceptionRule(next_working_day=True, cut_off=clock(17)),
    zone="Africa/Nairobi",
    submitted_at=RECEIVED,
    paid_at=None,
    date=date(2026, 11, 23),
    passed=(Closed(date(2026, 11, 21), Kind.WEEKDAY), Closed(date(2026, 11, 22), Kind.WEEKDAY)),
)
"""A Friday after the cut-off: the Monday after it."""


def circumstances(**changes: Any) -> Circumstances:
    """How FULL was filed on the test tier, on a Friday after the cut-off; `changes` replace parts of it."""
    about = Circumstances(
        number=FilingNumber("T", "40", 2026, 17),
        office="XX",
        tier="test",
        legal_effect=False,
        draft="abcdefghijklmnop",
        firm=Person(1, "Diallo & Partners"),
        filed_by=Person(2, "Amina Diallo"),
        received_at=RECEIVED,
        reception=RECEPTION,
        fees=FEES,
        release="0.1.0",
    )
    if "reception_date" in changes:
        changes["reception"] = replace(RECEPTION, date=changes.pop("reception_date"))
    return replace(about, **changes)
