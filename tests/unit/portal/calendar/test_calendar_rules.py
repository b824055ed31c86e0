"""Golden dates of reception, periods and priority. Every one was worked out by hand from the rule that it names."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendar.rules import (
    NeverOpen,
    NotYetReceived,
    OfficeDays,
    add_months,
    keeps_priority,
    period_end,
    priority_end,
    reception_date,
)
from portal.profile.model import Basis, ReceptionRule

NAIROBI = ZoneInfo("Africa/Nairobi")  # UTC+3, no summer time
WEEKEND = frozenset({5, 6})
CHRISTMAS, NEW_YEAR = date(2026, 12, 25), date(2027, 1, 1)  # both Fridays
DAYS = OfficeDays(NAIROBI, WEEKEND, frozenset({CHRISTMAS, NEW_YEAR, date(2026, 12, 28)}))
ALWAYS_OPEN = OfficeDays(NAIROBI, frozenset(), frozenset())
WORKING_DAY = ReceptionRule(next_working_day=True, cut_off=time(17))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.checklist("OPS-04")
@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-20T13:59:59", date(2026, 11, 20)),  # a Friday, 16:59:59 in Nairobi
        ("2026-11-20T14:00:00", date(2026, 11, 20)),  # 17:00:00: the cut-off's own second still counts
        ("2026-11-20T14:00:00.999999", date(2026, 11, 20)),
        ("2026-11-20T14:00:01", date(2026, 11, 23)),  # a second late on a Friday: Monday
        ("2026-11-21T09:00:00", date(2026, 11, 23)),  # Saturday
        ("2026-11-22T21:30:00", date(2026, 11, 23)),  # Sunday in London, Monday half past midnight in Nairobi
        ("2026-12-24T14:00:01", date(2026, 12, 29)),  # Thursday late; Friday, weekend and Monday are closed
        ("2026-12-31T23:59:59", date(2027, 1, 4)),  # 1 January in Nairobi, a holiday beside a weekend
        ("2028-02-29T09:00:00", date(2028, 2, 29)),  # a leap day, a Tuesday
    ],
)
def test_reception_by_the_offices_working_day(received, expected):
    """A wrong reception date can cost an applicant the right itself."""
    assert reception_date(utc(received), None, WORKING_DAY, DAYS) == expected


@pytest.mark.checklist("OPS-04")
def test_reception_by_the_calendar_day_of_the_office():
    rule = ReceptionRule()
    assert reception_date(utc("2026-11-21T20:59:59"), None, rule, DAYS) == date(2026, 11, 21)
    assert reception_date(utc("2026-11-21T21:00:00"), None, rule, DAYS) == date(2026, 11, 22)
    last_second = ReceptionRule(next_working_day=True)
    assert reception_date(utc("2026-11-20T20:59:59.9"), None, last_second, DAYS) == date(2026, 11, 20)


@pytest.mark.checklist("OPS-04")
def test_reception_by_payment_waits_for_the_payment():
    rule = ReceptionRule(counts_from=Basis.PAYMENT, next_working_day=True, cut_off=time(17))
    received = utc("2026-11-18T08:00:00")
    with pytest.raises(NotYetReceived):
        reception_date(received, None, rule, DAYS)
    assert reception_date(received, utc("2026-11-20T14:00:01"), rule, DAYS) == date(2026, 11, 23)


def test_reception_where_clocks_change():
    """In Lisbon 22:30 UTC is 23:30 in summer and 22:30 in winter."""
    lisbon = OfficeDays(ZoneInfo("Europe/Lisbon"), frozenset(), frozenset())
    rule = ReceptionRule(next_working_day=True, cut_off=time(23))
    assert reception_date(utc("2026-07-01T22:30:00"), None, rule, lisbon) == date(2026, 7, 2)
    assert reception_date(utc("2026-12-01T22:30:00"), None, rule, lisbon) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 2, 28), 6, date(2026, 8, 28)),  # the same number, not the month's end
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_are_counted_by_their_number(start, months, expected):
    """PCT Rule 80.2."""
    assert add_months(start, months) == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"months": 1}, date(2026, 12, 29)),  # from 25 November: Friday closed, weekend, Monday closed
        ({"count": 10}, date(2026, 12, 7)),  # 5 December is a Saturday
        ({"years": 1}, date(2027, 11, 25)),
        ({"years": 1, "months": 1}, date(2027, 12, 27)),  # 25 December 2027 is a Saturday
    ],
)
def test_a_period_ends_on_an_open_day(period, expected):
    """PCT Rule 80.1 to 80.5."""
    assert period_end(date(2026, 11, 25), DAYS, **period) == expected


def test_priority_of_a_trademark():
    """Six months (Paris Convention 4C), to the next open day."""
    assert priority_end(date(2026, 6, 25), 6, DAYS) == date(2026, 12, 29)
    assert keeps_priority(date(2026, 6, 25), date(2026, 12, 29), 6, DAYS)
    assert not keeps_priority(date(2026, 6, 25), date(2026, 12, 30), 6, DAYS)
    assert not keeps_priority(date(2026, 6, 25), date(2026, 6, 24), 6, DAYS)
    assert priority_end(date(2025, 8, 31), 6, ALWAYS_OPEN) == date(2026, 2, 28)


def test_an_office_that_never_opens_is_an_error():
    """An endless loop would hang every submission."""
    with pytest.raises(NeverOpen):
        OfficeDays(NAIROBI, frozenset(range(7)), frozenset()).next_open(date(2026, 1, 1))


DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1))


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.booleans(), st.times())
def test_reception_is_never_before_the_day_of_submission_and_never_far(received, working, cut_off):
    rule = ReceptionRule(next_working_day=working, cut_off=cut_off.replace(microsecond=0))
    moment = received.replace(tzinfo=UTC)
    day = reception_date(moment, None, rule, DAYS)
    local = moment.astimezone(NAIROBI).date()
    assert local <= day <= local + timedelta(days=6)
    assert not working or not DAYS.is_closed(day)


@given(DATES, st.integers(min_value=0, max_value=600))
def test_months_later_is_the_same_number_or_a_months_last_day(start, months):
    later = add_months(start, months)
    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (later + timedelta(days=1)).day == 1


@given(DATES, DATES, st.integers(min_value=1, max_value=24))
def test_a_later_start_never_ends_earlier(one, other, months):
    first, second = sorted((one, other))
    assert period_end(first, DAYS, months=months) <= period_end(second, DAYS, months=months)
