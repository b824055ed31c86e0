"""What an entry of an address book may hold, and when two are the same. No database, no Flask."""

from __future__ import annotations

from collections.abc import Mapping

from portal.drafting.fields import Field, Kind
from portal.drafting.rules import email_problem, too_long
from portal.drafting.sections.parties import KINDS, PARTY
from portal.drafting.words import Words, countries
from portal.web.texts import folded, is_printable, unprintable

Entry = dict[str, str]
"""The answers of a party by the names of its fields; `country` is ISO 3166-1 alpha-2, `kind` natural or legal."""

FIELDS: dict[str, Field] = {field.name: field for field in PARTY}
COLUMNS = tuple(FIELDS)
NEEDED = ("kind", "name")
"""What an entry must have; the rest a draft asks for when it is filed."""


def problems(entry: Mapping[str, str]) -> dict[str, Words]:
    """What is wrong with an entry, by field."""
    found = {name: _problem(field, entry.get(name, "")) for name, field in FIELDS.items()}
    return {name: told for name, told in found.items() if told}


def _problem(field: Field, value: str) -> Words:
    if not value:
        return field.missing if field.name in NEEDED else ""
    if not is_printable(value):
        return unprintable()
    if len(value) > field.longest:
        return too_long(field.longest)
    if field.kind is Kind.EMAIL:
        return email_problem(value) or ""
    offered: Mapping[str, Words] = KINDS if field.kind is Kind.CHOICE else countries()
    return field.missing if field.kind in (Kind.CHOICE, Kind.COUNTRY) and value not in offered else ""


def bare(data: Mapping[str, str]) -> Entry:
    """The fields of an entry out of anything that has some of them: a party of a draft has more or fewer."""
    return {name: data.get(name, "") or "" for name in COLUMNS}


def sort_key(entry: Mapping[str, str]) -> str:
    """By what the list is ordered; two entries with the same are told to be alike."""
    return folded(entry["name"])[:120]


def search_text(entry: Mapping[str, str]) -> str:
    """What a search looks in."""
    return folded(" ".join(entry[name] for name in COLUMNS if name != "kind"))[:1000]
