"""Golden dates of reception, periods and priority. Every one was worked out by hand from the rule that it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendar.days import Act, Closed, Kind, NoSuchTime, Outage, System, at_office
from portal.calendar.rules import (
    NeverOpen,
    NotYetReceived,
    OfficeDays,
    Reception,
    add_months,
    keeps_priority,
    last_day,
    period,
    period_end,
    priority_end,
    reception,
    reception_date,
    restoration,
)
from portal.profile.model import Basis, ReceptionRule

NAIROBI = ZoneInfo("Africa/Nairobi")  # UTC+3, no summer time
LISBON = ZoneInfo("Europe/Lisbon")  # UTC in winter, UTC+1 from 29 March to 25 October 2026
AUCKLAND = ZoneInfo("Pacific/Auckland")  # UTC+13 until 5 April 2026, UTC+12 after it
WEEKEND = frozenset({5, 6})
CHRISTMAS, NEW_YEAR, AFTER = date(2026, 12, 25), date(2027, 1, 1), date(2026, 12, 28)  # two Fridays, and a Monday
HOLIDAYS = {CHRISTMAS: {"en": "Christmas Day"}, NEW_YEAR: {"en": "New Year's Day"}, AFTER: {"en": "The day after"}}
DAYS = OfficeDays(NAIROBI, WEEKEND, HOLIDAYS)
ALWAYS_OPEN = OfficeDays(NAIROBI, frozenset(), {})
WORKING_DAY = ReceptionRule(next_working_day=True, cut_off=time(17))
BY_PAYMENT = ReceptionRule(counts_from=Basis.PAYMENT, next_working_day=True, cut_off=time(17))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


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
        ("2026-12-25T14:00:01", date(2026, 12, 29)),  # late on the holiday itself: no further day is lost
        ("2026-12-31T23:59:59", date(2027, 1, 4)),  # 1 January in Nairobi, a holiday beside a weekend
        ("2028-02-29T09:00:00", date(2028, 2, 29)),  # a leap day, a Tuesday
        ("2028-02-29T14:00:01", date(2028, 3, 1)),
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
    received = utc("2026-11-18T08:00:00")
    with pytest.raises(NotYetReceived):
        reception_date(received, None, BY_PAYMENT, DAYS)
    assert reception_date(received, utc("2026-11-20T14:00:01"), BY_PAYMENT, DAYS) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("submitted", "paid", "expected"),
    [
        # The cashier's server lags three seconds behind the one that received the submission, over the cut-off.
        ("2026-11-20T14:00:01", "2026-11-20T13:59:58", date(2026, 11, 23)),
        ("2026-11-20T14:00:00", "2026-11-20T13:59:57", date(2026, 11, 20)),
        # Over midnight in Nairobi: the submission is of Tuesday, so the filing is.
        ("2026-11-23T21:00:01", "2026-11-23T20:59:58", date(2026, 11, 24)),
        # Paid a week before it was submitted, where the office takes payment first.
        ("2026-11-20T08:00:00", "2026-11-13T08:00:00", date(2026, 11, 20)),
    ],
)
def test_a_payment_before_the_submission_gives_no_earlier_date(submitted, paid, expected):
    """Servers' clocks differ, and some offices are paid first: what was not submitted was not received."""
    assert reception_date(utc(submitted), utc(paid), BY_PAYMENT, DAYS) == expected


