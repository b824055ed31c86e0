"""For how long a right lasts, and by when its renewals and annuities must be paid. Pure, as `rules`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.calendar.days import Act, OfficeDays
from portal.calendar.rules import LastDay, add_months, last_day, month_end
from portal.profile.model import AnnuityDue, Terms


class NoSuchTerm(ValueError):
    """The right has no such term or annuity; `last` is the highest number that it has, 0 for none at all."""

    def __init__(self, asked: int, last: int) -> None:
        self.asked, self.last = asked, last
        super().__init__(f"there is no number {asked}: the last is {last}")


@dataclass(frozen=True)
class Due:
    """By when a renewal or an annuity must be paid.

    `on` is the day on which it falls due, `opens` the first on which it may be paid, `last` the last without a
    surcharge, `grace` the last with one (None where there is no grace). The grace counts from `on` itself: a closed day
    or an outage at the first term's end does not lengthen the second (as EPO decision J 4/91 holds).
    """

    on: date
    opens: date
    last: LastDay
    grace: LastDay | None
    surcharge_percent: Decimal


def term_years(number: int, terms: Terms) -> tuple[int, int]:
    """After how many years term `number` (the first is 1) begins and ends; raises NoSuchTerm.

    The last term is cut short by the maximum.
    """
    begin = 0 if number == 1 else terms.first_years + (number - 2) * (terms.next_years or 0)
    end = terms.first_years + (number - 1) * (terms.next_years or 0)
    longest = terms.maximum_years
    is_beyond = longest is not None and begin >= longest
    if number < 1 or (number > 1 and terms.next_years is None) or is_beyond:
        raise NoSuchTerm(number, last_term(terms) or 0)
    return begin, end if longest is None else min(end, longest)


def last_term(terms: Terms) -> int | None:
    """The number of the last term; None when the right can be renewed for ever."""
    if terms.next_years is None:
        return 1
    if terms.maximum_years is None:
        return None
    return 1 - (terms.first_years - terms.maximum_years) // terms.next_years  # rounded up


def term_end(start: date, number: int, terms: Terms) -> date:
    """The last day of protection of term `number`, of terms that count from `start`; raises NoSuchTerm.

    No closed day moves it: it is the end of a right, not of a period for doing something.
    """
    return add_months(start, 12 * term_years(number, terms)[1])


def renewal(start: date, number: int, terms: Terms, days: OfficeDays) -> Due:
    """The renewal at the end of term `number`; raises NoSuchTerm when no term follows that one."""
    term_years(number + 1, terms)
    return _due(term_end(start, number, terms), terms, days)


def annuity(start: date, year: int, terms: Terms, days: OfficeDays) -> Due:
    """The annuity that keeps the right in force in its year `year`, due before that year begins; raises NoSuchTerm.

    Of a right whose terms count from 3 March 2026 the third year begins after 3 March 2028: there its annuity is due,
    or at the end of that March where the profile says so.
    """
    annuities, longest = terms.annuities, terms.maximum_years
    if longest is None and terms.next_years is None:
        longest = terms.first_years
    if annuities is None or year < annuities.from_year or (longest is not None and year > longest):
        raise NoSuchTerm(year, (longest or 0) if annuities else 0)
    anniversary = add_months(start, 12 * (year - 1))
    at_month_end = annuities.due is AnnuityDue.MONTH_END
    return _due(month_end(anniversary) if at_month_end else anniversary, terms, days, at_month_end=at_month_end)


def _due(on: date, terms: Terms, days: OfficeDays, *, at_month_end: bool = False) -> Due:
    """A fee that is due at a month's end has its window and its grace from month's end to month's end."""

    def moved(months: int) -> date:
        day = add_months(on, months)
        return month_end(day) if at_month_end else day

    grace = last_day(moved(terms.grace_months), days, Act.PAYMENT) if terms.grace_months else None
    return Due(on, moved(-terms.window_months), last_day(on, days, Act.PAYMENT), grace, terms.surcharge_percent)
