"""When the office is open, how a reception date follows, and what extends a term."""

from __future__ import annotations

import datetime
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from portal.profile import holidays
from portal.profile.base import Code, Strict, Text


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Basis(StrEnum):
    """From which instant the reception date counts (deployment checklist OPS-04)."""

    SUBMISSION = "submission"
    PAYMENT = "payment"


class Holiday(Strict):
    """A holiday of the office's own: once (`date`) or every year (`every`, month and day), everywhere or in a branch.

    On a day that is a holiday of the country too, its name takes the place of the country's.
    """

    date: datetime.date | None = None
    every: str | None = Field(default=None, pattern=r"^\d{2}-\d{2}$")
    name: Text
    branch: Code | None = None

    @field_validator("every")
    @classmethod
    def a_day_of_some_year(cls, value: str | None) -> str | None:
        if value is not None:
            month, day = value.split("-")
            try:
                datetime.date(2028, int(month), int(day))  # a leap year: 02-29 is a day, every fourth year
            except ValueError as error:
                raise ValueError(f"'{value}' is not a month and a day: {error}") from error
        return value

    @model_validator(mode="after")
    def once_or_every_year(self) -> Self:
        if (self.date is None) == (self.every is None):
            raise ValueError("give either 'date' (2026-10-09) or 'every' (\"10-09\")")
        return self

    def on(self, year: int) -> datetime.date | None:
        """Its day in this year; None in a year without it."""
        if self.date is not None:
            return self.date if self.date.year == year else None
        month, day = (int(part) for part in (self.every or "").split("-"))
        try:
            return datetime.date(year, month, day)
        except ValueError:  # 29 February
            return None


class Renamed(Strict):
    """What the office calls a holiday of its country; `holiday` is the library's own name."""

    holiday: str
    name: Text


class Country(Strict):
    """The country whose holidays the office keeps, as the Python library `holidays` knows them.

    `not_kept` are the days, or the library's names, on which the office is open all the same.
    """

    code: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1")
    subdivision: str | None = Field(default=None, description="ISO 3166-2, without the country")
    categories: list[str] = Field(default=["public"], min_length=1)
    observed: bool = True
    not_kept: list[datetime.date | str] = []
    rename: list[Renamed] = []

    @field_validator("code")
    @classmethod
    def known_country(cls, value: str) -> str:
        holidays.refuse_unknown(value)
        return value

    @field_validator("subdivision")
    @classmethod
    def known_subdivision(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and "code" in info.data:
            holidays.refuse_unknown(info.data["code"], value)
        return value

    @field_validator("categories")
    @classmethod
    def known_categories(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if "code" in info.data:
            holidays.refuse_unknown(info.data["code"], categories=tuple(value))
        return value


class OutageRule(Strict):
    """What an outage does to the terms that end in it.

    Source: EPO Guidelines E-VIII 1.6.2 (maintenance that was announced and lasts less than four hours extends nothing);
    PCT Rule 82quater.2 (the act is in time on the next working day on which the means are available).
    """

    extend_terms: bool = True
    announced_from_minutes: int = Field(default=240, ge=0)


class Calendar(Strict):
    closed_weekdays: list[Weekday]
    country: Country | None = None
    holidays: list[Holiday] = []
    outages: OutageRule = OutageRule()

    @field_validator("closed_weekdays")
    @classmethod
    def some_day_is_open(cls, value: list[Weekday]) -> list[Weekday]:
        if len(set(value)) == len(Weekday):
            raise ValueError("closes every day of the week: no date could ever be given")
        return value


def _as_written(value: Any) -> Any:
    """YAML reads 17:00 without quotes as the number 1020, which would be seventeen minutes past midnight."""
    if isinstance(value, int | float):
        raise ValueError('must stand in quotes: cut_off: "17:00"')  # noqa: TRY004 - pydantic turns it into a line
    return value


def _of_the_office(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("is a time of the office's own zone: give it without one")
    return value.replace(microsecond=0)


Clock = Annotated[time, BeforeValidator(_as_written), AfterValidator(_of_the_office)]
"""A time of day in the office's zone, to the second."""


class ReceptionRule(Strict):
    """How the reception date follows from the instants of submission and payment."""

    counts_from: Basis = Basis.SUBMISSION
    next_working_day: bool = False
    cut_off: Clock = time(23, 59, 59)


class ReceptionOverride(Strict):
    """What a service does otherwise; what it leaves out is the office's own rule."""

    counts_from: Basis | None = None
    next_working_day: bool | None = None
    cut_off: Clock | None = None

    def over(self, rule: ReceptionRule) -> ReceptionRule:
        """The rule with what is given here in its place."""
        return rule.model_copy(update=self.model_dump(exclude_none=True))


class Restoration(Strict):
    """Whether the right of priority may be restored, and within how many months of its expiry (PCT Rule 26bis.3)."""

    allowed: bool = True
    months: int = Field(default=2, gt=0)