def test_a_payment_changes_nothing_where_the_submission_counts():
    received = utc("2026-11-20T14:00:00")
    assert reception_date(received, utc("2026-12-01T09:00:00"), WORKING_DAY, DAYS) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("zone", "received", "expected"),
    [
        # The same 16:30 UTC is 17:30 in Lisbon's summer and 16:30 in its winter; Friday and Friday.
        (LISBON, "2026-07-03T16:30:00", date(2026, 7, 6)),
        (LISBON, "2026-12-04T16:30:00", date(2026, 12, 4)),
        # The last second before summer time, Sunday 29 March 2026: 00:59:59 at 00:59:59 UTC, and 02:00:00 after it.
        (LISBON, "2026-03-27T17:00:00", date(2026, 3, 27)),  # Friday in winter time, 17:00:00
        (LISBON, "2026-03-30T16:00:00", date(2026, 3, 30)),  # Monday in summer time, 17:00:00
        (LISBON, "2026-03-30T16:00:01", date(2026, 3, 31)),
        # In Auckland a Friday's 17:00 is 04:00 UTC of the same day in summer, 05:00 UTC in winter.
        (AUCKLAND, "2026-04-03T04:00:00", date(2026, 4, 3)),
        (AUCKLAND, "2026-04-03T04:00:01", date(2026, 4, 6)),
        (AUCKLAND, "2026-04-10T04:59:59", date(2026, 4, 10)),
        (AUCKLAND, "2026-04-10T05:00:01", date(2026, 4, 13)),
    ],
)
def test_reception_where_clocks_change(zone, received, expected):
    """The cut-off is one of the office's clock, whatever its distance from UTC that day."""
    assert reception_date(utc(received), None, WORKING_DAY, OfficeDays(zone, WEEKEND, {})) == expected


def test_the_hour_that_clocks_show_twice_is_of_one_day():
    """Lisbon, 25 October 2026: 01:30 comes twice, an hour apart; both are of that Sunday."""
    rule, days = ReceptionRule(), OfficeDays(LISBON, WEEKEND, {})
    for received in ("2026-10-25T00:30:00", "2026-10-25T01:30:00", "2026-10-25T23:59:59"):
        assert reception_date(utc(received), None, rule, days) == date(2026, 10, 25)
    assert reception_date(utc("2026-10-24T22:59:59"), None, rule, days) == date(2026, 10, 24)
    assert reception_date(utc("2026-10-24T23:00:00"), None, rule, days) == date(2026, 10, 25)


def test_a_time_of_the_office_is_an_instant():
    assert at_office(date(2026, 11, 20), time(17), NAIROBI) == utc("2026-11-20T14:00:00")
    assert at_office(date(2026, 10, 25), time(1, 30), LISBON) == utc("2026-10-25T00:30:00")
    assert at_office(date(2026, 10, 25), time(1, 30), LISBON, later=True) == utc("2026-10-25T01:30:00")
    with pytest.raises(NoSuchTime):
        at_office(date(2026, 3, 29), time(1, 30), LISBON)  # put forward from 01:00 to 02:00


def test_a_reception_tells_what_it_passed_over():
    found = reception(utc("2026-12-24T14:00:01"), None, WORKING_DAY, DAYS)
    assert [(closed.day.day, closed.kind, closed.name.get("en")) for closed in found.passed] == [
        (25, Kind.HOLIDAY, "Christmas Day"), (26, Kind.WEEKDAY, None), (27, Kind.WEEKDAY, None),
        (28, Kind.HOLIDAY, "The day after"),
    ]  # fmt: skip
    assert found.is_late
    assert not reception(utc("2026-12-24T14:00:00"), None, WORKING_DAY, DAYS).passed


def test_a_reception_is_read_as_it_was_written():
    """A receipt that is issued later, or a help desk after years, has only what was written down."""
    for rule, paid in ((WORKING_DAY, None), (BY_PAYMENT, None), (BY_PAYMENT, utc("2026-12-24T15:00:00.000001"))):
        found = reception(utc("2026-11-20T14:00:01.5"), paid, rule, DAYS)
        assert Reception.read(found.as_dict()) == found


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
        (date(2100, 1, 31), 1, date(2100, 2, 28)),  # 2100 is no leap year
    ],
)
def test_months_are_counted_by_their_number(start, months, expected):
    """PCT Rule 80.2."""
    assert add_months(start, months) == expected


