"""Read what was typed on a section's page: as data to keep, complete or not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from portal.drafting.compare import FIELDS
from portal.drafting.rules import Data
from portal.web.texts import clean

ROWS = {
    "goods": ("classes", ("number", "terms")),
    "priority": ("claims", ("office", "number", "day", "month", "year")),
}
MOST_ROWS = 200
TAKE = "take-"


def read(section: str, form: MultiDict[str, str], without: int | None = None) -> Data:
    """The data of a section from its form; `without` leaves out the row of that index."""
    if section not in ROWS:
        return {name: clean(form.get(name, "")) for name in FIELDS[section]}
    name, columns = ROWS[section]
    rows = [
        {column: clean(form.get(f"{column}-{index}", "")) for column in columns}
        for index in _indices(form, columns)
        if index != without
    ]
    return {name: [row for row in rows if any(row.values())]}


def taken(form: MultiDict[str, str]) -> set[str]:
    """The answers for which the person chose what somebody else had saved."""
    return {key.removeprefix(TAKE) for key, value in form.items() if key.startswith(TAKE) and value == "theirs"}


def empty_row(section: str) -> dict[str, str]:
    """A row in which nothing is typed yet."""
    return dict.fromkeys(ROWS[section][1], "")


def number_in(form: MultiDict[str, str], name: str) -> int:
    """A whole number of a hidden input; 0 for what is none."""
    value = form.get(name, "")
    return int(value) if re.fullmatch(r"\d{1,9}", value) else 0


def _indices(form: MultiDict[str, str], columns: Iterable[str]) -> list[int]:
    pattern = re.compile(rf"(?:{'|'.join(columns)})-(\d{{1,4}})")
    found = {int(match[1]) for key in form if (match := pattern.fullmatch(key))}
    return sorted(found)[:MOST_ROWS]
