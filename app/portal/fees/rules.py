"""What a filing costs: a line for each fee, discount and surcharge, each rounded once and with the reason for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from portal.profile.fees import Combine, Halves, Rounding, Surcharge, rule_of
from portal.profile.model import Discount, Fee, FeeSchedule, Text, Unit


class NoSchedule(LookupError):
    """No fee schedule is in force on a date."""


@dataclass(frozen=True)
class Facts:
    """What the fees of an application depend on.

    `counts` is how many of each unit it has (a unit that is not named counts 0), `claimed` the codes of the discounts
    that are claimed, `proofs` the kinds of document that are attached, `late` whether something is asked after its
    period, such as a priority right to be restored.
    """

    service: str
    counts: Mapping[Unit, int]
    claimed: frozenset[str] = frozenset()
    proofs: frozenset[str] = frozenset()
    late: bool = False

    def count(self, unit: Unit) -> int:
        """How many of a unit the application has; it is one filing, whatever it holds."""
        return 1 if unit is Unit.FILING else self.counts.get(unit, 0)


@dataclass(frozen=True)
class Why:
    """Why a line is there, as data: `rule` is the way to it within the profile, `source` the law behind it.

    A fee counts `count` units, of which this line holds those after `beyond`, for a tier up to `up_to`, by `per`. A
    discount or surcharge is `percent` of `base`, or an amount; `cap` is there when it was cut. `proof` is the kind of
    document that proves a discount, empty for an automatic one. A surcharge's condition is `unit`, `count`, `beyond`.
    """

    kind: Literal["fee", "discount", "surcharge"]
    rule: str
    unit: Unit | None = None
    count: int = 0
    beyond: int = 0
    up_to: int | None = None
    is_tier: bool = False
    per: int = 1
    percent: Decimal | None = None
    base: Decimal | None = None
    cap: Decimal | None = None
    proof: str = ""
    source: Text | None = None


@dataclass(frozen=True)
class FeeLine:
    """One line: `quantity` times `unit_amount`, rounded once to `amount`. A discount's amounts are negative."""

    code: str
    name: Text
    quantity: int
    unit_amount: Decimal
    amount: Decimal
    why: Why | None = None


class Passed(StrEnum):
    """Why a discount is not among the lines."""

    NO_PROOF = "no-proof"
    LESS = "less"
    """Another discount takes off more, and only the best one is granted."""
    NOTHING = "nothing"
    """Nothing is left that it could reduce."""
    ENDED = "ended"
    """It was offered by an earlier schedule: only a quote from that time can still hold it."""


@dataclass(frozen=True)
class PassedOver:
    """A discount that was claimed, or is automatic, and was not granted."""

    code: str
    name: Text
    reason: Passed


@dataclass(frozen=True)
class Quoted:
    """The quote that fees were taken from: honoured up to `valid_until`, a date of the office, inclusive."""

    reference: str
    made_on: date
    valid_until: date


@dataclass(frozen=True)
class Basis:
    """By what fees were computed: the schedule that began on `schedule`, its rounding, and a quote, if one holds."""

    schedule: date
    rounding: Rounding
    source: Text | None = None
    quote: Quoted | None = None


@dataclass(frozen=True)
class Fees:
    """The itemised fees: the lines add up to the total."""

    lines: tuple[FeeLine, ...]
    total: Decimal
    currency: str
    basis: Basis | None = None
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True)
class Step:
    """What amounts are rounded to: a multiple of `to`, halves as `halves` says; written with so many decimals."""

    to: Fraction
    halves: Halves
    decimals: int

    @classmethod
    def of(cls, rounding: Rounding, decimals: int) -> Step:
        """The step of a schedule, in a currency with so many decimals (0 to 3)."""
        return cls(Fraction(rounding.to or Decimal(1).scaleb(-decimals)), rounding.mode, decimals)

    def rounded(self, amount: Fraction) -> Fraction:
        """The nearest multiple of the step; `amount` is not negative."""
        steps = amount / self.to
        return self.to * (floor(steps + Fraction(1, 2)) if self.halves is Halves.UP else round(steps))

    def down(self, amount: Fraction) -> Fraction:
        """The largest multiple of the step that is not more."""
        return self.to * floor(amount / self.to)

    def written(self, amount: Fraction) -> Decimal:
        """The amount with the currency's decimals, or with more where it has more (never in a checked profile)."""
        exact = Decimal(amount.numerator) / Decimal(amount.denominator)
        smallest = Decimal(1).scaleb(-self.decimals)
        quantized = exact.quantize(smallest)
        return quantized if quantized == exact else exact


