"""The holidays of a country, from the library `holidays`: by year, named in the office's languages.

The library is loaded when a profile names a country, and not before: it takes a fifth of a second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.profile.calendar import Calendar, Country

CANONICAL = "en_US"
"""The language in which the office's list names a holiday, wherever the library has it."""
LAST_YEAR = 2200
NOTE = re.compile(r" \((?:observed|estimated|observed, estimated)\)$")


def refuse_unknown(code: str, subdivision: str | None = None, categories: tuple[str, ...] | None = None) -> None:
    """Raise ValueError when the library does not know the country, its subdivision or its categories."""
    library = _library()
    try:
        library.country_holidays(code, subdiv=subdivision, categories=categories)
    except NotImplementedError as error:
        if subdivision is None:
            raise ValueError(f"the library of holidays knows no country '{code}' (ISO 3166-1, two letters)") from error
        known = ", ".join(library.country_holidays(code).subdivisions) or "none"
        raise ValueError(f"'{code}' has no subdivision '{subdivision}'; known: {known}") from error
    except ValueError as error:
        known = ", ".join(library.country_holidays(code).supported_categories)
        raise ValueError(f"{error} Known for '{code}': {known}") from error


@dataclass(frozen=True)
class CountryHoliday:
    """One holiday of a country; `library_name` is its name in the library, without a note such as "(observed)".

    `name` has each of the office's languages; `unnamed` are those of them in which the library has no name.
    """

    library_name: str
    name: Mapping[str, str]
    unnamed: frozenset[str]


class OfficeHolidays:
    """The holidays of the office, or of one of its branches, by day: the country's, and the office's own list.

    `get(day)` is the holiday's name in the office's languages, None on any other day.
    """

    def __init__(self, calendar: Calendar, languages: list[str], branch: str | None = None) -> None:
        self._calendar, self._languages, self._branch = calendar, tuple(languages), branch
        self._years: dict[int, dict[date, dict[str, str]]] = {}

    def get(self, day: date, /) -> dict[str, str] | None:
        return self.of_year(day.year).get(day)

    def of_year(self, year: int) -> dict[date, dict[str, str]]:
        """Every holiday of a year, in order."""
        if year not in self._years:
            found = self._of_country(year)
            for own in self._calendar.holidays:
                day = own.on(year)
                if day is not None and own.branch in (None, self._branch):
                    found[day] = dict(own.name)
            self._years[year] = dict(sorted(found.items()))
        return self._years[year]

    def _of_country(self, year: int) -> dict[date, dict[str, str]]:
        country = self._calendar.country
        if country is None:
            return {}
        names = {one.holiday: dict(one.name) for one in country.rename}
        found: dict[date, dict[str, str]] = {}
        for day, all_of_day in country_holidays(country, self._languages, year).items():
            kept = [
                names.get(one.library_name) or dict(one.name)
                for one in all_of_day
                if one.library_name not in country.not_kept
            ]
            if kept and day not in country.not_kept:
                found[day] = {code: "; ".join(name[code] for name in kept) for code in self._languages}
        return found


def country_holidays(
    country: Country, languages: tuple[str, ...], year: int
) -> Mapping[date, tuple[CountryHoliday, ...]]:
    """The country's holidays of a year, whether the office keeps them or not."""
    if not 1 <= year <= LAST_YEAR:
        return {}
    return _computed(country.code, country.subdivision, tuple(country.categories), country.observed, languages, year)


@lru_cache(maxsize=512)
def _computed(
    code: str,
    subdivision: str | None,
    categories: tuple[str, ...],
    observed: bool,
    languages: tuple[str, ...],
    year: int,
) -> Mapping[date, tuple[CountryHoliday, ...]]:
    library = _library()

    def named_in(language: str | None) -> Any:
        return library.country_holidays(
            code, subdiv=subdivision, years=year, categories=categories, observed=observed, language=language
        )

    supported = tuple(named_in(None).supported_languages)
    canonical = named_in(CANONICAL if CANONICAL in supported else None)
    spoken = {tongue: _spoken(tongue, supported) for tongue in languages}
    by_language = {tongue: named_in(known) if known else None for tongue, known in spoken.items()}
    return {
        day: tuple(
            CountryHoliday(
                NOTE.sub("", name),
                {
                    tongue: name if names is None else _name(names.get_list(day), place, name)
                    for tongue, names in by_language.items()
                },
                frozenset(tongue for tongue, names in by_language.items() if names is None),
            )
            for place, name in enumerate(canonical.get_list(day))
        )
        for day in sorted(canonical)
        if day.year == year
    }


def _spoken(language: str, supported: tuple[str, ...]) -> str | None:
    """The library's own code for a language: fr is served by fr_BE, and en_US before any other English."""
    wanted = language.replace("-", "_")
    if wanted in supported:
        return wanted
    kin = sorted(code for code in supported if code.split("_")[0] == wanted.split("_")[0])
    return CANONICAL if CANONICAL in kin else next(iter(kin), None)


def _name(names: list[str], place: int, fallback: str) -> str:
    return names[place] if place < len(names) else fallback


def _library() -> Any:
    import holidays  # noqa: PLC0415 - see the module's first lines

    return holidays
