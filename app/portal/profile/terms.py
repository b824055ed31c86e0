"""For how long a right lasts, and when its renewals and annuities are due: national law, so it is data."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from portal.profile.base import Strict
from portal.profile.services import Right

Percent = Annotated[Decimal, Field(ge=0, le=1000)]


class CountsFrom(StrEnum):
    """The date from which the terms of a right count."""

    FILING = "filing-date"
    REGISTRATION = "registration-date"


class AnnuityDue(StrEnum):
    """When within its month an annuity is due."""

    ANNIVERSARY = "anniversary"
    MONTH_END = "month-end"
    """The last day of the month of the anniversary (as EPC Rule 51(1) has it)."""


class Annuities(Strict):
    """Fees that keep a right in force from year to year; that of a year is due before the year begins."""

    from_year: int = Field(ge=2, le=100)
    due: AnnuityDue = AnnuityDue.ANNIVERSARY


class Terms(Strict):
    """The terms of one right: the first, those that follow by renewal, and the most that they may come to.

    A renewal or an annuity may be paid from `window_months` before it is due until `grace_months` after, then with
    the surcharge. Less than 6 months of grace is warned about (Paris Convention 5bis(1)).
    """

    right: Right
    counts_from: CountsFrom = CountsFrom.FILING
    first_years: int = Field(gt=0, le=100)
    next_years: int | None = Field(default=None, gt=0, le=100)
    maximum_years: int | None = Field(default=None, gt=0, le=200)
    window_months: int = Field(default=6, ge=0, le=120)
    grace_months: int = Field(default=6, ge=0, le=60)
    surcharge_percent: Percent = Decimal(0)
    annuities: Annuities | None = None

    @model_validator(mode="after")
    def terms_fit_together(self) -> Self:
        longest = self.maximum_years
        if longest is not None and longest < self.first_years:
            raise ValueError(f"the first term of {self.first_years} years is longer than the maximum of {longest}")
        if longest is not None and longest > self.first_years and self.next_years is None:
            raise ValueError(f"'next_years' is missing: nothing leads from the first term to {longest} years")
        if self.surcharge_percent and not self.grace_months:
            raise ValueError("'surcharge_percent' is never asked: 'grace_months' is 0")
        if self.annuities and self.annuities.from_year > self.first_years and self.next_years is None:
            raise ValueError(f"annuities from year {self.annuities.from_year} are never due: the term ends before")
        return self
