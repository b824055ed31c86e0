"""Put what was picked into an application's section, beside what is typed there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.classification.rules import SYMBOLS, Scheme, nice_class, normalised
from portal.drafting import service
from portal.drafting.sections import ALL
from portal.drafting.service import Stale
from portal.drafting.typed import empty_row
from portal.drafting.view import DraftView
from portal.web.texts import lines_of

Data = dict[str, Any]
ATTEMPTS = 5

SECTIONS: Mapping[Scheme, str] = {
    Scheme.NICE: "goods",
    Scheme.LOCARNO: "designs",
    Scheme.IPC: "invention",
    Scheme.VIENNA: "mark",
}
"""The section that a classification's entries are picked for."""


@dataclass(frozen=True)
class Pick:
    """One entry that was picked: of Nice a term in its class, else a symbol."""

    group: str
    value: str

    @classmethod
    def read(cls, scheme: Scheme, sent: str) -> Pick | None:
        """What a checkbox sends: `30:coffee`, or the symbol; None for what is no entry."""
        if scheme is not Scheme.NICE:
            symbol = SYMBOLS[scheme].parse(sent)
            return cls(SYMBOLS[scheme].group(symbol), symbol) if symbol and SYMBOLS[scheme].pickable(symbol) else None
        typed, _colon, term = sent.partition(":")
        group = nice_class(typed)
        return cls(group, term.strip()) if group and normalised(term) else None


def add(draft_id: str, scheme: Scheme, row: int | None, picks: Sequence[Pick], user: Any) -> None:
    """Add the picks to the draft's section and save it; what a colleague saves in the meantime stays, with the picks
    added to it. Raises service.NotOpen, and Stale when somebody saved each time.
    """
    name = SECTIONS[scheme]
    for attempt in range(1, ATTEMPTS + 1):
        view = DraftView.of(draft_id)
        data = _ADDED[scheme](view.data.get(name, {}), row, picks)
        try:
            service.save_section(draft_id, name, data, view.version(name), user)
        except Stale:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def with_terms(data: Data, row: int | None, picks: Sequence[Pick]) -> Data:
    """The goods and services with these terms: each in its class's row, else in the row given when it has no class yet,
    else in a row of its own."""
    rows = [dict(one) for one in data.get("classes", [])]
    for pick in picks:
        fits = next((one for one in rows if nice_class(one["number"]) == pick.group), None)
        if fits is None and row is not None and row < len(rows) and not rows[row]["number"]:
            fits = rows[row]
        if fits is None:
            fits = empty_row(ALL["goods"])
            rows.append(fits)
        fits["number"] = fits["number"] or pick.group
        fits["terms"] = _with_line(fits["terms"], pick.value)
    return {**data, "classes": rows}


def with_design_class(data: Data, row: int | None, picks: Sequence[Pick]) -> Data:
    """The designs with this class for the design of the row; a row that is no more becomes a new one."""
    rows = [dict(one) for one in data.get("designs", [])]
    if picks:
        if row is None or row >= len(rows):
            rows.append(empty_row(ALL["designs"]))
            row = len(rows) - 1
        rows[row]["locarno"] = picks[0].value
    return {**data, "designs": rows}


def with_symbols(data: Data, picks: Sequence[Pick], key: str) -> Data:
    """The section with these symbols, one on each line."""
    text = data.get(key, "")
    for pick in picks:
        text = _with_line(text, pick.value)
    return {**data, key: text}


_ADDED: Mapping[Scheme, Callable[[Data, int | None, Sequence[Pick]], Data]] = {
    Scheme.NICE: with_terms,
    Scheme.LOCARNO: with_design_class,
    Scheme.IPC: lambda data, row, picks: with_symbols(data, picks, "symbols"),
    Scheme.VIENNA: lambda data, row, picks: with_symbols(data, picks, "vienna"),
}


def _with_line(text: str, line: str) -> str:
    """The text with a line more, unless it says the same already."""
    if normalised(line) in map(normalised, lines_of(text)):
        return text
    return f"{text.rstrip()}\n{line}".lstrip("\n")
