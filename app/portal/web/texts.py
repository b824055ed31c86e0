"""What may be typed: any script of the world as it was typed, but no control characters."""

from __future__ import annotations

import unicodedata

from flask_babel import LazyString, lazy_gettext

# Embeddings, overrides and isolates turn the reading direction of what follows: a name could read as another one.
# The plain marks (U+200E, U+200F, U+061C) and the joiners belong to ordinary Arabic, Persian and Indic text.
DIRECTION_CHANGERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Two code points that stand for no character and that XML cannot hold.
NO_CHARACTERS = frozenset("\ufffe\uffff")


def clean(value: str) -> str:
    """The text in NFC, with line ends as line feeds and no space around it; nothing else is changed."""
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\n")


def typed_number(value: str) -> str:
    """A number as it is kept: digits of any script as 0 to 9, without the marks that steer the reading direction.

    Arabic, Persian and Indic keyboards type their own digits, and the marks come along when a number is copied out of
    a text that is read from right to left. Only for what is a number or a code: a name keeps its own digits.
    """
    digits = (str(unicodedata.decimal(character, character)) for character in value)
    return "".join(digit for digit in digits if unicodedata.category(digit) != "Cf")


def is_printable(value: str, *, lines: bool = False) -> bool:
    """Whether a text has no control characters, lone surrogates or changes of direction; `lines` allows line ends."""
    for character in value:
        if character in DIRECTION_CHANGERS | NO_CHARACTERS or unicodedata.category(character) in {
            "Cc",
            "Cs",
            "Zl",
            "Zp",
        }:
            if lines and character == "\n":
                continue
            return False
    return True


# Letters that no decomposition takes apart, and that people type without their stroke.
PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d"})


def folded(value: str) -> str:
    """A text as searches compare it, on every database alike: no capitals, no accents, one space between words.

    Control characters part words: a database may take one for the end of what is sought.
    """
    parted = unicodedata.normalize("NFKD", value).casefold()
    bare = "".join(
        " " if unicodedata.category(character) == "Cc" else character
        for character in parted
        if not unicodedata.combining(character)
    )
    return unicodedata.normalize("NFC", " ".join(bare.translate(PLAIN_LETTERS).split()))


def lines_of(value: str) -> tuple[str, ...]:
    """The lines of a text that hold something."""
    return tuple(line for typed in value.split("\n") if (line := typed.strip()))


def unprintable() -> LazyString:
    """What a person is told whose text is not printable."""
    return lazy_gettext("Remove the invisible control characters: the text cannot be printed as it stands.")
