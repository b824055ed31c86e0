"""What an application rests on: priority claims, exhibitions, the application that it divides out of or enters from."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Around, Check, Data, Field, Kind, Problem, Rows, Section, input_name
from portal.drafting.words import Words, in_words, offices
from portal.profile.model import Right, Service
from portal.web.formats import comma
from portal.web.texts import clean

FIRST_YEAR = 1883
"""No date is older than the Paris Convention: 26 is a year of two digits, and nobody means the first century."""


def date_in(row: Data) -> date | None:
    """The date of a row or section, if what was typed is one and its year has four digits."""
    try:
        day = date(*(int(clean(row[part])) for part in ("year", "month", "day")))
    except (KeyError, ValueError, OverflowError):
        return None
    return day if day.year >= FIRST_YEAR else None


def not_in_the_future(section: str, message: Words) -> Check:
    """A check that no row's date is after today."""

    def check(data: Data, around: Around) -> list[Problem]:
        rows = next((rows for rows in data.values() if isinstance(rows, list)), [])
        return [
            Problem(section, input_name("day", index), message)
            for index, row in enumerate(rows)
            if (day := date_in(row)) and day > around.today
        ]

    return check


def _claim_told(index: int, claim: Data, language: str) -> tuple[str, Words, Words]:
    day = date_in(claim)
    when: Words = in_words(day) if day else " ".join(claim[part] for part in ("day", "month", "year")).strip()
    where = offices(language).get(claim["office"], claim["office"])
    das = f"DAS {claim['das']}" if claim.get("das") else ""
    value = comma(language).join(str(part) for part in (where, claim["number"], when, das) if part)
    if claim.get("restoration"):
        value += "\n" + str(_("Restoration asked for: %(reason)s", reason=claim["restoration"]))
    return f"claim-{index}", _("Priority claim %(number)s", number=index + 1), value


PRIORITY = Section(
    "priority",
    _("Priority claims"),
    (
        Field(
            "office",
            _("Office of the earlier application"),
            Kind.OFFICE,
            missing=_("Choose the office of the earlier application."),
        ),
        Field(
            "number",
            _("Number of the earlier application"),
            missing=_("Enter the number of the earlier application."),
            longest=60,
            width=20,
        ),
        Field(
            "date",
            _("Date of the earlier application"),
            Kind.DATE,
            missing=_("Enter the date of the earlier application, for example 27 3 2026."),
        ),
        Field(
            "das",
            _("Access code of WIPO DAS"),
            Kind.CODE,
            hint=_("When the office may fetch the priority document there: four letters or digits."),
            longest=10,
            width=5,
        ),
        Field(
            "restoration",
            _("Reason for restoring the right of priority"),
            Kind.LINES,
            hint=_("Only when the priority period has ended: why the application could not be filed in time."),
            longest=2000,
        ),
    ),
    Rows(
        "claims",
        one=lambda index, row: _("Priority claim %(number)s", number=index + 1),
        add=_("Add another priority claim"),
        remove=lambda index, row: _("Remove priority claim %(number)s", number=index + 1),
        most=50,
        told=_claim_told,
    ),
    intro=lambda service: _(
        "Claim priority when the same was first filed elsewhere in the last %(months)s months. "
        "Leave this empty when it was not.",
        months=service.priority_months,
    ),
    optional=True,
    check=not_in_the_future("priority", _("The date of an earlier application cannot be in the future.")),
)

EXHIBITION = Section(
    "exhibition",
    _("Exhibition priority"),
    (
        Field("name", _("Name of the exhibition"), missing=_("Enter the name of the exhibition.")),
        Field("place", _("Town or city"), missing=_("Enter the town or city."), longest=200, width=30),
        Field("country", _("Country"), Kind.COUNTRY, missing=_("Choose the country.")),
        Field(
            "date",
            _("Date of the first showing"),
            Kind.DATE,
            missing=_("Enter the date of the first showing, for example 27 3 2026."),
        ),
    ),
    Rows(
        "exhibitions",
        one=lambda index, row: _("Exhibition %(number)s", number=index + 1),
        add=_("Add another exhibition"),
        remove=lambda index, row: _("Remove exhibition %(number)s", number=index + 1),
        most=20,
    ),
    intro=_(
        "When it was first shown at an official or officially recognised international exhibition. "
        "Leave this empty when it was not."
    ),
    optional=True,
    check=not_in_the_future("exhibition", _("The date of an exhibition cannot be in the future.")),
)

EARLIER_KINDS: dict[str, Words] = {
    "divisional": _("A divisional application: it divides out of an earlier one"),
    "pct": _("National phase of an international (PCT) application"),
    "madrid": _("It follows from an international registration (Madrid)"),
    "hague": _("It follows from an international registration (Hague)"),
}
INTERNATIONAL = {Right.PATENT: "pct", Right.UTILITY_MODEL: "pct", Right.TRADEMARK: "madrid", Right.DESIGN: "hague"}


def _kinds(service: Service) -> dict[str, Words]:
    return {code: EARLIER_KINDS[code] for code in ("divisional", INTERNATIONAL[service.right])}


EARLIER = Section(
    "earlier",
    _("Earlier and international applications"),
    (
        Field(
            "kind",
            _("What is it?"),
            Kind.CHOICE,
            told=_("Kind of earlier application"),
            choices=_kinds,
            missing=_("Choose what it is."),
        ),
        Field(
            "number",
            _("Its number"),
            hint=_("Of the earlier application, or of the international application or registration."),
            missing=_("Enter its number."),
            longest=60,
            width=20,
        ),
        Field("date", _("Its date"), Kind.DATE, missing=_("Enter its date, for example 27 3 2026.")),
    ),
    Rows(
        "earlier",
        one=lambda index, row: _("Earlier application %(number)s", number=index + 1),
        add=_("Add another one"),
        remove=lambda index, row: _("Remove earlier application %(number)s", number=index + 1),
        most=10,
    ),
    intro=_("When this application rests on another one of the same applicant. Leave this empty when it does not."),
    optional=True,
    check=not_in_the_future("earlier", _("The date of an earlier application cannot be in the future.")),
)