@pytest.mark.parametrize(("start", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 31), -1)])
def test_a_month_beyond_every_calendar_is_an_error_of_its_own(start, months):
    """A help desk that types 9999 gets a sentence, not a trace."""
    with pytest.raises(OverflowError):
        add_months(start, months)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ({"months": 1}, date(2026, 12, 29)),  # from 25 November: Friday closed, weekend, Monday closed
        ({"count": 10}, date(2026, 12, 7)),  # 5 December is a Saturday
        ({"years": 1}, date(2027, 11, 25)),
        ({"years": 1, "months": 1}, date(2027, 12, 27)),  # 25 December 2027 is a Saturday
    ],
)
def test_a_period_ends_on_an_open_day(length, expected):
    """PCT Rule 80.1 to 80.5."""
    assert period_end(date(2026, 11, 25), DAYS, **length) == expected


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        # Friday and Saturday are closed, Sunday is a working day: 1 January 2027 is a Friday.
        (date(2026, 12, 1), OfficeDays(NAIROBI, frozenset({4, 5}), {}), date(2027, 1, 3)),
        (date(2026, 12, 3), OfficeDays(NAIROBI, frozenset({4, 5}), {}), date(2027, 1, 3)),  # 3 January: a Sunday
        (date(2026, 12, 3), OfficeDays(NAIROBI, frozenset({6}), {}), date(2027, 1, 4)),
    ],
)
def test_the_working_week_is_the_offices_own(start, days, expected):
    """The weekend is not Saturday and Sunday everywhere."""
    assert period_end(start, days, months=1) == expected


def test_priority_of_a_trademark():
    """Six months (Paris Convention 4C), to the next open day."""
    assert priority_end(date(2026, 6, 25), 6, DAYS) == date(2026, 12, 29)
    assert keeps_priority(date(2026, 6, 25), date(2026, 12, 29), 6, DAYS)
    assert not keeps_priority(date(2026, 6, 25), date(2026, 12, 30), 6, DAYS)
    assert not keeps_priority(date(2026, 6, 25), date(2026, 6, 24), 6, DAYS)
    assert priority_end(date(2025, 8, 31), 6, ALWAYS_OPEN) == date(2026, 2, 28)


def test_priority_of_a_patent_over_a_leap_day():
    assert priority_end(date(2027, 2, 28), 12, ALWAYS_OPEN) == date(2028, 2, 28)
    assert priority_end(date(2028, 2, 29), 12, ALWAYS_OPEN) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("first_filing", "expected"),
    [
        # Priority of 25 June 2026 expires on Tuesday 29 December: two months later is Sunday 28 February 2027.
        (date(2026, 6, 25), date(2027, 3, 1)),
        # Priority of 20 May 2026 expires on Friday 20 November: Wednesday 20 January 2027.
        (date(2026, 5, 20), date(2027, 1, 20)),
    ],
)
def test_restoration_counts_from_the_expiry_as_closed_days_moved_it(first_filing, expected):
    """PCT Rule 26bis.3(a): from the date on which the priority period expired, to which Rule 80.5 applies (2.4(b))."""
    assert restoration(first_filing, 6, 2, DAYS).day == expected


def closed_on(*days: date) -> OfficeDays:
    return replace(DAYS, closures={day: {"en": "Flood"} for day in days})


def out(zone: ZoneInfo, begin: str, end: str, system: System = System.PORTAL) -> Outage:
    return Outage(at(zone, begin), at(zone, end), system, {"en": "Power"})


def test_a_closure_extends_a_term_that_ends_in_it():
    flooded = closed_on(date(2026, 11, 23), date(2026, 11, 24))
    found = period(date(2026, 10, 23), flooded, months=1)  # a Monday
    assert (found.counted, found.day) == (date(2026, 11, 23), date(2026, 11, 25))
    assert [one.kind for one in found.because if isinstance(one, Closed)] == [Kind.CLOSURE, Kind.CLOSURE]
    assert period(date(2026, 10, 20), flooded, months=1).day == date(2026, 11, 20)  # Friday, before it
    assert period(date(2026, 10, 21), flooded, months=1).day == date(2026, 11, 25)  # Saturday, and then the closure


