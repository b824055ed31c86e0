"""Golden fees, worked out by hand, and what holds for every schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.fees.rules import Facts, Fees, NoSchedule, compute, in_force
from portal.fees.service import discounts, quote
from portal.profile.loader import load_profile
from portal.profile.model import Discount, Fee, FeeSchedule, Unit
from tests.support.applications import FULL, LEAST

NAME = {"en": "a fee"}
SERVICE = "trademark-national"
FEES = [
    Fee(code="filing", service=SERVICE, name=NAME, unit=Unit.FILING, amount=Decimal("120.00")),
    Fee(code="class", service=SERVICE, name=NAME, unit=Unit.CLASS, included=1, amount=Decimal("45.00")),
    Fee(code="priority", service=SERVICE, name=NAME, unit=Unit.PRIORITY, amount=Decimal("20.00")),
    Fee(code="other", service="patent-national", name=NAME, unit=Unit.FILING, amount=Decimal("999.00")),
]
SMALL = Discount(code="small", name=NAME, percent=Decimal("50"), applies_to=["filing", "class"], proof="proof")
SCHEDULE = FeeSchedule(valid_from=date(2026, 1, 1), fees=FEES, discounts=[SMALL])
PROOF = frozenset({"proof"})


def facts(classes: int, priorities: int, *claimed: str, proofs: frozenset[str] = frozenset()) -> Facts:
    return Facts(SERVICE, {Unit.CLASS: classes, Unit.PRIORITY: priorities}, frozenset(claimed), proofs)


def total(facts: Facts, schedule: FeeSchedule = SCHEDULE, decimals: int = 2) -> Decimal:
    return compute(facts, schedule, "USD", decimals).total


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(1, 0), "120.00"),
        (facts(0, 0), "120.00"),
        (facts(2, 0), "165.00"),
        (facts(45, 3), "2160.00"),  # 120 + 44 x 45 + 3 x 20
        (facts(3, 2, "small", proofs=PROOF), "145.00"),  # 120 + 90 + 40 - half of 210
        (facts(3, 2, "small"), "250.00"),
        (facts(3, 2, "unknown", proofs=PROOF), "250.00"),
    ],
)
def test_golden_totals(known, expected):
    assert total(known) == Decimal(expected)


@pytest.mark.checklist("OPS-03")
def test_no_document_no_discount():
    """A reduction that nobody proved is money that the office never sees."""
    claimed = facts(1, 0, "small", proofs=frozenset({"power-of-attorney"}))
    assert [line.code for line in compute(claimed, SCHEDULE, "USD", 2).lines] == ["filing"]
    proved = compute(replace(claimed, proofs=PROOF), SCHEDULE, "USD", 2)
    assert [(line.code, line.amount) for line in proved.lines] == [
        ("filing", Decimal("120.00")),
        ("small", Decimal("-60.00")),
    ]


@pytest.mark.checklist("OPS-03")
@pytest.mark.parametrize(
    ("claimed", "attached", "expected"),
    [
        ("small", "proof", "60.00"),
        ("student", "card", "90.00"),
        ("small", "card", "120.00"),
        ("student", "proof", "120.00"),
    ],
)
def test_each_discount_counts_with_its_own_proof_only(claimed, attached, expected):
    """120, less half for the small and a quarter for students."""
    student = Discount(code="student", name=NAME, percent=Decimal("25"), applies_to=["filing"], proof="card")
    schedule = SCHEDULE.model_copy(update={"discounts": [SMALL, student]})
    profile = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
    profile = profile.model_copy(update={"fee_schedules": [schedule]})
    filed = replace(LEAST, discount=claimed, documents=(replace(FULL.documents[0], kind=attached),))
    assert quote(filed, profile, date(2026, 11, 22)).total == Decimal(expected)


@pytest.mark.checklist("OPS-03")
def test_the_offices_own_schedule():
    """The published schedule: 120 with one class, 45 for each further, 20 a priority claim; small entities half."""
    profile = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
    today = date(2026, 11, 22)
    assert quote(FULL, profile, today).total == Decimal("185.00")
    assert quote(LEAST, profile, today).total == Decimal("120.00")
    claimed = replace(LEAST, discount="small-entity")
    assert quote(claimed, profile, today).total == Decimal("120.00")
    proved = replace(claimed, documents=(replace(FULL.documents[0], kind="small-entity-proof"),))
    assert quote(proved, profile, today).total == Decimal("60.00")
    assert [discount.code for discount in discounts(profile, SERVICE, today)] == ["small-entity"]
    assert discounts(profile, "another", today) == []


def test_the_schedule_in_force_is_the_newest_that_has_begun():
    later = FeeSchedule(valid_from=date(2027, 1, 1), fees=FEES)
    schedules = [later, SCHEDULE]
    assert in_force(schedules, date(2026, 12, 31)) is SCHEDULE
    assert in_force(schedules, date(2027, 1, 1)) is later
    with pytest.raises(NoSchedule):
        in_force(schedules, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("amount", "percent", "decimals", "expected"),
    [
        ("99.99", "50", 2, "-50.00"),  # 49.995 rounds away from zero
        ("99.99", "33.333", 2, "-33.33"),
        ("1001", "50", 0, "-501"),  # yen have no decimals: 500.5
        ("0.015", "50", 3, "-0.008"),
    ],
)
def test_a_line_is_rounded_once(amount, percent, decimals, expected):
    fee = Fee(code="filing", service=SERVICE, name=NAME, unit=Unit.FILING, amount=Decimal(amount))
    discount = Discount(code="small", name=NAME, percent=Decimal(percent), applies_to=["filing"])
    schedule = FeeSchedule(valid_from=date(2026, 1, 1), fees=[fee], discounts=[discount])
    lines = compute(facts(1, 0, "small"), schedule, "JPY", decimals).lines
    assert [line.amount for line in lines if line.code == "small"] == [Decimal(expected)]


AMOUNTS = st.decimals(min_value=0, max_value=10**7, places=3)
SCHEDULES = st.builds(
    lambda amounts, included, percent: FeeSchedule(
        valid_from=date(2026, 1, 1),
        fees=[
            Fee(code=f"fee-{n}", service=SERVICE, name=NAME, unit=unit, amount=amount, included=included[n])
            for n, (unit, amount) in enumerate(zip((Unit.FILING, Unit.CLASS, Unit.PRIORITY), amounts, strict=True))
        ],
        discounts=[Discount(code="small", name=NAME, percent=percent, applies_to=["fee-0", "fee-1"], proof="proof")],
    ),
    st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    st.tuples(st.just(0), st.integers(0, 3), st.integers(0, 3)),
    st.decimals(min_value="0.01", max_value=100, places=2),
)
FACTS = st.builds(
    lambda classes, priorities, claimed: facts(classes, priorities, *claimed, proofs=PROOF),
    st.integers(0, 45),
    st.integers(0, 50),
    st.sampled_from([(), ("small",)]),
)
DECIMALS = st.integers(0, 3)


def by_code(fees: Fees) -> dict[str, Decimal]:
    return {line.code: line.amount for line in fees.lines}


@given(SCHEDULES, FACTS, DECIMALS)
def test_lines_add_up_and_the_total_is_never_negative(schedule, facts, decimals):
    fees = compute(facts, schedule, "USD", decimals)
    assert fees.total == sum((line.amount for line in fees.lines), Decimal(0))
    assert fees.total >= 0
    assert all(-line.amount.as_tuple().exponent == decimals for line in fees.lines)
    assert -fees.total.as_tuple().exponent == decimals


@given(SCHEDULES, FACTS, DECIMALS)
def test_the_order_of_the_schedule_changes_nothing(schedule, facts, decimals):
    expected = by_code(compute(facts, schedule, "USD", decimals))
    for fees in permutations(schedule.fees):
        other = schedule.model_copy(update={"fees": list(fees)})
        assert by_code(compute(facts, other, "USD", decimals)) == expected


@given(SCHEDULES, FACTS, DECIMALS)
def test_a_discount_never_makes_it_dearer_and_a_class_never_cheaper(schedule, facts, decimals):
    without = replace(facts, claimed=frozenset())
    more = replace(without, counts={**facts.counts, Unit.CLASS: facts.counts[Unit.CLASS] + 1})
    assert total(facts, schedule, decimals) <= total(without, schedule, decimals) <= total(more, schedule, decimals)
