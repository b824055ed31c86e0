"""A section as rows of label and value: to check the answers, and to show what two people typed at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Data, Field, Kind, Section, input_name
from portal.drafting.sections.origin import date_in
from portal.drafting.words import Words, countries, in_words, offices
from portal.profile.model import Service


@dataclass(frozen=True)
class Row:
    """One answer: `key` names it within its section, `field` is the input to jump to, `value` may have lines."""

    key: str
    field: str
    label: Words
    value: Words


@dataclass(frozen=True)
class Difference:
    """One answer that is not the same in what was typed and in what was saved meanwhile."""

    key: str
    label: Words
    mine: Words
    theirs: Words


def rows(
    section: Section, data: Data, service: Service, language: str = "en", discounts: Mapping[str, Words] | None = None
) -> list[Row]:
    """The answers of a section, in the order of its page; `discounts` are the names of the reductions by code."""
    if section.rows and section.rows.told:
        return [_told_row(section, index, item, language) for index, item in enumerate(section.items(data))]
    many = section.rows is not None and len(section.items(data)) > 1
    found = []
    for index, item in enumerate(section.items(data)):
        place = index if section.rows else None
        for field in section.of(service):
            if field.belongs(item):
                label = _label(section, field, index, item) if many else field.told or field.label
                value = _shown(field, item, service, language, discounts or {})
                found.append(Row(input_name(field.name, place), input_name(field.first, place), label, value))
    return found


def differences(section: Section, mine: Data, theirs: Data, service: Service, language: str = "en") -> list[Difference]:
    """Where what was typed differs from what is saved."""
    ours, others = ({row.key: row for row in rows(section, data, service, language)} for data in (mine, theirs))
    return [
        Difference(key, row.label, ours[key].value if key in ours else "", others[key].value if key in others else "")
        for key, row in {**others, **ours}.items()
        if key not in ours or key not in others or str(ours[key].value) != str(others[key].value)
    ]


def merge(section: Section, mine: Data, theirs: Data, taken: set[str]) -> Data:
    """What was typed, with the answers named in `taken` as they were saved by the other person."""
    if section.rows is None:
        return _merged(section, mine, theirs, taken, None)
    name = section.rows.name
    if section.rows.told is None:
        ours, others = mine.get(name, []), theirs.get(name, [])
        pairs = ((_at(ours, index), _at(others, index), index) for index in range(max(len(ours), len(others))))
        merged = [_merged(section, our, other, taken, index) for our, other, index in pairs]
        return {name: [row for row in merged if any(row.values())]}
    return {name: _merged_told(section, mine, theirs, taken)}


def _merged(section: Section, mine: Data, theirs: Data, taken: set[str], index: int | None) -> Data:
    fields = (field for field in section.fields if input_name(field.name, index) in taken)
    return {**mine, **{part: theirs.get(part, "") for field in fields for part in field.parts}}


def _merged_told(section: Section, mine: Data, theirs: Data, taken: set[str]) -> list[Data]:
    """Rows that are told in one line are taken whole."""
    ours, others = (
        {_told_row(section, index, item, "en").key: item for index, item in enumerate(section.items(data))}
        for data in (mine, theirs)
    )
    merged = {key: item for key, item in ours.items() if key not in taken}
    merged |= {key: item for key, item in others.items() if key in taken}
    order = [*ours, *(key for key in others if key not in ours)]
    return [merged[key] for key in order if key in merged]


def _at(items: list[Data], index: int) -> Data:
    return items[index] if index < len(items) else {}


def _told_row(section: Section, index: int, item: Data, language: str) -> Row:
    if section.rows is None or section.rows.told is None:
        raise ValueError(f"the rows of {section.name} are not told in one line")
    key, label, value = section.rows.told(index, item, language)
    return Row(key, input_name(section.fields[0].first, index), label, value)


def _label(section: Section, field: Field, index: int, item: Data) -> Words:
    """A field's label among several rows: Applicant 2: Name."""
    one = section.rows.one(index, item) if section.rows else section.label
    return _("%(row)s: %(field)s", row=one, field=field.told or field.label)


def _shown(field: Field, item: Data, service: Service, language: str, discounts: Mapping[str, Words]) -> Words:
    value: str = item.get(field.name, "")
    match field.kind:
        case Kind.COUNTRY:
            return countries(language).get(value, value)
        case Kind.OFFICE:
            return offices(language).get(value, value)
        case Kind.DATE:
            day = date_in(item)
            return in_words(day) if day else " ".join(item.get(part, "") for part in field.parts).strip()
        case Kind.CHOICE:
            return (field.offered(service) or discounts).get(value, value)
    return value
