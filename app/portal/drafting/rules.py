"""What a section must hold before it can be filed. Nothing here stops anyone from saving what is not complete yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _

from portal.drafting.words import Words, countries, offices
from portal.profile.model import DocumentKind
from portal.profile.services import Required
from portal.web.texts import clean, is_printable, lines_of, unprintable

Data = dict[str, Any]

LONGEST = {"name": 300, "street": 300, "city": 200, "postcode": 30, "email": 254, "phone": 50, "reference": 100}
LONGEST |= {"text": 300, "description": 2000, "colours": 500, "terms": 20000, "term": 500, "number": 60}
CLASSES = range(1, 46)
MOST_CLAIMS = 50
FIRST_YEAR = 1883
"""No priority is older than the Paris Convention: 26 is a year of two digits, and nobody means the first century."""


@dataclass(frozen=True)
class Problem:
    """What is missing or wrong: `field` is the input's name on the section's page."""

    section: str
    field: str
    message: Words


@dataclass(frozen=True)
class Facts:
    """What the sections say that others depend on; read from data that may be incomplete."""

    figurative: bool = False
    represented: bool = False
    priorities: int = 0
    classes: int = 0
    discount: str | None = None
    kinds: frozenset[str] = field(default_factory=frozenset)


def facts(sections: dict[str, Data], kinds: frozenset[str]) -> Facts:
    """The facts of a draft's sections and of the kinds of document that are attached."""
    return Facts(
        figurative=sections.get("mark", {}).get("kind") == "figurative",
        represented=sections.get("representative", {}).get("represented") == "yes",
        priorities=len(sections.get("priority", {}).get("claims", [])),
        classes=len({row["number"] for row in sections.get("goods", {}).get("classes", []) if row["number"]}),
        discount=sections.get("fees", {}).get("discount") or None,
        kinds=kinds,
    )


def is_required(kind: DocumentKind, known: Facts, proof: str | None) -> bool:
    """Whether a kind of document is required for these facts; `proof` is the kind that proves the claimed discount."""
    return kind.code == proof or {
        Required.ALWAYS: True,
        Required.WHEN_REPRESENTED: known.represented,
        Required.WHEN_PRIORITY: known.priorities > 0,
        Required.WHEN_FIGURATIVE: known.figurative,
    }.get(kind.required, False)


def about_problems(data: Data) -> list[Problem]:
    return _texts("about", data, ["reference"])


def applicant_problems(data: Data) -> list[Problem]:
    return _party_problems("applicant", data)


def representative_problems(data: Data) -> list[Problem]:
    if data.get("represented") not in ("yes", "no"):
        return [Problem("representative", "represented", _("Say whether a representative acts for the applicant."))]
    return _party_problems("representative", data) if data["represented"] == "yes" else []


def _party_problems(section: str, data: Data) -> list[Problem]:
    found = []
    if data.get("kind") not in ("natural", "legal"):
        found.append(Problem(section, "kind", _("Choose a person or an organisation.")))
    required = {
        "name": _("Enter the name."),
        "street": _("Enter the street, or the post-office box."),
        "city": _("Enter the town or city."),
        "email": _("Enter an e-mail address."),
    }
    found += [Problem(section, name, message) for name, message in required.items() if not data.get(name)]
    if data.get("country") not in countries():
        found.append(Problem(section, "country", _("Choose the country.")))
    if data.get("email"):
        try:
            validate_email(data["email"], check_deliverability=False)
        except EmailNotValidError:
            message = _("Enter the e-mail address in the form name@example.org.")
            found.append(Problem(section, "email", message))
    return found + _texts(section, data, ["name", "street", "city", "postcode", "email", "phone"])


