"""Read a file of a classification: what can be taken, and each line that cannot, with its number and the reason."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from portal.classification.rules import LONGEST_CODE, LONGEST_TEXT, SYMBOLS, Scheme, normalised
from portal.web.texts import clean, is_printable

LONGEST_TERM = 500
"""What an application may hold as one term (drafting/sections/mark.py): a longer one could never be chosen."""
LONGEST_LINE = 100_000

CLASS, NUMBER, TERM, CODE, TITLE = "class", "number", "term", "code", "title"
COLUMNS = {
    Scheme.NICE: ((CLASS, TERM), (NUMBER,)),
    **dict.fromkeys((Scheme.NICE_CLASSES, Scheme.LOCARNO, Scheme.IPC, Scheme.VIENNA), ((CODE, TITLE), ())),
}
"""The columns that a scheme's file must have, and those that it may have besides."""
ALSO_CALLED = {
    CLASS: {"class", "cl", "class number", "class no", "nice class", "classe"},
    NUMBER: {"number", "basic number", "basic no", "base number", "numero", "numero de base"},
    TERM: {"term", "indication", "goods and services", "goods or services", "terme", "produit ou service"},
    CODE: {"code", "symbol", "class", "subclass", "symbole", "classe"},
    TITLE: {"title", "text", "heading", "name", "description", "titre", "intitule", "libelle"},
}
IGNORED = "-"


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message says where and why, and what mends it."""


@dataclass(frozen=True)
class Taken:
    """A line that can be taken: `place` numbers those of one parent from 0; `words` is the text normalised."""

    parent: str
    place: int
    code: str
    text: str
    words: str


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be taken: `line` counts from 1 as an editor does, `what` is the value, `why` a sentence."""

    line: int
    what: str
    why: str


@dataclass(frozen=True)
class Reading:
    """What was found in a file."""

    taken: tuple[Taken, ...]
    bad: tuple[BadLine, ...]


def read(data: bytes, scheme: Scheme, columns: Sequence[str] | None = None) -> Reading:
    """Read a file with one entry a line, its values parted by tabs, commas or semicolons.

    Its first line names the columns, unless `columns` does: one name for each value of a line, `-` for one that is not
    wanted. Raises Unreadable. A symbol may come before the one above it; a second line of the same entry is a bad line.
    """
    lines = enumerate(_text(data).split("\n"), start=1)
    filled = [(number, line) for number, line in lines if line.strip()]
    if not filled:
        raise Unreadable("the file is empty")
    separator = "\t" if "\t" in filled[0][1] else max(";,", key=filled[0][1].count)
    if columns is None:
        header = next(csv.reader([filled.pop(0)[1]], delimiter=separator))
        places = _places(scheme, header)
    else:
        places = _named_places(scheme, columns)
    reader = _Reader(scheme, places, separator)
    for number, line in filled:
        reader.take(number, line)
    return reader.finished()


