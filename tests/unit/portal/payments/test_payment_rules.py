"""References, sums and amounts of bills."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.payments import rules

serials = st.integers(min_value=1, max_value=99_999_999)
years = st.integers(min_value=2000, max_value=2099)


def test_a_reference_is_the_one_that_iso_11649_gives():
    """Worked by hand: 26000017, then R=27, F=15, 00; 26000017271500 = 97 * 268041415170 + 10; 98 - 10 = 88."""
    assert rules.make_reference(17, 2026) == "RF8826000017"


@pytest.mark.parametrize("known", ["RF18539007547034", "RF18 5390 0754 7034", "rf18 5390-0754-7034"])
def test_the_standards_own_example_holds(known):
    assert rules.is_reference(known)


@given(serials, years)
def test_every_reference_holds(serial, year):
    assert rules.is_reference(rules.make_reference(serial, year))


@given(serials, years, st.data())
def test_a_wrong_digit_is_noticed(serial, year, data):
    """A cashier who mistypes one digit must not land on another agent's bill."""
    reference = rules.make_reference(serial, year)
    place = data.draw(st.integers(min_value=2, max_value=len(reference) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != reference[place]]))
    assert not rules.is_reference(reference[:place] + other + reference[place + 1 :])


@given(serials, years, st.data())
def test_two_exchanged_digits_are_noticed(serial, year, data):
    reference = rules.make_reference(serial, year)
    place = data.draw(st.integers(min_value=4, max_value=len(reference) - 2))
    one, other = reference[place], reference[place + 1]
    if one != other:
        assert not rules.is_reference(reference[:place] + other + one + reference[place + 2 :])


@given(serials, years)
def test_references_of_two_bills_differ(serial, year):
    assert rules.make_reference(serial, year) != rules.make_reference(serial + 1, year)


@pytest.mark.parametrize(
    "text", ["", "RF", "RF16", "XX40202600001", "RF88260000170000000000000000", "RFé226000017", "٢٢"]
)
def test_what_is_no_reference_is_refused(text):
    assert not rules.is_reference(text)


def test_a_reference_is_printed_in_groups_and_read_back_from_them():
    printed = rules.printed_reference("RF8826000017")
    assert printed == "RF88 2600 0017"
    assert rules.compact_reference(" rf88\u00a02600-0017 ") == "RF8826000017"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("165.00", "165.00"),
        ("165,00", "165.00"),
        ("165", "165"),
        (" 1 234,5 ", "1234.5"),
        ("1\u202f234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("١٦٥٫٥٠", "165.50"),
        ("\u200e165.00\u200e", "165.00"),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, amount):
    assert rules.parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["", "-5", "1.234", "1,234.50", "1e3", "NaN", "twelve", "١٬٢٣٤", "165.00 USD", "."])
def test_a_doubtful_amount_is_refused(typed):
    """1,234 may be a thousand or one and a bit: a cashier is asked rather than guessed at."""
    assert rules.parse_amount(typed) is None


def test_a_receipt_number_is_the_same_however_it_is_typed():
    assert rules.compact_transaction("  ab  12 ") == "AB 12" == rules.compact_transaction("AB\t12")


@given(st.lists(st.decimals(min_value=-1000, max_value=1000, places=2), max_size=8))
def test_items_that_are_a_cent_off_do_not_add_up(amounts):
    total = sum(amounts, Decimal(0))
    assert rules.adds_up(amounts, total)
    assert not rules.adds_up(amounts, total + Decimal("0.01"))