def mark_problems(data: Data) -> list[Problem]:
    found = []
    if data.get("kind") not in ("word", "figurative"):
        found.append(Problem("mark", "kind", _("Choose what kind of mark it is.")))
    if data.get("kind") == "word" and not data.get("text"):
        found.append(Problem("mark", "text", _("Enter the words of the mark.")))
    if data.get("kind") == "figurative" and not data.get("description"):
        found.append(Problem("mark", "description", _("Describe what the picture of the mark shows.")))
    return found + _texts("mark", data, ["text", "colours"]) + _texts("mark", data, ["description"], lines=True)


def goods_problems(data: Data) -> list[Problem]:
    rows = data.get("classes", [])
    if not rows:
        return [Problem("goods", "number-0", _("Add at least one class with its goods or services."))]
    found, seen = [], set()
    for index, row in enumerate(rows):
        number = class_number(row["number"])
        if number is None:
            message = _("Enter the class as a number from 1 to 45.")
            found.append(Problem("goods", f"number-{index}", message))
        elif number in seen:
            message = _("Class %(number)s is here twice. Put all its terms in one place.", number=number)
            found.append(Problem("goods", f"number-{index}", message))
        seen.add(number)
        place, terms = f"terms-{index}", lines_of(row["terms"])
        if not terms:
            found.append(Problem("goods", place, _("Enter at least one term, one on each line.")))
        if not is_printable(row["terms"], lines=True):
            found.append(Problem("goods", place, unprintable()))
        if any(len(term) > LONGEST["term"] for term in terms) or len(row["terms"]) > LONGEST["terms"]:
            message = _("Shorten the terms: each may have at most %(length)s characters.", length=LONGEST["term"])
            found.append(Problem("goods", place, message))
    return found


def priority_problems(data: Data, today: date) -> list[Problem]:
    found = []
    claims = data.get("claims", [])
    for index, claim in enumerate(claims):
        if claim["office"] not in offices():
            found.append(Problem("priority", f"office-{index}", _("Choose the office of the earlier application.")))
        if not claim["number"]:
            found.append(Problem("priority", f"number-{index}", _("Enter the number of the earlier application.")))
        elif not is_printable(claim["number"]):
            found.append(Problem("priority", f"number-{index}", unprintable()))
        elif len(claim["number"]) > LONGEST["number"]:
            found.append(Problem("priority", f"number-{index}", too_long(LONGEST["number"])))
        day = claim_date(claim)
        if day is None:
            message = _("Enter the date of the earlier application, for example 27 3 2026.")
            found.append(Problem("priority", f"day-{index}", message))
        elif day > today:
            message = _("The date of an earlier application cannot be in the future.")
            found.append(Problem("priority", f"day-{index}", message))
    if len(claims) > MOST_CLAIMS:
        message = _("At most %(count)s priority claims can be made.", count=MOST_CLAIMS)
        found.append(Problem("priority", "office-0", message))
    return found


def fees_problems(data: Data, discounts: set[str]) -> list[Problem]:
    if data.get("discount") and data["discount"] not in discounts:
        return [Problem("fees", "discount", _("This reduction is not offered. Choose again."))]
    return []


def class_number(typed: str) -> int | None:
    """The class of the Nice Classification that was typed, if it is one."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 and int(typed) in CLASSES else None


def claim_date(claim: Data) -> date | None:
    """The date of a priority claim, if what was typed is one and its year has four digits."""
    try:
        day = date(*(int(clean(claim[part])) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        return None
    return day if day.year >= FIRST_YEAR else None


def too_long(length: int) -> Words:
    return _("Shorten this to at most %(length)s characters.", length=length)


def _texts(section: str, data: Data, names: list[str], *, lines: bool = False) -> list[Problem]:
    """What every typed text must keep to: printable, and no longer than its field."""
    found = []
    for name in names:
        value = data.get(name, "")
        if not is_printable(value, lines=lines):
            found.append(Problem(section, name, unprintable()))
        elif len(value) > LONGEST[name]:
            found.append(Problem(section, name, too_long(LONGEST[name])))
    return found
