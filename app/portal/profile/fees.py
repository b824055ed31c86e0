"""What the office charges: dated schedules of fees, discounts and surcharges, and how amounts are rounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from portal.profile.base import Code, Strict, Text, wrong

LARGEST = 10**9
"""No price is larger: a sum of many still fits into the database's columns."""
Price = Annotated[Decimal, Field(ge=0, le=LARGEST)]
Positive = Annotated[Decimal, Field(gt=0, le=LARGEST)]


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


class Halves(StrEnum):
    """Where an amount goes that lies exactly between two steps."""

    UP = "half-up"
    EVEN = "half-even"


class Combine(StrEnum):
    """What is granted when an application has a right to several discounts."""

    BEST = "best"
    """The one that takes off most."""
    ALL = "all"
    """All of them, in the schedule's order, each on what those before it left."""


class Rounding(Strict):
    """To which step each line is rounded; without one, to the currency's smallest unit."""

    to: Positive | None = None
    mode: Halves = Halves.UP


class Tier(Strict):
    """A price for the units after `beyond`, up to the next tier."""

    beyond: int = Field(ge=0)
    amount: Price


class Fee(Strict):
    """One fee of a schedule: `amount` for each `per` units, or part of them, beyond those `included`.

    With `tiers` instead of `amount` the price of a unit depends on its place: claims 11 to 20 at 10.00 each and further
    ones at 25.00 are `tiers: [{beyond: 10, amount: 10.00}, {beyond: 20, amount: 25.00}]`.
    """

    code: Code
    service: Code
    name: Text
    unit: Unit
    amount: Price | None = None
    included: int = Field(default=0, ge=0)
    per: int = Field(default=1, gt=0)
    tiers: list[Tier] = []
    source: Text | None = None

    @model_validator(mode="after")
    def priced_in_one_way(self) -> Self:
        if (self.amount is None) == (not self.tiers):
            raise ValueError("takes either an amount or tiers")
        if self.tiers and (self.included or self.per != 1):
            raise ValueError(
                "with tiers takes neither 'included' nor 'per': the first tier says beyond how many it begins"
            )
        starts = [tier.beyond for tier in self.tiers]
        if starts != sorted(set(starts)):
            raise ValueError("has tiers that do not rise: each begins beyond more units than the one before it")
        return self

    def bands(self) -> list[tuple[int, int | None, Decimal]]:
        """The prices of one unit: beyond how many each begins, up to how many it holds, and the amount."""
        if self.amount is not None:
            return [(self.included, None, self.amount)]
        ends = [tier.beyond for tier in self.tiers[1:]]
        return [(tier.beyond, end, tier.amount) for tier, end in zip(self.tiers, [*ends, None], strict=True)]

    def amounts(self) -> Iterator[tuple[list[str | int], Decimal]]:
        """Every price of one unit, with the way to it within the fee."""
        if self.amount is not None:
            yield ["amount"], self.amount
        for t, tier in enumerate(self.tiers):
            yield ["tiers", t, "amount"], tier.amount


