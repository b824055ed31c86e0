"""What the office charges: dated schedules of fees and discounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from portal.profile.base import Code, Money, Strict, Text


class Unit(StrEnum):
    """What a fee line counts."""

    FILING = "filing"
    CLASS = "class"
    TERM = "term"
    """A term of goods or services."""
    FREE_TERM = "free-term"
    """A term that is not in the office's list of terms."""
    CLAIM = "claim"
    PAGE = "page"
    DESIGN = "design"
    VIEW = "view"
    PRIORITY = "priority"


class Fee(Strict):
    """One line of the schedule: `amount` for each unit beyond `included`."""

    code: Code
    service: Code
    name: Text
    unit: Unit
    amount: Money
    included: int = Field(default=0, ge=0)


class Discount(Strict):
    """A reduction that an applicant may claim; without its proof there is none (OPS-03)."""

    code: Code
    name: Text
    percent: Annotated[Decimal, Field(gt=0, le=100)]
    applies_to: list[Code] = Field(min_length=1)
    proof: Code | None = None


class FeeSchedule(Strict):
    valid_from: date
    fees: list[Fee] = Field(min_length=1)
    discounts: list[Discount] = []
