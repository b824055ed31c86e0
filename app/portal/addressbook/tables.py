"""Address books as tables of text: CSV with commas or semicolons, and TSV; UTF-8, with or without its mark.

A table is read whole or not at all: each line that is wrong is told by its number, and then nothing is taken.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import force_locale
from flask_babel import gettext as _

from portal.addressbook.rules import COLUMNS, FIELDS, NEEDED, Entry, problems
from portal.drafting.sections.parties import KINDS
from portal.drafting.words import Words, countries
from portal.web.texts import clean, folded

MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 100
MOST_TOLD = 100
"""So many faults are told; a file with more is wrong altogether."""
DELIMITERS = ",;\t"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula. Source: OWASP, CSV Injection."""
GUARD = "'"


@dataclass(frozen=True)
class Fault:
    """What is wrong: `line` counts the lines of the file from 1."""

    line: int
    reason: Words


@dataclass
class Table:
    """What was read. With faults nothing of it may be taken; `unused` are headings that mean nothing here."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    more_faults: int = 0

    def wrong(self, line: int, reason: Words) -> None:
        """Note a fault."""
        if len(self.faults) < MOST_TOLD:
            self.faults.append(Fault(line, reason))
        else:
            self.more_faults += 1


def read(raw: bytes, languages: Sequence[str]) -> Table:
    """The entries of a file; its headings, countries and kinds may be in any of the languages."""
    table = Table()
    text = _decoded(raw, table)
    if text is None:
        return table
    words = _Words.of(languages)
    delimiter = _delimiter(text, words)
    rows = _rows(text, delimiter, table)
    head = next(rows, None)
    if head is None:
        table.wrong(1, _("The file is empty."))
        return table
    columns = _columns(head, words, table)
    if columns is None:
        return table
    width = len(head[1])
    for line, cells in rows:
        if len(table.entries) >= MOST_ROWS:
            table.wrong(line, _("A file may hold at most %(count)s entries. Split it.", count=MOST_ROWS))
            break
        if any(cell.strip() for cell in cells[width:]):
            table.wrong(line, _("The line has more cells than there are headings. Quote what holds the separator."))
        else:
            _take(line, cells, columns, words, table)
    if not table.entries and not table.faults:
        table.wrong(1, _("The file holds headings and nothing else."))
    return table


def write(entries: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """A table of entries with headings in the reader's language, line by line; no spreadsheet takes it for formulas.

    It begins with the mark by which spreadsheets know UTF-8.
    """
    kinds = kind_words()
    yield codecs.BOM_UTF8.decode() + _line(str(FIELDS[name].label) for name in COLUMNS)
    for one in entries:
        yield _line(kinds.get(one[name], one[name]) if name == "kind" else one[name] for name in COLUMNS)


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def guarded(cell: str) -> str:
    """A cell with a quote sign before what a spreadsheet would run."""
    return GUARD + cell if cell.startswith(FORMULA) or cell.startswith(GUARD) else cell


def unguarded(cell: str) -> str:
    """A cell as it was before `guarded`."""
    return cell[1:] if cell.startswith(GUARD) and cell[1:].startswith((*FORMULA, GUARD)) else cell


def kind_words() -> dict[str, str]:
    """What stands in the column of kinds, in the reader's language."""
    return {"natural": _("person"), "legal": _("organisation")}


@dataclass(frozen=True)
class _Words:
    """What headings, kinds and countries are called, folded, in every language of the office."""

    headings: dict[str, str]
    kinds: dict[str, str]
    countries: dict[str, str]

    @classmethod
    def of(cls, languages: Sequence[str]) -> _Words:
        headings = {name: name for name in COLUMNS}
        kinds = {kind: kind for kind in KINDS}
        named = {code.casefold(): code for code in countries()}
        for language in languages:
            with force_locale(language):
                headings |= {folded(str(FIELDS[name].label)): name for name in COLUMNS}
                kinds |= {folded(word): kind for kind, word in kind_words().items()}
                kinds |= {folded(str(label)): kind for kind, label in KINDS.items()}
            named |= {folded(name): code for code, name in countries(language).items()}
        return cls(headings, kinds, named)


def _decoded(raw: bytes, table: Table) -> str | None:
    """The text of the file; what spreadsheets call Unicode text is UTF-16 with its mark."""
    if len(raw) > MOST_BYTES:
        table.wrong(1, _("The file is larger than %(count)s MB. Split it.", count=MOST_BYTES // 1024**2))
        return None
    encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        advice = _("The text is not in UTF-8, so names would be read wrongly. Save the file as “CSV UTF-8”.")
        table.wrong(line, advice)
        return None


def _delimiter(text: str, words: _Words) -> str:
    """What parts the cells: with it, the first line holds the most headings that are known."""
    first = next((line for line in text[:20_000].splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        cells = first.split(delimiter)
        return sum(1 for cell in cells if folded(clean(cell).strip('"')) in words.headings)

    return max(DELIMITERS, key=known)


def _rows(text: str, delimiter: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, each with the number of its first one; a fault in the quoting ends it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            advice = _("From here on the file cannot be read: a quotation mark is not closed, or a cell is too long.")
            table.wrong(line, advice)
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(head: tuple[int, list[str]], words: _Words, table: Table) -> dict[int, str] | None:
    """Which column holds what; None when the headings do not say."""
    line, cells = head
    if len(cells) > MOST_COLUMNS:
        table.wrong(line, _("The file has %(count)s columns; an address book has eight.", count=len(cells)))
        return None
    found: dict[int, str] = {}
    for index, cell in enumerate(cells):
        name = words.headings.get(folded(clean(cell)))
        if name is None:
            table.unused += [clean(cell)[:60]] if clean(cell) else []
        elif name in found.values():
            table.wrong(line, _("The heading “%(name)s” stands there twice.", name=clean(cell)))
            return None
        else:
            found[index] = name
    if not set(NEEDED) <= set(found.values()):
        expected = ", ".join(str(FIELDS[name].label) for name in NEEDED)
        table.wrong(line, _("The first line must hold the headings, these among them: %(names)s.", names=expected))
        return None
    return found


def _take(line: int, cells: list[str], columns: Mapping[int, str], words: _Words, table: Table) -> None:
    """Read one line into the table."""
    entry = dict.fromkeys(COLUMNS, "")
    for index, name in columns.items():
        if index < len(cells):
            entry[name] = ", ".join(part for one in unguarded(clean(cells[index])).split("\n") if (part := one.strip()))
    entry["kind"] = words.kinds.get(folded(entry["kind"]), entry["kind"])
    entry["country"] = words.countries.get(folded(entry["country"]), entry["country"])
    if wrong := problems(entry):
        for name, reason in wrong.items():
            table.wrong(line, _("%(field)s: %(reason)s", field=FIELDS[name].label, reason=reason))
    else:
        table.entries.append(entry)
