"""Places in the docket, and the order of a history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.docket.rules import Cursor, Event, What, in_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)),
    st.integers(min_value=1, max_value=2**60),
)
def test_a_place_survives_the_address_to_the_microsecond(when, number):
    """A rounded instant would skip or repeat the filings of that second."""
    place = Cursor(when.replace(tzinfo=UTC), number)
    if number < 10**18:
        assert Cursor.parse(str(place)) == place


@pytest.mark.parametrize("text", ["", "-", "1", "1-", "a-1", "-1-1", "1-1-1", "999999999999999999-1", "1' OR 1-1"])
def test_a_forged_place_is_none(text):
    assert Cursor.parse(text) is None


def test_a_history_is_told_from_its_beginning():
    events = [
        Event(NOON + timedelta(days=1), What.PAID),
        Event(NOON + timedelta(seconds=5), What.RECEIPT_ISSUED),
        Event(NOON, What.BILLED),
        Event(NOON, What.SUBMITTED),
    ]
    assert [event.what for event in in_order(events)] == ["submitted", "billed", "receipt-issued", "paid"]