def in_force(schedules: Iterable[FeeSchedule], on: date) -> FeeSchedule:
    """The newest schedule that is valid on a date; raises NoSchedule."""
    valid = [schedule for schedule in schedules if schedule.valid_from <= on]
    if not valid:
        raise NoSchedule(f"no fee schedule is in force on {on}")
    return max(valid, key=lambda schedule: schedule.valid_from)


def compute(facts: Facts, schedule: FeeSchedule, currency: str, decimals: int) -> Fees:
    """The fees of an application by a schedule, in a currency with so many decimals (0 to 3).

    total = Σ fees − discounts + surcharges. A fee counts the units beyond those included; a line of nothing is left
    out. A claimed discount counts only with its proof (deployment checklist OPS-03), and together the discounts take
    off no more than there is. Discounts and surcharges are both taken of the fees as they stand alone. The order of
    fees and surcharges changes no amount; that of discounts says which comes first where all are granted.
    """
    step = Step.of(schedule.rounding, decimals)
    fees = [
        line for fee in schedule.fees if fee.service == facts.service for line in _fee_lines(fee, facts, schedule, step)
    ]
    discounts, passed_over = _discount_lines(facts, schedule, fees, step)
    surcharges = [
        line for surcharge in schedule.surcharges if (line := _surcharge_line(surcharge, facts, schedule, fees, step))
    ]
    lines = (*fees, *discounts, *surcharges)
    total = sum((line.amount for line in lines), step.written(Fraction(0)))
    basis = Basis(schedule.valid_from, schedule.rounding, schedule.source)
    return Fees(lines, total, currency, basis, tuple(passed_over))


def _fee_lines(fee: Fee, facts: Facts, schedule: FeeSchedule, step: Step) -> list[FeeLine]:
    """A line for each price of the fee that the application reaches."""
    count = facts.count(fee.unit)
    lines = []
    for beyond, up_to, price in fee.bands():
        units = (count if up_to is None else min(count, up_to)) - beyond
        quantity = ceil(Fraction(units, fee.per))
        if quantity <= 0:
            continue
        amount = step.written(step.rounded(Fraction(price) * quantity))
        why = Why(
            "fee",
            rule_of(schedule.valid_from, "fees", fee.code),
            unit=fee.unit,
            count=count,
            beyond=beyond,
            up_to=up_to,
            is_tier=bool(fee.tiers),
            per=fee.per,
            source=fee.source,
        )
        name = _with_range(fee.name, beyond + 1, up_to) if fee.tiers else fee.name
        lines.append(FeeLine(fee.code, name, quantity, step.written(Fraction(price)), amount, why))
    return lines


def _with_range(name: Text, first: int, last: int | None) -> Text:
    """A tier's name: that of its fee and the units it holds, in figures that every language reads."""
    numbers = f"{first}+" if last is None else f"{first}–{last}" if last > first else f"{first}"
    return {language: f"{text} ({numbers})" for language, text in name.items()}


def entitled(facts: Facts, schedule: FeeSchedule) -> list[Discount]:
    """The discounts that an application has a right to: automatic, or claimed and proved; in the schedule's order."""
    return [
        discount
        for discount in schedule.discounts
        if discount.automatic or (discount.code in facts.claimed and discount.proof in facts.proofs)
    ]


def _discount_lines(
    facts: Facts, schedule: FeeSchedule, fees: list[FeeLine], step: Step
) -> tuple[list[FeeLine], list[PassedOver]]:
    """The discounts that are granted, and those that are not with the reason."""
    reduces = {discount.code for discount in schedule.discounts if any(f.code in discount.applies_to for f in fees)}
    offered = [discount for discount in schedule.discounts if discount.code in reduces]
    rights = [discount for discount in entitled(facts, schedule) if discount.code in reduces]
    passed = [
        PassedOver(discount.code, discount.name, Passed.NO_PROOF)
        for discount in offered
        if discount.code in facts.claimed and discount not in rights
    ]
    if schedule.combine is Combine.BEST and len(rights) > 1:
        best = max(rights, key=lambda discount: _Left(fees).take(discount, step))  # the first of equals
        passed += [PassedOver(one.code, one.name, Passed.LESS) for one in rights if one is not best]
        rights = [best]
    left, lines = _Left(fees), []
    for discount in rights:
        base = left.of(discount.applies_to)
        if taken := left.take(discount, step):
            lines.append(_discount_line(discount, base, taken, schedule, step))
        else:
            passed.append(PassedOver(discount.code, discount.name, Passed.NOTHING))
    return lines, passed


