"""Golden fees, worked out by hand, and what holds for every schedule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.fees import record
from portal.fees.rules import Facts, Fees, NoSchedule, balance, compute, in_force, is_same
from portal.fees.service import discounts, quote
from portal.profile.fees import Combine, Condition, Discount, Fee, FeeSchedule, Halves, Rounding, Surcharge, Tier, Unit
from portal.profile.loader import load_profile
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
    discount = Discount(code="small", name=NAME, percent=Decimal(percent), applies_to=["filing"], automatic=True)
    schedule = FeeSchedule(valid_from=date(2026, 1, 1), fees=[fee], discounts=[discount])
    lines = compute(facts(1, 0, "small"), schedule, "JPY", decimals).lines
    assert [line.amount for line in lines if line.code == "small"] == [Decimal(expected)]


def money(least: str = "0", most: int = 10**6) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=least, max_value=most, places=3)


CODES = ["fee-0", "fee-1", "fee-2", "fee-3"]
APPLIES = st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True)
UNITS = (Unit.FILING, Unit.CLASS, Unit.PRIORITY, Unit.CLAIM)


@st.composite
def fee_of(draw, code: str, unit: Unit) -> Fee:
    """A flat fee, one by groups, or one with up to three tiers."""
    named = {"code": code, "service": SERVICE, "name": NAME, "unit": unit}
    if draw(st.booleans()):
        included = 0 if unit is Unit.FILING else draw(st.integers(0, 3))
        return Fee(**named, amount=draw(money()), included=included, per=draw(st.integers(1, 10)))
    starts = sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=3)))
    return Fee(**named, tiers=[Tier(beyond=start, amount=draw(money())) for start in starts])


@st.composite
def adjustment(draw, kind: type, code: str, most: int, **more):
    part = (
        {"percent": draw(st.decimals("0.01", most, places=2))}
        if draw(st.booleans())
        else {"amount": draw(money("0.001"))}
    )
    if kind is Discount and "percent" in part and draw(st.booleans()):
        part["cap"] = draw(money("0.001"))
    return kind(code=code, name=NAME, applies_to=draw(APPLIES), **part, **more)


@st.composite
def schedule(draw) -> FeeSchedule:
    """Four fees, up to three discounts (claimed or automatic), up to two surcharges, any rounding and combination."""
    ways = [{"proof": "proof"}, {"automatic": True}]
    whens = [Condition(unit=Unit.CLASS, beyond=2), Condition(late=True)]
    return FeeSchedule(
        valid_from=date(2026, 1, 1),
        rounding=Rounding(
            to=draw(st.sampled_from([None, "0.05", "0.5", "1", "100"])), mode=draw(st.sampled_from(list(Halves)))
        ),
        combine=draw(st.sampled_from(list(Combine))),
        fees=[draw(fee_of(code, unit)) for code, unit in zip(CODES, UNITS, strict=True)],
        discounts=[
            draw(adjustment(Discount, f"less-{n}", 100, **draw(st.sampled_from(ways))))
            for n in range(draw(st.integers(0, 3)))
        ],
        surcharges=[
            draw(adjustment(Surcharge, f"more-{n}", 1000, when=draw(st.sampled_from(whens))))
            for n in range(draw(st.integers(0, 2)))
        ],
    )


FACTS = st.builds(
    lambda classes, priorities, claims, claimed, proofs, late: Facts(
        SERVICE,
        {Unit.CLASS: classes, Unit.PRIORITY: priorities, Unit.CLAIM: claims},
        frozenset(claimed),
        proofs,
        late,
    ),
    st.integers(0, 45),
    st.integers(0, 50),
    st.integers(0, 60),
    st.sets(st.sampled_from(["less-0", "less-1", "less-2", "unknown"])),
    st.sampled_from([frozenset(), PROOF]),
    st.booleans(),
)
DECIMALS = st.integers(0, 3)


def content(fees: Fees) -> set[tuple[str, int, Decimal, Decimal]]:
    return {(line.code, line.quantity, line.unit_amount, line.amount) for line in fees.lines}


def taken_off(fees: Fees) -> Decimal:
    return -sum((line.amount for line in fees.lines if line.why.kind == "discount"), Decimal(0))


@given(schedule(), FACTS, DECIMALS)
def test_lines_add_up_and_the_total_is_never_negative(schedule, facts, decimals):
    fees = compute(facts, schedule, "USD", decimals)
    assert fees.total == sum((line.amount for line in fees.lines), Decimal(0))
    assert fees.total >= 0


@given(schedule(), FACTS, DECIMALS)
def test_discounts_take_no_more_than_the_fees_that_they_reduce(schedule, facts, decimals):
    fees = compute(facts, schedule, "USD", decimals)
    reducible = {code for discount in schedule.discounts for code in discount.applies_to}
    assert taken_off(fees) <= sum((line.amount for line in fees.lines if line.code in reducible), Decimal(0))
    for line in fees.lines:
        assert (line.amount < 0) == (line.why.kind == "discount")


@given(schedule(), FACTS, DECIMALS)
def test_every_line_is_a_multiple_of_the_step(schedule, facts, decimals):
    step = schedule.rounding.to or Decimal(1).scaleb(-decimals)
    fees = compute(facts, schedule, "USD", decimals)
    assert all(line.amount % step == 0 for line in fees.lines)


@given(schedule(), FACTS, DECIMALS)
def test_a_fee_is_off_its_exact_price_by_half_a_step_at_most(schedule, facts, decimals):
    """A line that is rounded twice, or by another step, can be further off."""
    step = schedule.rounding.to or Decimal(1).scaleb(-decimals)
    for line in compute(facts, schedule, "USD", decimals).lines:
        if line.why.kind == "fee":
            assert abs(line.amount - line.quantity * line.unit_amount) <= step / 2


@given(schedule(), FACTS, DECIMALS, st.randoms())
def test_the_order_of_fees_and_surcharges_changes_nothing(schedule, facts, decimals, random):
    expected = compute(facts, schedule, "USD", decimals)
    other = schedule.model_copy(
        update={
            "fees": random.sample(schedule.fees, len(schedule.fees)),
            "surcharges": random.sample(schedule.surcharges, len(schedule.surcharges)),
        }
    )
    found = compute(facts, other, "USD", decimals)
    assert content(found) == content(expected)
    assert found.total == expected.total
    assert is_same(found, expected)


@given(schedule(), FACTS, DECIMALS)
def test_a_claim_and_its_proof_never_make_it_dearer(schedule, facts, decimals):
    without = replace(facts, claimed=frozenset())
    step = schedule.rounding.to or Decimal(1).scaleb(-decimals)
    slack = step * len(schedule.discounts) if schedule.combine is Combine.ALL else 0  # each line is rounded by itself
    assert total(facts, schedule, decimals) <= total(without, schedule, decimals) + slack


@given(schedule(), FACTS, DECIMALS)
def test_one_more_unit_never_makes_the_fees_themselves_cheaper(schedule, facts, decimals):
    gross = lambda known: sum(  # noqa: E731
        (line.amount for line in compute(known, schedule, "USD", decimals).lines if line.why.kind == "fee"), Decimal(0)
    )
    for unit in UNITS[1:]:
        more = replace(facts, counts={**facts.counts, unit: facts.counts[unit] + 1})
        assert gross(facts) <= gross(more)


@given(schedule(), FACTS, DECIMALS)
def test_the_best_discount_takes_off_as_much_as_any_alone(schedule, facts, decimals):
    best = schedule.model_copy(update={"combine": Combine.BEST})
    found = taken_off(compute(facts, best, "USD", decimals))
    for discount in schedule.discounts:
        alone = best.model_copy(update={"discounts": [discount]})
        assert found >= taken_off(compute(facts, alone, "USD", decimals))


@given(schedule(), FACTS, DECIMALS)
def test_a_refusal_asks_exactly_what_the_application_would_have_cost_without_the_claim(schedule, facts, decimals):
    for refused in facts.claimed:
        owed = balance(facts, schedule, "USD", decimals, refused)
        assert sum((line.amount for line in owed.lines), Decimal(0)) == owed.total >= 0
        without = replace(facts, claimed=facts.claimed - {refused})
        dearer = total(without, schedule, decimals) - total(facts, schedule, decimals)
        assert owed.total == max(dearer, 0)


@given(schedule(), FACTS, DECIMALS)
def test_fees_outlive_the_program(schedule, facts, decimals):
    """What a manifest or a quote holds is read back as it was, by way of JSON."""
    fees = compute(facts, schedule, "USD", decimals)
    assert record.fees_of(json.loads(json.dumps(record.of_fees(fees)))) == fees


@pytest.mark.checklist("OPS-03")
def test_a_refused_claim_makes_the_next_best_discount_count():
    """Small entities 60 of 120, online filing 12: without the claim the 12 are granted, and 48 are owed."""
    online = Discount(code="online", name=NAME, percent=Decimal(10), applies_to=["filing"], automatic=True)
    schedule = SCHEDULE.model_copy(update={"discounts": [SMALL, online]})
    owed = balance(facts(1, 0, "small", proofs=PROOF), schedule, "USD", 2, "small")
    assert [(line.code, line.amount) for line in owed.lines] == [("small", Decimal(60)), ("online", Decimal(-12))]
    assert owed.total == Decimal(48)


def test_nothing_is_owed_for_a_claim_that_took_nothing_off():
    owed = balance(facts(1, 0, "small"), SCHEDULE, "USD", 2, "small")
    assert (owed.lines, owed.total) == ((), Decimal(0))


def test_two_fees_of_one_price_are_the_same_in_any_order():
    one, other = (compute(facts(2, 1), SCHEDULE, "USD", 2) for _ in range(2))
    assert is_same(one, replace(other, lines=other.lines[::-1]))
    assert not is_same(one, compute(facts(2, 2), SCHEDULE, "USD", 2))
    assert not is_same(one, replace(other, currency="EUR"))
