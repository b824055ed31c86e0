"""Read what was typed on a section's page: as data to keep, complete or not."""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict

from portal.drafting.fields import Data, Kind, Rows, Section, input_name
from portal.web.texts import clean, typed_number

MOST_ROWS = 200
TAKE = "take-"


def read(section: Section, form: MultiDict[str, str], without: int | None = None) -> Data:
    """The data of a section from its form; `without` leaves out the row of that index."""
    keys = keys_of(section)
    coded = (field for field in section.fields if field.is_code and field.kind is not Kind.EMAIL)
    codes = {part for field in coded for part in field.parts}

    def value(key: str, index: int | None = None) -> str:
        kept = clean(form.get(input_name(key, index), ""))
        return clean(typed_number(kept)) if key in codes else kept

    if section.rows is None:
        return {key: value(key) for key in keys}
    rows = [{key: value(key, index) for key in keys} for index in _indices(form, keys) if index != without]
    return {section.rows.name: [row for row in rows if any(row.values())]}


def row(section: Section, form: MultiDict[str, str], index: int) -> Data:
    """What was typed in the row of this index on the page; in a section without rows, in all of it."""
    place = index if section.rows else None
    return {key: clean(form.get(input_name(key, place), "")) for key in keys_of(section)}


def keys_of(section: Section) -> tuple[str, ...]:
    """The keys under which a section, or a row of it, is kept."""
    return tuple(part for field in section.fields for part in field.parts)


def taken(form: MultiDict[str, str]) -> set[str]:
    """The answers for which the person chose what somebody else had saved."""
    return {key.removeprefix(TAKE) for key, value in form.items() if key.startswith(TAKE) and value == "theirs"}


def empty_row(section: Section) -> dict[str, str]:
    """A row in which nothing is typed yet."""
    return dict.fromkeys(keys_of(section), "")


def copied(section: Section, rows: Rows, data: Data, sections: dict[str, Data]) -> Data:
    """The rows with those of the section that they can be copied from behind them: of persons, each once."""
    known = {row.get("name") for row in data.get(rows.name, [])}
    others = [
        row
        for found in sections.get(rows.copies, {}).values()
        for row in found
        if row.get("kind") == "natural" and row.get("name") not in known
    ]
    return {
        rows.name: [*data.get(rows.name, []), *({key: row.get(key, "") for key in keys_of(section)} for row in others)]
    }


def place_kept(section: Section, form: MultiDict[str, str], index: int) -> int:
    """Where a row of the page stands among those that are kept; behind them all when nothing is typed in it."""
    keys = keys_of(section)
    kept = [other for other in _indices(form, keys) if any(clean(form.get(input_name(key, other), "")) for key in keys)]
    return kept.index(index) if index in kept else len(kept)


def number_in(form: MultiDict[str, str], name: str) -> int:
    """A whole number of a hidden input; 0 for what is none."""
    value = form.get(name, "")
    return int(value) if re.fullmatch(r"\d{1,9}", value) else 0


def _indices(form: MultiDict[str, str], keys: tuple[str, ...]) -> list[int]:
    pattern = re.compile(rf"(?:{'|'.join(keys)})-(\d{{1,4}})")
    found = {int(match[1]) for key in form if (match := pattern.fullmatch(key))}
    return sorted(found)[:MOST_ROWS]
