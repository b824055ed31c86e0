"""Fees of three contrasting offices, each line worked out by hand from the office's schedule."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from portal.fees.rules import Facts, Fees, Passed, compute
from portal.profile.loader import load_profile
from portal.profile.model import Unit

OFFICES = Path(__file__).parents[3] / "support/offices"


def fees(
    office: str, service: str, *claimed: str, proofs: tuple[str, ...] = (), late: bool = False, **counts: int
) -> Fees:
    """What an office asks by its first schedule; `counts` are named as units, with an underscore for the hyphen."""
    profile = load_profile(OFFICES / f"{office}.yml")
    units = {Unit(name.replace("_", "-")): number for name, number in counts.items()}
    facts = Facts(service, units, frozenset(claimed), frozenset(proofs), late)
    return compute(facts, profile.fee_schedules[0], profile.office.currency, profile.office.currency_decimals)


def lines(found: Fees) -> list[tuple[str, int, str, str]]:
    return [(line.code, line.quantity, str(line.unit_amount), str(line.amount)) for line in found.lines]


def passed(found: Fees) -> list[tuple[str, Passed]]:
    return [(one.code, one.reason) for one in found.passed_over]


# Harbour: 2 decimals, each line to 0.05, all discounts in their order.


def test_harbour_what_is_included_costs_nothing_more():
    found = fees("harbour", "patent-national", claim=10, page=30)
    assert lines(found) == [
        ("pat-filing", 1, "240.00", "240.00"),
        ("pat-search", 1, "310.00", "310.00"),
        ("e-filing", 1, "-18.00", "-18.00"),  # 7.5 % of 240
    ]
    assert str(found.total) == "532.00"


def test_harbour_tiers_and_groups():
    found = fees("harbour", "patent-national", claim=25, page=31, priority=2)
    assert lines(found) == [
        ("pat-filing", 1, "240.00", "240.00"),
        ("pat-search", 1, "310.00", "310.00"),
        ("pat-claim", 10, "10.00", "100.00"),  # claims 11 to 20
        ("pat-claim", 5, "25.00", "125.00"),  # claims 21 to 25
        ("pat-page", 1, "13.20", "13.20"),  # one page more begins a group of ten
        ("pat-priority", 2, "22.50", "45.00"),
        ("e-filing", 1, "-18.00", "-18.00"),
    ]
    assert [line.name["en"] for line in found.lines if line.code == "pat-claim"] == ["Claim (11–20)", "Claim (21+)"]
    assert str(found.total) == "815.20"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (0, []),
        (10, []),
        (11, [(1, "10.00")]),
        (20, [(10, "100.00")]),
        (21, [(10, "100.00"), (1, "25.00")]),
        (200, [(10, "100.00"), (180, "4500.00")]),
    ],
)
def test_harbour_the_edges_of_a_tier(claims, expected):
    found = fees("harbour", "patent-national", claim=claims)
    assert [(line.quantity, str(line.amount)) for line in found.lines if line.code == "pat-claim"] == expected


@pytest.mark.parametrize(("pages", "groups"), [(30, 0), (31, 1), (40, 1), (41, 2), (130, 10), (131, 11)])
def test_harbour_the_edges_of_a_group(pages, groups):
    found = fees("harbour", "patent-national", page=pages)
    assert sum(line.quantity for line in found.lines if line.code == "pat-page") == groups


def test_harbour_discounts_one_after_another_with_a_cap():
    """Half of 240 + 310 + 225 is 387.50, capped at 300; the filing fee's share of it leaves 240 x 475/775 = 147.0968;
    7.5 % of that is 11.0323, to 0.05: 11.05."""
    found = fees(
        "harbour", "patent-national", "small-entity", proofs=("small-entity-proof",), claim=25, page=31, priority=2
    )
    assert lines(found)[6:] == [("small-entity", 1, "-300.00", "-300.00"), ("e-filing", 1, "-11.05", "-11.05")]
    assert str(found.total) == "522.15"  # 833.20 - 300 - 11.05


def test_harbour_surcharges_are_taken_of_the_fees_before_any_discount():
    found = fees("harbour", "patent-national", late=True, claim=8, page=101)
    assert lines(found) == [
        ("pat-filing", 1, "240.00", "240.00"),
        ("pat-search", 1, "310.00", "310.00"),
        ("pat-page", 8, "13.20", "105.60"),  # 71 pages beyond 30
        ("e-filing", 1, "-18.00", "-18.00"),
        ("pat-long", 1, "36.00", "36.00"),  # 15 % of 240
        ("pat-late", 1, "60.00", "60.00"),
    ]
    assert str(found.total) == "733.60"


def test_harbour_a_surcharge_begins_beyond_its_number():
    assert "pat-long" not in [line.code for line in fees("harbour", "patent-national", page=100).lines]


@pytest.mark.checklist("OPS-03")
def test_harbour_a_claim_without_its_proof_is_named_and_not_counted():
    found = fees("harbour", "patent-national", "small-entity", claim=10)
    assert str(found.total) == "532.00"
    assert passed(found) == [("small-entity", Passed.NO_PROOF)]


def test_harbour_lines_are_rounded_to_five_cents():
    found = fees("harbour", "trademark-national", **{"class": 3})
    assert lines(found) == [("tm-filing", 1, "150.03", "150.05"), ("tm-class", 2, "33.33", "66.65")]
    assert str(found.total) == "216.70"


# Sahel: no decimals, each line to 100, only the best discount.


def test_sahel_an_amount_off_for_everyone():
    found = fees("sahel", "trademark-national", **{"class": 1}, term=5)
    assert lines(found) == [("tm-filing", 1, "12500", "12500"), ("e-filing", 1, "-2500", "-2500")]
    assert str(found.total) == "10000"


def test_sahel_free_terms_cost_more_and_bring_a_surcharge():
    found = fees("sahel", "trademark-national", **{"class": 5}, term=27, free_term=3)
    assert lines(found) == [
        ("tm-filing", 1, "12500", "12500"),
        ("tm-class", 2, "3750", "7500"),
        ("tm-free-term", 3, "450", "1400"),  # 1350 lies between 1300 and 1400: up
        ("tm-term", 7, "150", "1100"),  # 1050
        ("e-filing", 1, "-2500", "-2500"),
        ("tm-free", 1, "1300", "1300"),  # 10 % of 12500 is 1250
    ]
    assert str(found.total) == "21300"


@pytest.mark.checklist("OPS-03")
def test_sahel_the_best_discount_is_granted_and_the_others_are_named():
    """Students: 60 % of 45000 = 27000; local inventors: 35 % of 50000 = 17500; online: 2500."""
    both = ("student-card", "residence-proof")
    found = fees("sahel", "patent-national", "student", "local-inventor", proofs=both, claim=14)
    assert lines(found)[2:] == [("student", 1, "-27000", "-27000")]
    assert str(found.total) == "23000"
    assert passed(found) == [("local-inventor", Passed.LESS), ("e-filing", Passed.LESS)]


def test_sahel_which_one_is_best_follows_from_the_application():
    """40 claims: 35 % of 82500 is 28875, to 100: 28900, and more than the students' 27000."""
    both = ("student-card", "residence-proof")
    found = fees("sahel", "patent-national", "student", "local-inventor", proofs=both, claim=40)
    assert lines(found)[2:] == [("local-inventor", 1, "-28900", "-28900")]
    assert str(found.total) == "53600"


