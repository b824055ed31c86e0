"""What a section must hold before it can be filed. Nothing here stops anyone from saving what is not complete yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _

from portal.drafting.application import Attached, pages_of
from portal.drafting.fields import Around, Data, Field, Kind, Problem, Section, input_name
from portal.drafting.sections.mark import PICTURED
from portal.drafting.sections.origin import date_in
from portal.drafting.words import Words, countries, offices
from portal.profile.model import DocumentKind, Required, Service, Unit
from portal.web.texts import is_printable, lines_of, unprintable


def section_problems(section: Section, data: Data, around: Around) -> list[Problem]:
    """What is missing or wrong in a section by itself, in the order of its page."""
    found: list[Problem] = []
    rows = section.rows
    items = section.items(data)
    first = section.fields[0].first if section.fields else section.name
    is_required = section.name in around.service.required_sections
    if rows and len(items) < max(rows.least, 1 if is_required else 0):
        found.append(
            Problem(section.name, input_name(first, 0), rows.missing or _("The office asks for this section."))
        )
    if rows and len(items) > rows.most:
        message = _("At most %(count)s are possible here.", count=rows.most)
        found.append(Problem(section.name, input_name(first, rows.most), message))
    for index, item in enumerate(items):
        for field in section.of(around.service):
            if field.belongs(item) and (told := _field_problem(field, item, around.service)):
                found.append(Problem(section.name, input_name(field.first, index if rows else None), told))
    return found + (section.check(data, around) if section.check else [])


def _field_problem(field: Field, item: Data, service: Service) -> Words | None:
    """What is wrong with one answer; None when it is well."""
    values = [item.get(part, "") for part in field.parts]
    if not any(value.strip() for value in values):
        return field.missing or None
    if field.kind is Kind.DATE:
        return None if date_in(item) else field.missing or _("Enter a real date, for example 27 3 2026.")
    value = values[0]
    if not is_printable(value, lines=field.kind in (Kind.LINES, Kind.ITEMS)):
        return unprintable()
    if len(value) > field.longest:
        return too_long(field.longest)
    return _kind_problem(field, value, service)


def _kind_problem(field: Field, value: str, service: Service) -> Words | None:
    if field.kind is Kind.NUMBER:
        return _number_problem(field, value)
    if field.kind is Kind.EMAIL:
        return email_problem(value)
    offered: Mapping[str, Words] = {}
    if field.kind is Kind.CHOICE:
        offered = field.offered(service)
    elif field.kind is Kind.COUNTRY:
        offered = countries()
    elif field.kind is Kind.OFFICE:
        offered = offices()
    return (field.missing or _("Choose one of these.")) if offered and value not in offered else None


def email_problem(value: str) -> Words | None:
    """What is wrong with an e-mail address by its form; nobody is asked whether it exists."""
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return _("Enter the e-mail address in the form name@example.org.")
    return None


def _number_problem(field: Field, value: str) -> Words | None:
    number = whole(value)
    if number is None:
        return _("Enter a whole number, such as 12.")
    if not field.least <= number <= field.most:
        return _("Enter a number from %(least)s to %(most)s.", least=field.least, most=field.most)
    return None


def whole(typed: str) -> int | None:
    """The whole number that was typed, if it is one of at most six digits."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else None


def too_long(length: int) -> Words:
    return _("Shorten this to at most %(length)s characters.", length=length)


@dataclass(frozen=True)
class Facts:
    """What the sections say that documents and fees depend on; read from data that may be incomplete.

    `conditions` are the reasons for which documents are required, `counts` how many of each unit there are.
    """

    conditions: frozenset[Required]
    counts: Mapping[Unit, int]
    discount: str | None
    kinds: frozenset[str]

    def has(self, unit: Unit) -> bool:
        """Whether there is any of a unit."""
        return self.counts.get(unit, 0) > 0


def facts(
    service: Service, sections: Mapping[str, Data], documents: Iterable[Attached] = (), free_terms: int = 0
) -> Facts:
    """The facts of a draft's sections and of the documents that are attached."""
    attached = tuple(documents)
    return Facts(
        conditions=frozenset(condition for condition, holds in _conditions(sections).items() if holds),
        counts=_counts(service, sections, attached) | {Unit.FREE_TERM: free_terms},
        discount=sections.get("fees", {}).get("discount") or None,
        kinds=frozenset(document.kind for document in attached),
    )


def _conditions(sections: Mapping[str, Data]) -> dict[Required, bool]:
    mark, invention = sections.get("mark", {}), sections.get("invention", {})
    representative = sections.get("representative", {})
    claims = sections.get("priority", {}).get("claims", [])
    applicants = sections.get("applicants", {}).get("parties", [])
    is_represented = representative.get("represented") == "yes"
    return {
        Required.ALWAYS: True,
        Required.WHEN_REPRESENTED: is_represented and representative.get("authority") != "general",
        Required.WHEN_PRIORITY: bool(claims),
        Required.WHEN_RESTORATION: any(claim.get("restoration") for claim in claims),
        Required.WHEN_FIGURATIVE: mark.get("kind") in PICTURED,
        Required.WHEN_SOUND: mark.get("kind") == "sound",
        Required.WHEN_REGULATIONS: mark.get("use") in ("collective", "certification"),
        Required.WHEN_DRAWINGS: bool(whole(invention.get("drawings", ""))),
        Required.WHEN_SEQUENCES: invention.get("sequences") == "yes",
        Required.WHEN_DEPOSIT: bool(sections.get("deposits", {}).get("deposits")),
        Required.WHEN_EXHIBITION: bool(sections.get("exhibition", {}).get("exhibitions")),
        Required.WHEN_LEGAL_APPLICANT: any(party.get("kind") == "legal" for party in applicants),
    }


def _counts(service: Service, sections: Mapping[str, Data], documents: tuple[Attached, ...]) -> dict[Unit, int]:
    classes = sections.get("goods", {}).get("classes", [])
    return {
        Unit.FILING: 1,
        Unit.CLASS: len({row["number"] for row in classes if row["number"]}),
        Unit.TERM: sum(len(lines_of(row["terms"])) for row in classes),
        Unit.CLAIM: whole(sections.get("invention", {}).get("claims", "")) or 0,
        Unit.PAGE: pages_of(documents, paged(service)),
        Unit.DESIGN: len(sections.get("designs", {}).get("designs", [])),
        Unit.VIEW: sum(1 for document in documents if document.position),
        Unit.PRIORITY: len(sections.get("priority", {}).get("claims", [])),
    }


def paged(service: Service) -> frozenset[str]:
    """The kinds of document whose pages count in the fees."""
    return frozenset(kind.code for kind in service.documents if kind.counts_pages)


def is_required(kind: DocumentKind, known: Facts, proof: str | None) -> bool:
    """Whether a kind of document is required for these facts; `proof` is the kind that proves the claimed discount."""
    return kind.code == proof or kind.required in known.conditions