class _Left:
    """What earlier discounts left of each fee, exactly: a discount over several fees takes the same share of each."""

    def __init__(self, fees: list[FeeLine]) -> None:
        self._left: dict[str, Fraction] = {}
        for line in fees:
            self._left[line.code] = self._left.get(line.code, Fraction(0)) + Fraction(line.amount)

    def of(self, codes: Iterable[str]) -> Fraction:
        return sum((self._left.get(code, Fraction(0)) for code in set(codes)), Fraction(0))

    def take(self, discount: Discount, step: Step) -> Fraction:
        """Take a discount off, and return how much that is: a multiple of the step, and no more than is left."""
        base = self.of(discount.applies_to)
        share = _share(discount, base)
        if discount.cap is not None:
            share = min(share, Fraction(discount.cap))
        taken = step.rounded(min(share, base))
        if taken > base:
            taken = step.down(base)
        if taken:
            for code in set(discount.applies_to) & self._left.keys():
                self._left[code] *= 1 - taken / base
        return taken


def _share(item: Discount | Surcharge, base: Fraction) -> Fraction:
    """The percentage of the base, or the amount; nothing of nothing."""
    if item.percent is not None:
        return base * Fraction(item.percent) / 100
    return Fraction(item.amount or 0) if base else Fraction(0)


def _discount_line(discount: Discount, base: Fraction, taken: Fraction, schedule: FeeSchedule, step: Step) -> FeeLine:
    is_cut = discount.cap is not None and _share(discount, base) > Fraction(discount.cap)
    why = Why(
        "discount",
        rule_of(schedule.valid_from, "discounts", discount.code),
        percent=discount.percent,
        base=_shown(base, step),
        cap=discount.cap if is_cut else None,
        proof=discount.proof or "",
        source=discount.source,
    )
    amount = -step.written(taken)
    return FeeLine(discount.code, discount.name, 1, amount, amount, why)


def _surcharge_line(
    surcharge: Surcharge, facts: Facts, schedule: FeeSchedule, fees: list[FeeLine], step: Step
) -> FeeLine | None:
    when = surcharge.when
    count = facts.count(when.unit) if when.unit else 0
    if not (facts.late if when.late else count > when.beyond):
        return None
    base = sum((Fraction(line.amount) for line in fees if line.code in surcharge.applies_to), Fraction(0))
    amount = step.written(step.rounded(_share(surcharge, base)))
    if not amount:
        return None
    why = Why(
        "surcharge",
        rule_of(schedule.valid_from, "surcharges", surcharge.code),
        unit=when.unit,
        count=count,
        beyond=when.beyond,
        percent=surcharge.percent,
        base=_shown(base, step),
        source=surcharge.source,
    )
    return FeeLine(surcharge.code, surcharge.name, 1, amount, amount, why)


def _shown(base: Fraction, step: Step) -> Decimal:
    """What a percentage was taken of, to the currency's smallest unit: earlier discounts may have left a part of it."""
    smallest = Step(Fraction(1, 10**step.decimals), Halves.UP, step.decimals)
    return smallest.written(smallest.rounded(base))


def balance(facts: Facts, schedule: FeeSchedule, currency: str, decimals: int, refused: str) -> Fees:
    """What is still owed when a claimed discount is refused: its amount, less what other discounts then take off more.

    The lines add up to the total, which is 0 where the refusal makes nothing dearer.
    """
    with_it = compute(facts, schedule, currency, decimals)
    without = compute(replace(facts, claimed=facts.claimed - {refused}), schedule, currency, decimals)
    before, after = ({line.code: line for line in fees.lines if _is_discount(line)} for fees in (with_it, without))
    lines = []
    for code in {**before, **after}:
        line = before.get(code) or after[code]
        owed = sum((one[code].amount * sign for one, sign in ((after, 1), (before, -1)) if code in one), Decimal(0))
        if owed:
            lines.append(replace(line, quantity=1, unit_amount=owed, amount=owed))
    total = without.total - with_it.total
    return replace(with_it, lines=tuple(lines), total=total, passed_over=()) if total > 0 else _nothing(with_it)


def _is_discount(line: FeeLine) -> bool:
    return line.why is not None and line.why.kind == "discount"


def _nothing(fees: Fees) -> Fees:
    return replace(fees, lines=(), total=fees.total - fees.total, passed_over=())


def is_same(one: Fees, other: Fees) -> bool:
    """Whether both ask the same, line by line: the order of lines changes nothing."""
    return one.currency == other.currency and _content(one) == _content(other)


def _content(fees: Fees) -> list[tuple[str, int, Decimal, Decimal]]:
    return sorted((line.code, line.quantity, line.unit_amount, line.amount) for line in fees.lines)
