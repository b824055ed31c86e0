"""Golden dates of terms, renewals and annuities, each worked out by hand from the rule that it names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendar.days import OfficeDays, Outage, System
from portal.calendar.terms import NoSuchTerm, annuity, last_term, renewal, term_end
from portal.profile.model import Annuities, AnnuityDue, Right, Terms

WEEKEND = OfficeDays(ZoneInfo("Africa/Nairobi"), frozenset({5, 6}), {})
MARK = Terms(right=Right.TRADEMARK, first_years=7, next_years=10, surcharge_percent=Decimal(50))
DESIGN = Terms(right=Right.DESIGN, first_years=5, next_years=5, maximum_years=25)
SHORT = Terms(right=Right.UTILITY_MODEL, first_years=3, next_years=3, maximum_years=10)
PATENT = Terms(
    right=Right.PATENT, first_years=20, window_months=3, annuities=Annuities(from_year=3, due=AnnuityDue.MONTH_END)
)
YEARLY = Terms(right=Right.PATENT, first_years=20, grace_months=0, annuities=Annuities(from_year=2))


@pytest.mark.parametrize(
    ("terms", "number", "expected"),
    [
        (MARK, 1, date(2027, 2, 28)),  # Tanzania mainland: 7 years, then 10; no 29 February in 2027
        (MARK, 2, date(2037, 2, 28)),
        (MARK, 3, date(2047, 2, 28)),
        (DESIGN, 1, date(2025, 2, 28)),
        (DESIGN, 4, date(2040, 2, 29)),
        (DESIGN, 5, date(2045, 2, 28)),
        (SHORT, 3, date(2029, 2, 28)),
        (SHORT, 4, date(2030, 2, 28)),  # 12 years are more than the maximum of 10: the last term is one year
        (PATENT, 1, date(2040, 2, 29)),
    ],
)
def test_terms_from_a_leap_day(terms, number, expected):
    """A term ends on the same-numbered day, else the month's last (PCT Rule 80.2); no closed day moves it."""
    assert term_end(date(2020, 2, 29), number, terms) == expected


@pytest.mark.parametrize(("terms", "last"), [(MARK, None), (DESIGN, 5), (SHORT, 4), (PATENT, 1)])
def test_the_last_term(terms, last):
    assert last_term(terms) == last
    if last is not None:
        with pytest.raises(NoSuchTerm) as caught:
            term_end(date(2020, 1, 1), last + 1, terms)
        assert caught.value.last == last
        with pytest.raises(NoSuchTerm):
            renewal(date(2020, 1, 1), last, terms, WEEKEND)
    with pytest.raises(NoSuchTerm):
        term_end(date(2020, 1, 1), 0, terms)


def test_a_renewal_has_its_window_its_last_day_and_its_grace():
    """Filed on 14 November 2020: the first term of 7 years ends on Sunday 14 November 2027."""
    due = renewal(date(2020, 11, 14), 1, MARK, WEEKEND)
    assert due.on == date(2027, 11, 14)
    assert due.opens == date(2027, 5, 14)
    assert due.last.day == date(2027, 11, 15)  # Monday
    assert due.grace.counted == date(2028, 5, 14)  # from the Sunday, not from the Monday
    assert due.grace.day == date(2028, 5, 15)  # a Sunday again
    assert due.surcharge_percent == 50


@pytest.mark.parametrize(
    ("year", "on", "last", "grace"),
    [
        # Filed on 10 February 2024. Year 3 begins after 10 February 2026: due at the end of that February, a Saturday.
        (3, date(2026, 2, 28), date(2026, 3, 2), date(2026, 8, 31)),
        # EPO J 4/91: from the last day of February the six months end on the last day of August, not on the 28th.
        (4, date(2027, 2, 28), date(2027, 3, 1), date(2027, 8, 31)),
        (5, date(2028, 2, 29), date(2028, 2, 29), date(2028, 8, 31)),
        (20, date(2043, 2, 28), date(2043, 3, 2), date(2043, 8, 31)),
    ],
)
def test_annuities_at_the_months_end(year, on, last, grace):
    """EPC Rule 51(1) and (2), and decision J 4/91: grace counts from the due date, from month's end to month's end."""
    due = annuity(date(2024, 2, 10), year, PATENT, WEEKEND)
    assert (due.on, due.last.day, due.grace.day) == (on, last, grace)


def test_the_window_of_an_annuity_opens_at_a_months_end_too():
    assert annuity(date(2024, 2, 10), 3, PATENT, WEEKEND).opens == date(2025, 11, 30)


@pytest.mark.parametrize(("year", "on"), [(2, date(2025, 2, 28)), (5, date(2028, 2, 29)), (20, date(2043, 2, 28))])
def test_annuities_on_the_anniversary(year, on):
    due = annuity(date(2024, 2, 29), year, YEARLY, WEEKEND)
    assert (due.on, due.grace) == (on, None)


@pytest.mark.parametrize(("terms", "year", "last"), [(PATENT, 2, 20), (PATENT, 21, 20), (YEARLY, 1, 20), (MARK, 3, 0)])
def test_a_year_without_an_annuity(terms, year, last):
    with pytest.raises(NoSuchTerm) as caught:
        annuity(date(2024, 2, 10), year, terms, WEEKEND)
    assert caught.value.last == last


def test_an_outage_of_payment_on_the_due_day_extends_it_and_not_the_grace():
    """EPO Guidelines E-VIII 1.6.2 and A-X 5.2.4: the beginning of the grace period is not affected."""
    outage = Outage(datetime(2027, 11, 15, 8, tzinfo=UTC), datetime(2027, 11, 15, 9, tzinfo=UTC), System.PAYMENT)
    days = OfficeDays(WEEKEND.zone, WEEKEND.closed_weekdays, {}, outages=(outage,))
    due = renewal(date(2020, 11, 14), 1, MARK, days)
    assert due.last.day == date(2027, 11, 16)  # Sunday, Monday out, Tuesday
    assert due.grace.day == date(2028, 5, 15)


@given(
    st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)),
    st.sampled_from([MARK, DESIGN, SHORT]),
    st.integers(min_value=1, max_value=3),
)
def test_a_renewal_opens_before_it_is_due_and_grace_ends_after_it(start, terms, number):
    due = renewal(start, number, terms, WEEKEND)
    assert start < due.opens < due.on <= due.last.day < due.grace.day
    assert not WEEKEND.is_closed(due.last.day)
    assert not WEEKEND.is_closed(due.grace.day)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)), st.integers(min_value=3, max_value=19))
def test_annuities_follow_one_another_within_the_right(start, year):
    this, following = (annuity(start, one, PATENT, WEEKEND) for one in (year, year + 1))
    assert this.on < following.on < term_end(start, 1, PATENT)
    assert this.grace.day < following.on
