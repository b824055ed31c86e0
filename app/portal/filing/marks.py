"""Letters with marks that have no sign of their own, such as the Yoruba ọ̀: found and copied in a PDF as typed.

Typst draws such a letter and its marks each by a glyph, and says of every one of them that it stands for the whole: a
reader that copies "Ọlájùmọ̀kẹ́" gets "ọ̀ọ̀". Here each glyph stands for its own part. Only the alphabets whose marks follow
their letter on paper are touched: Latin, Greek and Cyrillic.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

ALPHABETS = ("LATIN", "GREEK", "CYRILLIC")
ENTRY = re.compile(rb"<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>")
REPLACED = re.compile(rb"/Span<</ActualText<FEFF((?:[0-9A-F]{4})+)>>>BDC", re.IGNORECASE)


def has_marked_letters(characters: Iterable[str]) -> bool:
    """Whether a mark that stands for itself is among these characters of a text that was composed."""
    return any(unicodedata.combining(character) for character in characters)


def parted(document: bytes) -> bytes:
    """The document, with each glyph of a marked letter standing for its own part of it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        drawn_apart: set[str] = set()
        for page in pdf.pages:
            drawn_apart |= _without_replacements(page)
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and isinstance(item.get("/ToUnicode"), pikepdf.Stream):
                _correct(item, drawn_apart)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.preserve, deterministic_id=True)
    return out.getvalue()


def _without_replacements(page: Any) -> set[str]:
    """Take away what a page says in place of a marked letter's glyphs, as each says its own part; these letters."""
    found: set[str] = set()

    def kept(match: re.Match[bytes]) -> bytes:
        text = _text(match[1])
        if not _is_marked(text):
            return match[0]
        found.add(text)
        return b"/Span<<>>BDC"

    content = page.Contents
    for stream in content if isinstance(content, pikepdf.Array) else [content]:
        stream.write(REPLACED.sub(kept, stream.read_bytes()))
    return found


def _correct(font: Any, drawn_apart: set[str]) -> None:
    """Write anew what the glyphs of a font stand for: a mark has no width of its own."""
    stream, widths = font["/ToUnicode"], _widths(font["/DescendantFonts"][0])
    entries = {int(code, 16): _text(text) for code, text in ENTRY.findall(stream.read_bytes())}
    marks = [code for code, text in entries.items() if _is_marked(text) and not widths.get(code)]
    apart = drawn_apart | {entries[code] for code in marks}
    own = {code: _letter(text, marks, entries) for code, text in entries.items() if text in apart and widths.get(code)}
    own |= dict(_of_marks(marks, entries))

    def line(match: re.Match[bytes]) -> bytes:
        text = own.get(int(match[1], 16))
        return match[0] if text is None else b"<%s> <%s>" % (match[1], text.encode("utf-16-be").hex().upper().encode())

    stream.write(ENTRY.sub(line, stream.read_bytes()))


def _letter(text: str, marks: list[int], entries: dict[int, str]) -> str:
    """What the letter's own glyph stands for: without a mark that has one, the dot below of ọ included."""
    own = sum(1 for code in marks if entries[code] == text)
    return text[0] if own < len(text) else unicodedata.normalize("NFD", text)[0]


def _of_marks(marks: list[int], entries: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Which mark of its letter each glyph is: one that another glyph is already is left to that one."""
    known: set[str] = set()
    for code in marks:
        text = entries[code]
        own = sum(1 for other in marks if entries[other] == text)
        signs = text[1:] if own < len(text) else unicodedata.normalize("NFD", text)[1:]
        mark = next((sign for sign in signs if sign not in known), signs[-1])
        known.add(mark)
        yield code, mark


def _widths(font: Any) -> dict[int, float]:
    """The widths of a font's glyphs, of those that have one (ISO 32000-1, 9.7.4.3)."""
    listed, place = list(font.get("/W", ())), 0
    found: dict[int, float] = {}
    while place < len(listed):
        first, then = int(listed[place]), listed[place + 1]
        if isinstance(then, pikepdf.Array):
            found |= {first + n: float(width) for n, width in enumerate(then)}
            place += 2
        else:
            found |= dict.fromkeys(range(first, int(then) + 1), float(listed[place + 2]))
            place += 3
    return found


def _is_marked(text: str) -> bool:
    is_known = unicodedata.name(text[:1], "").startswith(ALPHABETS)
    return is_known and len(text) > 1 and all(unicodedata.combining(sign) for sign in text[1:])


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be")
