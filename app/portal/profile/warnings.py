"""What holds in a profile and is doubtful all the same: told by `portal check-config`, never refused.

A part of the profile adds its own doubts as one more function in `DOUBTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from portal.profile.holidays import OfficeHolidays, country_holidays
from portal.profile.model import Profile, Right

Doubt = tuple[list[str | int], str]
"""The way to it in the profile, and what is said of it."""

LOOKED_AHEAD = 5
"""Years of a country's holidays in which a name is looked for."""
LEAST_GRACE = 6
PRIORITY = {Right.PATENT: 12, Right.UTILITY_MODEL: 12, Right.TRADEMARK: 6, Right.DESIGN: 6}


def doubts(profile: Profile, today: date) -> list[Doubt]:
    """Every doubt about a profile that holds; `today` is the day on which it is asked."""
    return [doubt for find in DOUBTS for doubt in find(profile, today)]


def short_grace(profile: Profile, _today: date) -> Iterator[Doubt]:
    """Paris Convention 5bis(1)."""
    for place, terms in enumerate(profile.terms):
        if terms.grace_months < LEAST_GRACE:
            yield (
                ["terms", place, "grace_months"],
                f"is {terms.grace_months}: the Paris Convention, 5bis(1), asks for at least {LEAST_GRACE} months "
                "of grace for the fees that maintain a right",
            )


def short_priority(profile: Profile, _today: date) -> Iterator[Doubt]:
    """Paris Convention 4C(1)."""
    for place, service in enumerate(profile.services):
        least = PRIORITY[service.right]
        if service.priority_months < least:
            yield (
                ["services", place, "priority_months"],
                f"is {service.priority_months}: the Paris Convention, 4C(1), gives {least} months "
                f"to a {service.right.value.replace('-', ' ')}",
            )


def year_without_holidays(profile: Profile, today: date) -> Iterator[Doubt]:
    """A list of dates ends some day, and then every term that ends on a holiday is wrong."""
    known = OfficeHolidays(profile.calendar, profile.office.languages)
    for year in (today.year, today.year + 1):
        if not known.of_year(year):
            yield (
                ["calendar", "holidays"],
                f"has no holiday in {year}: dates of that year would be those of an office that never keeps one",
            )
            return


def unknown_names(profile: Profile, today: date) -> Iterator[Doubt]:
    """A name that the library does not know renames or removes nothing."""
    country = profile.calendar.country
    if country is None:
        return
    years = range(today.year, today.year + LOOKED_AHEAD)
    languages = tuple(profile.office.languages)
    days = {day: found for year in years for day, found in country_holidays(country, languages, year).items()}
    known = {one.library_name: one for found in days.values() for one in found}
    where: list[str | int] = ["calendar", "country"]
    for place, kept in enumerate(country.not_kept):
        if isinstance(kept, str) and kept not in known:
            yield [*where, "not_kept", place], _unknown(kept, known)
    for place, renamed in enumerate(country.rename):
        if renamed.holiday not in known:
            yield [*where, "rename", place, "holiday"], _unknown(renamed.holiday, known)
    told = {*country.not_kept, *(renamed.holiday for renamed in country.rename)}
    for name, one in known.items():
        if one.unnamed and name not in told:
            missing = ", ".join(sorted(one.unnamed))
            yield [*where, "rename"], f"does not name '{name}', which the library has no name for in: {missing}"


def _unknown(name: str, known: object) -> str:
    names = ", ".join(f"'{one}'" for one in sorted(known))  # type: ignore[call-overload]
    return f"'{name}' is no holiday of the country in the next {LOOKED_AHEAD} years; known: {names}"


DOUBTS: list[Callable[[Profile, date], Iterator[Doubt]]] = [
    short_grace,
    short_priority,
    year_without_holidays,
    unknown_names,
]
