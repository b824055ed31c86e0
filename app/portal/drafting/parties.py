"""Parties of a draft and entries of the address book: a copy of one becomes the other. Pure."""

from __future__ import annotations

from portal.addressbook.rules import Entry, bare
from portal.drafting.fields import Data, Section
from portal.drafting.typed import keys_of

WITH_PARTIES = ("applicants", "representative", "inventors", "designers")
"""The sections that a party can be taken into, and saved from."""


class Full(Exception):
    """The section takes no more rows."""


def only_persons(section: Section) -> bool:
    """Whether the section is for persons: an organisation invents nothing."""
    return "kind" not in keys_of(section)


def with_party(section: Section, data: Data, entry: Entry) -> Data:
    """A section's data with the entry as a new row behind the others, or in place of what stood there; raises Full."""
    keys = keys_of(section)
    if section.rows is None:
        return {**dict.fromkeys(keys, ""), **data, **bare(entry), "represented": "yes"}
    rows = data.get(section.rows.name, [])
    if len(rows) >= section.rows.most:
        raise Full(section.name)
    return {section.rows.name: [*rows, {key: entry.get(key, "") for key in keys}]}


def entry_of(section: Section, row: Data) -> Entry:
    """The party of a row as an entry."""
    return {**bare(row), "kind": "natural"} if only_persons(section) else bare(row)
