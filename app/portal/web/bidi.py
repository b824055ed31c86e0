"""Words of one direction among words of the other: a Latin title in an Arabic sentence, or the reverse.

Left alone, their neighbours' digits, brackets and full stops change places (Unicode Standard Annex 9). A page isolates
with `<bdi>`, a plain text with two invisible characters.
"""

from __future__ import annotations

import unicodedata

from flask import Flask
from markupsafe import Markup

from portal.web.language import direction, spoken

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT = {"R", "AL"}


def init_app(app: Flask) -> None:
    """Register the filter `bdi`: `_("Filing %(number)s", number=number|bdi)`."""
    app.jinja_env.filters["bdi"] = bdi


def bdi(value: object) -> Markup:
    """The text as a part of a page that keeps its own direction, found by its first letter."""
    return Markup("<bdi>{}</bdi>").format(value)


def isolated(value: str, language: str | None = None) -> str:
    """The same for a plain text in this language, or the one that is spoken: a mail, a notice, a message.

    Where both are written from left to right nothing is added.
    """
    is_mixed = direction(language or spoken()) == "rtl" or any(
        unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in value
    )
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if value and is_mixed else value