class Adjustment(Strict):
    """What discounts and surcharges share: a percentage of the lines they apply to, or an amount."""

    code: Code
    name: Text
    percent: Annotated[Decimal, Field(gt=0, le=1000)] | None = None
    amount: Positive | None = None
    applies_to: list[Code] = Field(min_length=1)
    source: Text | None = None

    @model_validator(mode="after")
    def percentage_or_amount(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("takes either a percent or an amount")
        return self

    def amounts(self) -> Iterator[tuple[list[str | int], Decimal]]:
        """The amounts that must be ones of the currency, with the way to each."""
        if self.amount is not None:
            yield ["amount"], self.amount


class Discount(Adjustment):
    """A reduction: claimed and proved by a document (deployment checklist OPS-03), or `automatic` for everyone.

    `proof` is the kind of document that proves it; `cap` the most that it takes off.
    """

    percent: Annotated[Decimal, Field(gt=0, le=100)] | None = None
    proof: Code | None = None
    automatic: bool = False
    cap: Positive | None = None

    @model_validator(mode="after")
    def proved_or_automatic(self) -> Self:
        if self.automatic == (self.proof is not None):
            raise ValueError("takes either the document that is its proof, or 'automatic: true'")
        if self.cap is not None and self.percent is None:
            raise ValueError("takes a cap only with a percent")
        return self

    def amounts(self) -> Iterator[tuple[list[str | int], Decimal]]:
        yield from super().amounts()
        if self.cap is not None:
            yield ["cap"], self.cap


class Condition(Strict):
    """When a surcharge is due: for more than `beyond` of a unit, or for what is asked after its period (`late`)."""

    unit: Unit | None = None
    beyond: int = Field(default=0, ge=0)
    late: bool = False

    @model_validator(mode="after")
    def one_reason(self) -> Self:
        if self.late == (self.unit is not None):
            raise ValueError("takes either a unit or 'late: true'")
        if self.late and self.beyond:
            raise ValueError("takes 'beyond' only with a unit")
        return self


class Surcharge(Adjustment):
    """An addition under a condition, to the lines it applies to as they are before any discount."""

    when: Condition


class FeeSchedule(Strict):
    """What is charged from a day on, until the next schedule begins; `source` is the law that says so."""

    valid_from: date
    source: Text | None = None
    rounding: Rounding = Rounding()
    fees: list[Fee] = Field(min_length=1)
    combine: Combine = Combine.BEST
    discounts: list[Discount] = []
    surcharges: list[Surcharge] = []

    def items(self) -> Iterator[tuple[list[str | int], Fee | Discount | Surcharge]]:
        """Everything that can become a line, with the way to it within the schedule."""
        for name in ("fees", "discounts", "surcharges"):
            for i, item in enumerate(getattr(self, name)):
                yield [name, i], item


def check_schedules(schedules: Sequence[FeeSchedule], decimals: int, documents: dict[str, set[str]]) -> None:
    """Refuse what one part of the schedules says against another, or against the rest of the profile.

    `decimals` are those of the currency, `documents` the kinds of document that each service takes. Raises `wrong`.
    """
    begun: set[date] = set()
    for s, schedule in enumerate(schedules):
        if schedule.valid_from in begun:
            raise wrong(["fee_schedules", s, "valid_from"], f"another schedule begins on {schedule.valid_from}, too")
        begun.add(schedule.valid_from)
        _check_amounts(schedule, ["fee_schedules", s], decimals)
        _check_codes(schedule, ["fee_schedules", s], documents)


def _check_amounts(schedule: FeeSchedule, way: list[str | int], decimals: int) -> None:
    """Every amount is one that can be paid, and a cap one that rounding keeps."""
    smallest = Decimal(1).scaleb(-decimals)
    step = schedule.rounding.to or smallest
    if step % smallest:
        raise wrong([*way, "rounding", "to"], f"is no multiple of {smallest}, the smallest amount of the currency")
    for at, item in schedule.items():
        for inner, amount in item.amounts():
            if amount % smallest:
                raise wrong([*way, *at, *inner], f"has more decimals than the currency, which has {decimals}")
            if inner == ["cap"] and amount % step:
                raise wrong([*way, *at, *inner], f"is no multiple of {step}, to which lines are rounded")


def _check_codes(schedule: FeeSchedule, way: list[str | int], documents: dict[str, set[str]]) -> None:
    """Codes are given once, and name what there is."""
    services = {fee.code: fee.service for fee in schedule.fees}
    seen: Counter[str] = Counter()
    for at, item in schedule.items():
        seen[item.code] += 1
        if seen[item.code] > 1:
            raise wrong([*way, *at, "code"], f"'{item.code}' was given before in this schedule")
        if isinstance(item, Fee):
            if item.service not in documents:
                raise wrong([*way, *at, "service"], f"names service '{item.service}', which the profile does not have")
            continue
        if missing := set(item.applies_to) - set(services):
            raise wrong([*way, *at, "applies_to"], f"applies to unknown fees: {', '.join(sorted(missing))}")
        for code in sorted({services[fee] for fee in item.applies_to}):
            if isinstance(item, Discount) and item.proof and item.proof not in documents[code]:
                message = f"names document '{item.proof}', which service '{code}' does not take"
                raise wrong([*way, *at, "proof"], message)


def rule_of(schedule: date, part: str, code: str = "") -> str:
    """The way to a rule within the profile, as explanations name it: by date and code, which outlive its place."""
    return ".".join(["fee_schedules", schedule.isoformat(), part, *([code] if code else [])])


__all__: list[Any] = [
    "Combine", "Condition", "Discount", "Fee", "FeeSchedule", "Halves", "Rounding", "Surcharge", "Tier", "Unit",
    "check_schedules", "rule_of",
]  # fmt: skip
