"""What a filing costs: one line for each fee and discount, each rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from portal.profile.model import Discount, FeeSchedule, Text, Unit


class NoSchedule(LookupError):
    """No fee schedule is in force on a date."""


@dataclass(frozen=True)
class Facts:
    """What the fees of an application depend on.

    `counts` is how many of each unit it has (a unit that is not named counts 0), `claimed` the codes of the discounts
    that are claimed, `proofs` the kinds of document that are attached.
    """

    service: str
    counts: Mapping[Unit, int]
    claimed: frozenset[str] = frozenset()
    proofs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FeeLine:
    """One line: `quantity` times `unit_amount`, rounded once to `amount`. A discount's amounts are negative."""

    code: str
    name: Text
    quantity: int
    unit_amount: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Fees:
    """The itemised fees: the lines add up to the total."""

    lines: tuple[FeeLine, ...]
    total: Decimal
    currency: str


def in_force(schedules: list[FeeSchedule], on: date) -> FeeSchedule:
    """The newest schedule that is valid on a date; raises NoSchedule."""
    valid = [schedule for schedule in schedules if schedule.valid_from <= on]
    if not valid:
        raise NoSchedule(f"no fee schedule is in force on {on}")
    return max(valid, key=lambda schedule: schedule.valid_from)


def compute(facts: Facts, schedule: FeeSchedule, currency: str, decimals: int) -> Fees:
    """The fees of an application by a schedule, in a currency with so many decimals (0 to 3).

    A fee counts the units beyond those included; a line of no units is left out. A claimed discount is one negative
    line, a percentage of the lines it applies to, and there is none without its proof (deployment checklist OPS-03).
    """
    units = {**facts.counts, Unit.FILING: 1}
    lines = []
    for fee in schedule.fees:
        quantity = max(0, units.get(fee.unit, 0) - fee.included)
        if fee.service == facts.service and quantity:
            amount = _rounded(fee.amount * quantity, decimals)
            lines.append(FeeLine(fee.code, fee.name, quantity, fee.amount, amount))
    if discount := granted(facts, schedule):
        reduced = sum((line.amount for line in lines if line.code in discount.applies_to), Decimal(0))
        if amount := _rounded(reduced * discount.percent / 100, decimals):
            lines.append(FeeLine(discount.code, discount.name, 1, -amount, -amount))
    return Fees(tuple(lines), sum((line.amount for line in lines), _rounded(Decimal(0), decimals)), currency)


def granted(facts: Facts, schedule: FeeSchedule) -> Discount | None:
    """The discount that is claimed and, where it asks for one, proved."""
    claimed = next((discount for discount in schedule.discounts if discount.code in facts.claimed), None)
    if claimed and claimed.proof and claimed.proof not in facts.proofs:
        return None
    return claimed


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
