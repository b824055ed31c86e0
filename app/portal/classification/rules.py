"""What is true of the classifications: how their symbols are written, and when two texts are the same term.

No database, no Flask.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

LONGEST_CODE = 20
LONGEST_TEXT = 2000


class Scheme(StrEnum):
    """What is imported and searched. NICE holds the terms of goods and services, NICE_CLASSES the classes' headings."""

    NICE = "nice"
    NICE_CLASSES = "nice-classes"
    LOCARNO = "locarno"
    IPC = "ipc"
    VIENNA = "vienna"


PICKED = (Scheme.NICE, Scheme.LOCARNO, Scheme.IPC, Scheme.VIENNA)
"""The classifications that a person knows: each has a page, and a picker."""


@dataclass(frozen=True)
class Symbols:
    """How a classification writes its symbols.

    `parse` takes a symbol in any usual writing and gives it as it is kept, None for what is none. `parent` is the
    symbol above one, empty at the top; `group` the class that a search can be restricted to. `pickable` says whether a
    symbol is exact enough to be claimed in an application. `example` is for messages.
    """

    parse: Callable[[str], str | None]
    parent: Callable[[str], str]
    group: Callable[[str], str]
    pickable: Callable[[str], bool]
    example: str


def nice_class(typed: str) -> str | None:
    """A class of the Nice Classification, 1 to 45, without a leading zero."""
    found = re.fullmatch(r"0{0,2}([1-9]\d?)", typed.strip(), re.ASCII)
    return found[1] if found and int(found[1]) <= 45 else None


def _locarno(typed: str) -> str | None:
    """Class and subclass as WIPO's publications write them, always with two digits: 06-01."""
    found = re.fullmatch(r"(\d{1,2})(?:[-.](\d{1,2}))?|(\d\d)(\d\d)", typed.strip(), re.ASCII)
    if not found:
        return None
    group, more = found[1] or found[3], found[2] or found[4]
    if not int(group):
        return None
    return f"{int(group):02}" + (f"-{int(more):02}" if more is not None else "")


def _vienna(typed: str) -> str | None:
    """Category, division and section: 26.11.1. Auxiliary sections are printed with an A, which is no part of them."""
    found = re.fullmatch(r"(?:A\s?)?(\d{1,2})(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?\.?", typed.strip(), re.ASCII)
    if not found or not 1 <= int(found[1]) <= 29:
        return None
    return ".".join(str(int(part)) for part in found.groups() if part is not None)


def _ipc(typed: str) -> str | None:
    """Section, class, subclass, group: A61K 31/00, or in the 14 characters of WIPO ST.8, A61K0031000000."""
    text = typed.strip().upper()
    if found := re.fullmatch(r"([A-H]\d\d[A-Z])(\d{4})(\d{6})", text, re.ASCII):
        main, sub = int(found[2]), found[3].rstrip("0").ljust(2, "0")
        return f"{found[1]} {main}/{sub}" if main else None
    if found := re.fullmatch(r"([A-H]\d\d[A-Z])\s*0*(\d{1,4})\s*/\s*(\d{2,6})", text, re.ASCII):
        return f"{found[1]} {found[2]}/{found[3]}"
    return text if re.fullmatch(r"[A-H](\d\d[A-Z]?)?", text, re.ASCII) else None


def _above_ipc(symbol: str) -> str:
    if "/" in symbol:
        main, sub = symbol.split("/")
        return symbol[:4] if sub == "00" else f"{main}/00"
    return {4: symbol[:3], 3: symbol[:1]}.get(len(symbol), "")


SYMBOLS = {
    Scheme.NICE: Symbols(nice_class, lambda symbol: "", lambda symbol: symbol, lambda symbol: True, "30"),
    Scheme.NICE_CLASSES: Symbols(nice_class, lambda symbol: "", lambda symbol: symbol, lambda symbol: False, "30"),
    Scheme.LOCARNO: Symbols(
        _locarno, lambda symbol: symbol[:-3], lambda symbol: symbol[:2], lambda symbol: "-" in symbol, "06-01"
    ),
    Scheme.IPC: Symbols(_ipc, _above_ipc, lambda symbol: symbol[:3], lambda symbol: len(symbol) >= 4, "A61K 31/00"),
    Scheme.VIENNA: Symbols(
        _vienna,
        lambda symbol: symbol.rpartition(".")[0],
        lambda symbol: symbol.split(".")[0],
        lambda symbol: "." in symbol,
        "26.11.1",
    ),
}


def symbol_begun(scheme: Scheme, typed: str) -> str | None:
    """The beginning of symbols that was typed instead of words, as symbols are kept; None for words."""
    text = re.sub(r"\s+", " ", typed.strip())
    patterns = {
        Scheme.LOCARNO: r"\d{1,2}(-\d{0,2})?",
        Scheme.VIENNA: r"\d{1,2}(\.\d{0,2}){0,2}",
        Scheme.IPC: r"[A-Ha-h](\d\d([A-Za-z]( ?\d{1,4}(/\d{0,6})?)?)?)?",
    }
    if scheme not in patterns or not re.fullmatch(patterns[scheme], text, re.ASCII):
        return None
    if scheme is Scheme.IPC:
        return re.sub(r"^(....) ?(?=\d)", r"\1 ", text.upper())
    if scheme is Scheme.LOCARNO and re.match(r"[1-9](-|$)", text):
        return f"0{text}"
    return text


class Dated(Protocol):
    """An edition, as far as its time is concerned."""

    valid_from: date
    imported_at: datetime


D = TypeVar("D", bound=Dated)


def in_force(editions: Iterable[D], day: date) -> D | None:
    """The edition that counts on a day: the last to have begun; of two that began together, the one imported last."""
    begun = [edition for edition in editions if edition.valid_from <= day]
    return max(begun, key=lambda edition: (edition.valid_from, edition.imported_at), default=None)


LIKE = dict(zip("øłđðıœæþةى", ("o", "l", "d", "d", "i", "oe", "ae", "th", "ه", "ي"), strict=True))
"""Letters that no decomposition takes apart, and the two of Arabic that are written either way."""


class _Folding(dict[int, str | None]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if character in LIKE:
            self[code] = LIKE[character]
        elif category == "Cf" or _may_be_left_out(code):
            self[code] = None
        else:
            self[code] = character if category[0] in "LMN" else " "
        return self[code]


def _may_be_left_out(code: int) -> bool:
    """Whether people write a word without this mark: accents of Latin, Greek and Cyrillic; the vowel points of Arabic
    and Hebrew; the Arabic lengthening stroke. The vowels of Indic and Thai words are marks too, and no word is the same
    without them."""
    left_out = ((0x300, 0x36F), (0x591, 0x5C7), (0x640, 0x640), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED))
    return any(first <= code <= last for first, last in left_out)


_FOLDING = _Folding()


def normalised(text: str) -> str:
    """The words of a text as they are compared: without capitals, accents and punctuation, one space between them.

    Two texts are the same term when this is the same. Of any text it is a text, perhaps an empty one.
    """
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(unicodedata.normalize("NFC", folded.translate(_FOLDING)).split())


def digest(words: str) -> str:
    """How a normalised text is looked up: 32 hexadecimal characters (BLAKE2b)."""
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