def _text(data: bytes) -> str:
    """The file's text with line feeds; refuses another encoding than UTF-8 in the line where it shows."""
    mend = "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"line 1: the file is in UTF-16, not in UTF-8: {mend}")
    if data.startswith(b"PK\x03\x04"):
        raise Unreadable(f"line 1: this is a spreadsheet or another packed file, not a text: {mend}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line}: the byte {data[error.start]:#04x} is not UTF-8: {mend}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _places(scheme: Scheme, header: Sequence[str]) -> dict[str, int]:
    """Where each column stands, by the names in the first line."""
    names = [normalised(name) for name in header]
    needed, possible = COLUMNS[scheme]
    found: dict[str, int] = {}
    for column in (*needed, *possible):
        fits = [place for place, name in enumerate(names) if name in ALSO_CALLED[column]]
        if len(fits) > 1:
            raise Unreadable(f"line 1: two columns can be “{column}”: {header[fits[0]]} and {header[fits[1]]}")
        if fits:
            found[column] = fits[0]
    for column in needed:
        if column not in found:
            there = ", ".join(name.strip() or "(no name)" for name in header)
            raise Unreadable(
                f"line 1: there is no column “{column}” among {there}; if the first line is an entry already, "
                f"or the names are others, say which columns the file has with --columns"
            )
    return found


def _named_places(scheme: Scheme, columns: Sequence[str]) -> dict[str, int]:
    needed, possible = COLUMNS[scheme]
    for name in columns:
        if name not in (*needed, *possible, IGNORED):
            raise Unreadable(f"--columns: “{name}” is none of {', '.join((*needed, *possible, IGNORED))}")
    found = {name: place for place, name in enumerate(columns) if name != IGNORED}
    if len(found) + list(columns).count(IGNORED) != len(columns):
        raise Unreadable("--columns: a column is named twice")
    if missing := [name for name in needed if name not in found]:
        raise Unreadable(f"--columns: {' and '.join(missing)} must be there")
    return found


def _unquoted(value: str) -> str:
    """A value between tabs: most programs write it as it is, spreadsheets put quotation marks around some."""
    inner = value[1:-1]
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if is_quoted else value


class _Refused(Exception):
    """The line cannot be taken."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(why)
        self.what, self.why = what, why


class _Reader:
    """Takes line after line, and at last what only the whole file shows."""

    def __init__(self, scheme: Scheme, places: dict[str, int], separator: str) -> None:
        self._scheme, self._places, self._separator = scheme, places, separator
        self._first: dict[tuple[str, str], int] = {}
        self._entries: list[tuple[int, str, str, str, str]] = []
        self._bad: list[BadLine] = []

    def take(self, number: int, line: str) -> None:
        """Take one line, or note why it cannot be taken."""
        try:
            parent, code, text = self._term(line) if self._scheme is Scheme.NICE else self._symbol(line)
            words = self._checked(text)
        except _Refused as refused:
            return self._note(number, refused.what, refused.why)
        same = (parent, words) if self._scheme is Scheme.NICE else (code, "")
        first = self._first.setdefault(same, number)
        if first != number:
            return self._note(
                number, text if self._scheme is Scheme.NICE else code, f"it stands already on line {first}"
            )
        return self._entries.append((number, parent, code, text, words))

    def _note(self, number: int, what: str, why: str) -> None:
        self._bad.append(BadLine(number, what[:200], why))

    def _term(self, line: str) -> tuple[str, str, str]:
        values = self._values(line)
        parent = SYMBOLS[Scheme.NICE].parse(values[CLASS])
        if parent is None:
            raise _Refused(values[CLASS], "the class is not a number from 1 to 45")
        number = values.get(NUMBER, "")
        if len(number) > LONGEST_CODE:
            raise _Refused(number, f"the number has more than {LONGEST_CODE} characters")
        if len(values[TERM]) > LONGEST_TERM:
            raise _Refused(values[TERM], f"the term has {len(values[TERM])} characters; {LONGEST_TERM} are possible")
        return parent, number, values[TERM]

    def _symbol(self, line: str) -> tuple[str, str, str]:
        values, symbols = self._values(line), SYMBOLS[self._scheme]
        code = symbols.parse(values[CODE])
        if code is None:
            raise _Refused(values[CODE], f"this is no symbol of the classification, such as {symbols.example}")
        if len(values[TITLE]) > LONGEST_TEXT:
            raise _Refused(values[TITLE], f"the title has {len(values[TITLE])} characters; {LONGEST_TEXT} are possible")
        return symbols.parent(code), code, values[TITLE]

    def _values(self, line: str) -> dict[str, str]:
        """The line's values by column. An entry is one line: an open quotation mark does not swallow the next."""
        if len(line) > LONGEST_LINE:
            raise _Refused(line, f"the line has more than {LONGEST_LINE} characters")
        values = self._parted(line)
        if len(values) <= max(self._places.values()):
            raise _Refused(line, f"there are {len(values)} values, and {max(self._places.values()) + 1} are needed")
        return {column: clean(values[place]) for column, place in self._places.items()}

    def _parted(self, line: str) -> list[str]:
        if self._separator == "\t":
            return [_unquoted(value) for value in line.split("\t")]
        try:
            return next(csv.reader([line], delimiter=self._separator, strict=True))
        except csv.Error as error:
            why = "a quotation mark is not closed on this line, or stands inside a value and is not doubled"
            raise _Refused(line, why) from error

    def _checked(self, text: str) -> str:
        if not is_printable(text):
            raise _Refused(text, "there are control characters in it")
        words = normalised(text)
        if not words:
            raise _Refused(text, "there are no words")
        return words

    def finished(self) -> Reading:
        """What was found; a symbol whose parent is nowhere in the file is a bad line, and so is what hangs on it."""
        taken: list[Taken] = []
        numbers: dict[str, count[int]] = {}
        for number, parent, code, text, words in self._entries:
            if missing := self._missing_above(code):
                self._note(number, code, f"{missing}, which stands above it, is not in the file")
            else:
                taken.append(Taken(parent, next(numbers.setdefault(parent, count())), code, text, words))
        return Reading(tuple(taken), tuple(sorted(self._bad, key=lambda bad: bad.line)))

    def _missing_above(self, code: str) -> str:
        """The nearest symbol above this one that the file does not have; empty when it has them all."""
        above = SYMBOLS[self._scheme].parent(code)
        while above and (above, "") in self._first:
            above = SYMBOLS[self._scheme].parent(above)
        return above
