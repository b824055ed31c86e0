"""How texts are compared in searches, and which numbers reach the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.safe import row_number
from portal.web.texts import folded


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Łódź", "lodz"),
        ("ŁÓDŹ", "lodz"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("  two \n words ", "two words"),
        ("ﬁne", "fine"),
        ("Nguyễn Thị Hồng", "nguyen thi hong"),
        ("Αθήνα", "αθηνα"),
        ("İstanbul", "istanbul"),
        ("株式会社", "株式会社"),
        ("شَرِكَة", "شركة"),
        ("한국", "한국"),
        ("a\x00b", "a b"),
        ("", ""),
    ],
)
def test_capitals_and_accents_do_not_matter(typed, compared):
    assert folded(typed) == compared


@given(st.text())
def test_folding_is_done_once(text):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1),
        ("2147483647", 2147483647),
        ("2147483648", 0),
        ("99999999999999999999", 0),
        ("0", 0),
        ("-1", 0),
        ("1.0", 0),
        ("٣", 0),
        ("²", 0),
        (" 1", 0),
        ("", 0),
        (None, 0),
        ("x", 0),
    ],
)
def test_a_number_that_no_row_can_have_is_none(typed, number):
    assert row_number(typed) == number
