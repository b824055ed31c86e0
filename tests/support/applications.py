"""Applications for tests: one with everything, one with the least."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any

from portal.calendar.days import Closed, Kind
from portal.calendar.rules import Reception
from portal.drafting.application import (
    Application,
    Attached,
    ClassTerms,
    Deposit,
    Design,
    Earlier,
    Exhibition,
    Invention,
    Mark,
    Party,
    PriorityClaim,
)
from portal.fees.rules import FeeLine, Fees
from portal.filing.rules import Circumstances, FilingNumber, Person
from portal.profile.model import ReceptionRule, Required, Right

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
SECOND = Party("natural", "سارة بن علي", "7 rue de l’Océan", "Tanger", "", "MA", "sara@example.org", "")
INVENTOR = Party("natural", "ሰላም ተስፋዬ", "Bole Road 4", "Addis Ababa", "1000", "ET", "", "")
AT = datetime(2026, 11, 20, 14, 3, tzinfo=UTC)
DRAWING = Attached("drawings", "figure 1.png", "image", "image/png", 9_000, "12" * 64, None, AT)
DESCRIPTION = Attached("description", "description.pdf", "pdf", "application/pdf", 80_000, "34" * 64, 12, AT)
LISTING = Attached("sequence-listing", "listing.xml", "st26", "application/xml", 4_000, "56" * 64, None, AT)

EVERYTHING = replace(
    FULL,
    applicants=(APPLICANT, SECOND),
    authority="GPA 2024/12",
    mark=Mark("three-dimensional", "ZOË", "A bottle\nwith a narrow neck.", "brown", "collective", ("26.11.1", "5.7")),
    priorities=(
        PriorityClaim("FR", "26/4812345", date(2026, 7, 1), "A1b2", "The post was on strike.\nFor a week."),
        PriorityClaim("EM", "018 000 001", date(2026, 7, 2)),
    ),
    exhibitions=(Exhibition("Expo de l’eau", "Lumeria City", "KE", date(2026, 6, 1)),),
    earlier=(
        Earlier("divisional", "T402026000000001", date(2026, 5, 1)),
        Earlier("madrid", "1234567", date(2020, 2, 29)),
    ),
)
"""A trademark application with something in every field."""
PATENT = Application(
    service="patent-national",
    right=Right.PATENT,
    language="fr",
    reference="ZOE/2026-18",
    applicants=(APPLICANT, SECOND),
    representative=REPRESENTATIVE,
    documents=(DESCRIPTION, DRAWING, LISTING, POWER),
    discount=None,
    authority="GPA 2024/12",
    creators=(INVENTOR, SECOND),
    invention=Invention(
        "Tasse à double paroi <chaude>",
        "Une tasse qui garde au chaud.\nElle a deux parois.",
        12,
        2,
        ("A47G 19/22", "B65D"),
        (Deposit("DSMZ", "DSM 12345", date(2026, 1, 5)), Deposit("ATCC & Co", "PTA-1", date(2026, 1, 6))),
        sequences=True,
    ),
    priorities=EVERYTHING.priorities,
    exhibitions=EVERYTHING.exhibitions,
    earlier=(
        Earlier("divisional", "T102026000000001", date(2026, 5, 1)),
        Earlier("pct", "PCT/IB2026/050001", date(2026, 1, 8)),
    ),
)
UTILITY_MODEL = replace(PATENT, service="utility-model", right=Right.UTILITY_MODEL, language="en")
LEAST_PATENT = replace(
    LEAST,
    service="patent-national",
    right=Right.PATENT,
    mark=None,
    goods=(),
    creators=(INVENTOR,),
    invention=Invention("A cup", "It keeps warm.", 1, 0),
)
VIEWS = tuple(
    Attached("view", f"chair {view}.png", "image", "image/png", 9_000, f"{n}7" * 64, None, AT, view)
    for n, view in enumerate(("1.1", "1.2", "2.1"))
)
DESIGNS = Application(
    service="design-national",
    right=Right.DESIGN,
    language="fr",
    reference="ZOE/2026-19",
    applicants=(APPLICANT, SECOND),
    representative=REPRESENTATIVE,
    documents=(*VIEWS, POWER),
    discount=None,
    authority="GPA 2024/12",
    creators=(INVENTOR, SECOND),
    designs=(Design(1, "Chaise", "06-01", "Le dossier est tressé.\nLe siège aussi."), Design(2, "Lampe", "26-05")),
    deferment=6,
    priorities=EVERYTHING.priorities,
    exhibitions=EVERYTHING.exhibitions,
    earlier=(
        Earlier("divisional", "T302026000000001", date(2026, 5, 1)),
        Earlier("hague", "DM/096824", date(2020, 2, 29)),
    ),
)
LEAST_DESIGN = replace(
    LEAST, service="design-national", right=Right.DESIGN, mark=None, goods=(), designs=(Design(1, "Chair", "06-01"),)
)
OF_RIGHTS = {
    "trademark": FULL,
    "trademark-everything": EVERYTHING,
    "trademark-least": LEAST,
    "patent": PATENT,
    "patent-least": LEAST_PATENT,
    "utility-model": UTILITY_MODEL,
    "utility-model-least": replace(LEAST_PATENT, service="utility-model", right=Right.UTILITY_MODEL),
    "design": DESIGNS,
    "design-least": LEAST_DESIGN,
}
"""Applications for every right, with everything and with the least."""
PURPOSES = {
    "mark-image": Required.WHEN_FIGURATIVE,
    "mark-sound": Required.WHEN_SOUND,
    "drawings": Required.WHEN_DRAWINGS,
    "sequence-listing": Required.WHEN_SEQUENCES,
    "power-of-attorney": Required.WHEN_REPRESENTED,
}
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
        purposes=PURPOSES,
    )
    if "reception_date" in changes:
        changes["reception"] = replace(RECEPTION, date=changes.pop("reception_date"))
    return replace(about, **changes)
