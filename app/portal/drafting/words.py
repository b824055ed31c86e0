"""Countries, offices and dates, named in the reader's language."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import cache
from typing import TypeAlias

from babel import Locale
from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from portal.web.bidi import isolated

Words: TypeAlias = LazyString | str
"""A text for people: translated when it is shown."""

# Regional offices and international ones have ST.3 codes beside those of the states.
REGIONAL_OFFICES: dict[str, Words] = {
    "AP": _("African Regional Intellectual Property Organization (ARIPO)"),
    "BX": _("Benelux Office for Intellectual Property (BOIP)"),
    "EM": _("European Union Intellectual Property Office (EUIPO)"),
    "GC": _("Patent Office of the Gulf Cooperation Council"),
    "OA": _("African Intellectual Property Organization (OAPI)"),
    "WO": _("International Bureau of WIPO"),
}
# ISO 3166-1 has no code for these territories of the Unicode CLDR.
NOT_STATES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}


@cache
def countries(language: str = "en") -> dict[str, str]:
    """The countries by ISO 3166-1 alpha-2 code, in the order of a language's names."""
    names = Locale.parse(language, sep="-").territories
    chosen = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha()}
    return dict(sorted(((c, n) for c, n in chosen.items() if c not in NOT_STATES), key=lambda pair: _order(pair[1])))


def offices(language: str = "en") -> dict[str, Words]:
    """The offices of first filing by WIPO ST.3 code: those of the states, then the regional ones."""
    return {**countries(language), **REGIONAL_OFFICES}


def named(texts: dict[str, str]) -> Words:
    """A text of the profile, in the reader's language when it is shown; else in the office's first."""
    return LazyString(lambda: texts.get(str(get_locale() or ""), next(iter(texts.values()))))


def in_words(day: date) -> Words:
    """A date as the reader's language writes it, when it is shown."""
    return LazyString(lambda: format_date(day, "d MMMM y", locale=get_locale() or "en"))


def as_typed(value: str) -> Words:
    """What somebody typed, to stand within a sentence: it keeps its own direction of writing."""
    return LazyString(lambda: isolated(value))


def _order(name: str) -> str:
    """A name without its accents: Égypte stands beside Espagne."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).casefold()