def test_sahel_designs_and_views():
    found = fees("sahel", "design-national", design=3, view=12)
    assert lines(found)[1:3] == [("des-design", 2, "7500", "15000"), ("des-view", 7, "1000", "7000")]
    assert str(found.total) == "39500"


def test_sahel_what_is_late_costs_a_fifth_more():
    found = fees("sahel", "trademark-national", late=True, **{"class": 1})
    assert str(found.total) == "12500"  # 12500 - 2500 + 2500


def test_sahel_two_hundred_terms():
    found = fees("sahel", "trademark-national", **{"class": 3}, term=200)
    assert lines(found)[1] == ("tm-term", 180, "150", "27000")
    assert str(found.total) == "37000"  # 12500 + 27000 - 2500


# Gulf: 3 decimals, halves to the even neighbour, all discounts in their order.


@pytest.mark.parametrize(
    ("classes", "priorities", "off", "total"),
    [
        (1, 0, "-2.438", "21.937"),  # a tenth of 24.375 is 2.4375: to 2.438
        (2, 0, "-3.062", "27.563"),  # of 30.625: 3.0625, down to 3.062
        (3, 1, "-3.688", "35.192"),  # of 36.875; 2.005 for the priority is not reduced
    ],
)
def test_gulf_halves_go_to_the_even_neighbour(classes, priorities, off, total):
    found = fees("gulf", "trademark-national", **{"class": classes}, priority=priorities)
    assert [str(line.amount) for line in found.lines if line.code == "e-filing"] == [off]
    assert str(found.total) == total


def test_gulf_the_second_discount_is_taken_of_what_the_first_left():
    """18.125 x 21.937 / 24.375 = 16.312128; 33.3 % of it is 5.431939."""
    found = fees("gulf", "trademark-national", "small-entity", proofs=("small-entity-proof",), **{"class": 1})
    assert [str(line.amount) for line in found.lines[2:]] == ["-2.438", "-5.432"]
    assert str(found.total) == "16.505"
    assert found.lines[3].why.base == Decimal("16.312")