def test_a_closure_is_no_working_day_for_a_reception():
    flooded = closed_on(date(2026, 11, 23))
    assert reception_date(utc("2026-11-20T14:00:01"), None, WORKING_DAY, flooded) == date(2026, 11, 24)
    assert reception_date(utc("2026-11-23T09:00:00"), None, WORKING_DAY, flooded) == date(2026, 11, 24)
    assert reception_date(utc("2026-11-23T09:00:00"), None, ReceptionRule(), flooded) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-11-20T10:00", "2026-11-20T10:01", date(2026, 11, 23)),  # a minute on the last day, a Friday
        ("2026-11-20T23:59:59", "2026-11-21T06:00", date(2026, 11, 23)),  # in its last second, and over the Saturday
        ("2026-11-21T00:00:00", "2026-11-21T06:00", date(2026, 11, 20)),  # the first second after it
        ("2026-11-19T22:00", "2026-11-20T00:00", date(2026, 11, 20)),  # over by midnight before it
        ("2026-11-19T22:00", "2026-11-20T00:00:01", date(2026, 11, 23)),
        ("2026-11-18T08:00", "2026-11-24T12:00", date(2026, 11, 25)),  # ends on the Tuesday: the Wednesday
        ("2026-11-18T08:00", "2026-11-24T00:00", date(2026, 11, 24)),  # ends as the Tuesday begins: that day
        ("2026-11-20T08:00", "2026-11-22T12:00", date(2026, 11, 23)),  # ends on the Sunday
    ],
)
def test_an_outage_extends_a_term_to_the_next_open_day_after_it(begin, end, expected):
    """PCT Rule 82quater.2: in time on the next working day on which the means are available."""
    days = replace(DAYS, outages=(out(NAIROBI, begin, end),))
    assert last_day(date(2026, 11, 20), days).day == expected


def test_one_extension_can_lead_into_another():
    """Friday out, the weekend, Monday closed, Tuesday out again: Wednesday."""
    days = replace(
        closed_on(date(2026, 11, 23)),
        outages=(
            out(NAIROBI, "2026-11-24T09:00", "2026-11-24T09:30"),
            out(NAIROBI, "2026-11-20T09:00", "2026-11-20T10:00"),
        ),
    )
    found = last_day(date(2026, 11, 20), days)
    assert found.day == date(2026, 11, 25)
    assert [type(one).__name__ for one in found.because] == ["Outage", "Closed", "Closed", "Closed", "Outage"]


def test_an_outage_of_payment_extends_payments_alone():
    days = replace(DAYS, outages=(out(NAIROBI, "2026-11-20T09:00", "2026-11-20T10:00", System.PAYMENT),))
    assert last_day(date(2026, 11, 20), days, Act.FILING).day == date(2026, 11, 20)
    assert last_day(date(2026, 11, 20), days, Act.PAYMENT).day == date(2026, 11, 23)


def test_an_outage_over_the_hour_that_does_not_exist():
    """Lisbon, 29 March 2026: from 00:30 to 02:30 by the clock is one hour, and all of it is that Sunday's."""
    days = OfficeDays(LISBON, frozenset(), {}, outages=(out(LISBON, "2026-03-29T00:30", "2026-03-29T02:30"),))
    assert last_day(date(2026, 3, 29), days).day == date(2026, 3, 30)
    assert last_day(date(2026, 3, 28), days).day == date(2026, 3, 28)


def test_an_office_that_never_opens_is_an_error():
    """An endless loop would hang every submission."""
    never = OfficeDays(NAIROBI, frozenset(range(7)), {})
    with pytest.raises(NeverOpen):
        never.next_open(date(2026, 1, 1))
    with pytest.raises(NeverOpen):
        last_day(date(2026, 1, 1), never)
    with pytest.raises(NeverOpen):
        reception(utc("2026-11-20T14:00:01"), None, WORKING_DAY, never)
    forever = replace(ALWAYS_OPEN, outages=(out(NAIROBI, "2026-01-01T00:00", "2028-01-01T00:00"),))
    with pytest.raises(NeverOpen):
        last_day(date(2026, 1, 1), forever)


DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1))
INSTANTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from([NAIROBI, LISBON, AUCKLAND, ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kathmandu")])
RULES = st.builds(
    ReceptionRule,
    counts_from=st.sampled_from(Basis),
    next_working_day=st.booleans(),
    cut_off=st.times().map(lambda moment: moment.replace(microsecond=0)),
)
WEEKS = st.frozensets(st.integers(min_value=0, max_value=6), max_size=6)


@st.composite
def calendars(draw) -> OfficeDays:
    """Offices with closures and outages around the turn of 2026, under any clock."""
    around = st.dates(min_value=date(2026, 11, 1), max_value=date(2027, 2, 28))
    zone = draw(ZONES)
    begins = draw(
        st.lists(st.datetimes(datetime(2026, 11, 1), datetime(2027, 2, 1), timezones=st.just(UTC)), max_size=4)
    )
    hours = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3))
    outages = tuple(Outage(begin, begin + draw(hours), draw(st.sampled_from(System))) for begin in begins)
    return OfficeDays(
        zone,
        draw(WEEKS),
        {day: {} for day in draw(st.sets(around, max_size=6))},
        {day: {} for day in draw(st.sets(around, max_size=6))},
        outages,
    )


@given(INSTANTS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)), INSTANTS, RULES, ZONES, WEEKS)
def test_a_later_submission_or_payment_never_gives_an_earlier_date(first, later, other, rule, zone, week):
    """Neither waiting nor paying late may ever win a day."""
    days = OfficeDays(zone, week, {})
    for one, two in (((first, other), (first + later, other)), ((other, first), (other, first + later))):
        before, after = reception(*one, rule, days).date, reception(*two, rule, days).date
        assert before is not None
        assert after is not None
        assert before <= after


@given(INSTANTS, INSTANTS, RULES, calendars())
def test_a_reception_is_never_before_its_submission_and_never_further_than_the_next_open_day(one, two, rule, days):
    found = reception(one, two, rule, days)
    local = found.local.date()
    assert found.date >= one.astimezone(days.zone).date()
    assert local <= found.date <= days.next_open(local)
    assert not rule.next_working_day or not days.is_closed(found.date)
    assert all(days.is_closed(closed.day) for closed in found.passed)
    assert Reception.read(found.as_dict()) == found


@given(DATES, st.integers(min_value=0, max_value=600))
def test_months_later_is_the_same_number_or_a_months_last_day(start, months):
    later = add_months(start, months)
    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (later + timedelta(days=1)).day == 1


@given(DATES, DATES, st.integers(min_value=1, max_value=24))
def test_a_later_start_never_ends_earlier(one, other, months):
    first, second = sorted((one, other))
    assert period_end(first, DAYS, months=months) <= period_end(second, DAYS, months=months)


COUNTED = st.dates(min_value=date(2026, 11, 1), max_value=date(2027, 2, 10))


@given(COUNTED, calendars(), st.sampled_from(Act))
def test_a_last_day_is_one_on_which_the_act_can_be_done(counted, days, act):
    """Open, not out, and no day before it since the counted one was such a day."""
    found = last_day(counted, days, act)
    assert not days.is_closed(found.day)
    assert days.outage_on(found.day, act) is None
    skipped = [counted + timedelta(days=ahead) for ahead in range((found.day - counted).days)]
    ends = [outage.days(days.zone) for outage in days.outages if outage.hinders(act)]
    for day in skipped:
        assert days.is_closed(day) or any(first <= day <= last for first, last in ends)


@given(COUNTED, COUNTED, calendars(), st.sampled_from(Act))
def test_last_days_keep_their_order(one, other, days, act):
    first, second = sorted((one, other))
    assert last_day(first, days, act).day <= last_day(second, days, act).day


@given(COUNTED, calendars(), calendars())
def test_a_further_closure_or_outage_never_shortens_a_term(counted, days, more):
    """What the office records can only help the one whose term it is."""
    wider = replace(days, closures={**days.closures, **more.closures}, outages=(*days.outages, *more.outages))
    assert last_day(counted, wider).day >= last_day(counted, days).day
    assert last_day(counted, days, Act.PAYMENT).day >= last_day(counted, days, Act.FILING).day
