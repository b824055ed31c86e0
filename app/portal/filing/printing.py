"""Print with Typst: PDF/A-3a and PDF/UA-1 at once, and never a character that silently is not there.

Latin, Greek, Cyrillic and Hebrew come from the fonts within Typst itself, so that a receipt looks alike on every
host; other scripts from the host's Noto and Symbola fonts. A character that no font has, or that PDF/A forbids, is
printed as its Unicode number in brackets, and the paper says so: the XML and the manifest hold it as it was typed.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from portal.filing.marks import has_marked_letters, parted

TEMPLATES = Path(__file__).with_name("typst")
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
FALLBACK_FAMILIES = [
    "Noto Naskh Arabic",
    "Noto Serif CJK SC",
    "Noto Serif Devanagari",
    "Noto Serif Ethiopic",
    "Noto Serif Thai",
    "Symbola",
]
OF_LANGUAGE = {
    **dict.fromkeys(("ar", "fa", "ur", "ps"), "Noto Naskh Arabic"),
    **dict.fromkeys(("zh", "ja", "ko"), "Noto Serif CJK SC"),
    **dict.fromkeys(("hi", "mr", "ne"), "Noto Serif Devanagari"),
    **dict.fromkeys(("am", "ti"), "Noto Serif Ethiopic"),
    "th": "Noto Serif Thai",
}
"""The family in which a paper of a language is set first: else its digits and points would come from another one."""
UNPRINTED = re.compile(
    r'error: (?:the text|the text contains the disallowed codepoint|the PDF contains the codepoint) `"(.+?)"`'
)
ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
ENDLESS = re.compile(r"\S{30}(?=\S)")
ATTACHED = {"xml", "manifest", "words", "svg"}
"""What is attached or shown as it is, and the portal's own words."""
KEPT_CONTROLS = {"\n", "\t"}
# Embeddings, overrides and isolates would let a name read as another one on paper.
DIRECTION_CHANGERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Printed:
    """A PDF, and the characters that are shown in it by their Unicode number."""

    document: bytes
    replaced: frozenset[str]


class Printer:
    """A compiler that is kept: the second paper of a template costs a fraction of the first."""

    def __init__(self, template: str) -> None:
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts())

    def print(self, data: dict[str, Any], at: datetime) -> Printed:
        """Print the data; `at` (aware) is the document's date. Characters that cannot be printed are numbered."""
        typed = _characters(data)
        bad = {character for character in typed if _is_never_printed(character)}
        for _attempt in range(4):
            try:
                return Printed(self._compile(_shown(data, bad), bad, at), frozenset(bad))
            except typst.TypstError as error:
                found = _unprinted(error.diagnostic) & (typed - bad)
                if not found:
                    raise
                bad |= found
        # What is left after four rounds is a whole script without a font: a receipt still has to come out.
        bad |= {character for character in typed if ord(character) > 0x24F and character.isprintable()}
        return Printed(self._compile(_shown(data, bad), bad, at), frozenset(bad))

    def _compile(self, data: dict[str, Any], bad: set[str], at: datetime) -> bytes:
        inputs = {
            "data": json.dumps({**data, "replaced": bool(bad)}, ensure_ascii=False),
            "fonts": json.dumps(_families(data["language"])),
        }
        with self._lock:
            document = self._compiler.compile(
                sys_inputs=inputs, format="pdf", pdf_standards=[*STANDARDS], timestamp=int(at.timestamp())
            )
        if not isinstance(document, bytes):
            raise TypeError("Typst gave no single PDF")
        return parted(document) if has_marked_letters(_characters(data)) else document


@cache
def printer(template: str) -> Printer:
    """The kept printer of a template."""
    return Printer(template)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


@cache
def _families(language: str) -> list[str]:
    """The families to look for a character in, of those that this host has: the language's own, then the embedded."""
    here = set(_fonts().families())
    first = OF_LANGUAGE.get(language, "")
    known = [first, "Libertinus Serif", *(family for family in FALLBACK_FAMILIES if family != first)]
    return [family for family in known if family in here]


def _characters(value: Any) -> set[str]:
    """Every character that will be printed of what people typed."""
    if isinstance(value, str):
        return set(value)
    if isinstance(value, dict):
        return {found for name, item in value.items() if name not in ATTACHED for found in _characters(item)}
    if isinstance(value, list | tuple):
        return {found for item in value for found in _characters(item)}
    return set()


def _is_never_printed(character: str) -> bool:
    if character in KEPT_CONTROLS:
        return False
    return character in DIRECTION_CHANGERS or unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}


def _unprinted(diagnostic: str) -> set[str]:
    """The characters that Typst could not print, from its own words."""
    found = UNPRINTED.findall(diagnostic)
    return set("".join(ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) for text in found))


def _shown(value: Any, bad: set[str], key: str = "") -> Any:
    """The same data as it can be printed: characters without a glyph numbered, endless words given places to break."""
    if isinstance(value, str):
        if key == "sha512":
            return value
        numbered = "".join(f"[U+{ord(character):04X}]" if character in bad else character for character in value)
        return ENDLESS.sub("\\g<0>\u200b", numbered)
    if isinstance(value, dict):
        return {key: item if key in ATTACHED else _shown(item, bad, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item, bad) for item in value]
    return value
