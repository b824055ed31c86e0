"""When the office is open, when a filing counts as received, and when a period ends."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from portal.profile.model import Basis, Profile, ReceptionRule, Weekday

FURTHEST = 366
"""An office that is closed for longer than this many days has a calendar that cannot be meant."""


class NotYetReceived(Exception):
    """The filing has no reception date yet; `waiting_for` says for what."""

    def __init__(self, waiting_for: str) -> None:
        self.waiting_for = waiting_for
        super().__init__(f"the reception date waits for the {waiting_for}")


class NeverOpen(ValueError):
    """No open day within a year: every weekday is closed, or the holidays are wrong."""


@dataclass(frozen=True)
class OfficeDays:
    """The office's days: its zone, the weekdays on which it is closed (Monday is 0), its holidays."""

    zone: ZoneInfo
    closed_weekdays: frozenset[int]
    holidays: frozenset[date]

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """The days as the office's profile gives them."""
        weekdays = list(Weekday)
        return cls(
            profile.office.zone,
            frozenset(weekdays.index(day) for day in profile.calendar.closed_weekdays),
            frozenset(holiday.date for holiday in profile.calendar.holidays),
        )

    def is_closed(self, day: date) -> bool:
        return day.weekday() in self.closed_weekdays or day in self.holidays

    def next_open(self, day: date) -> date:
        """The first open day after `day`; raises NeverOpen."""
        for ahead in range(1, FURTHEST + 1):
            if not self.is_closed(later := day + timedelta(days=ahead)):
                return later
        raise NeverOpen(f"the calendar has no open day within a year after {day}")

    def roll(self, day: date) -> date:
        """`day` itself when the office is open on it, else the next open day (PCT Rule 80.5)."""
        return self.next_open(day) if self.is_closed(day) else day

    def today(self, now: datetime) -> date:
        """The office's date at an aware instant (PCT Rule 80.4)."""
        return now.astimezone(self.zone).date()


def reception_date(received: datetime, paid: datetime | None, rule: ReceptionRule, days: OfficeDays) -> date:
    """The date on which the office is taken to have received a filing.

    `received` and `paid` are aware UTC instants; the answer is a date of the office's own time zone. The second of the
    cut-off itself still counts for its day. Raises NotYetReceived under the payment rule while nothing is paid.
    Source: deployment checklist OPS-04; PCT Rule 80.4 and 80.5 for the locality and closed days.
    """
    moment = received if rule.counts_from is Basis.SUBMISSION else paid
    if moment is None:
        raise NotYetReceived("payment")
    local = moment.astimezone(days.zone)
    day, second = local.date(), local.time().replace(microsecond=0)
    if rule.next_working_day and (days.is_closed(day) or second > rule.cut_off):
        return days.next_open(day)
    return day


def add_months(day: date, months: int) -> date:
    """The same-numbered day so many months later, else that month's last day (PCT Rule 80.2)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period_end(start: date, days: OfficeDays, *, years: int = 0, months: int = 0, count: int = 0) -> date:
    """The last day of a period of years, months or `count` days that begins on the day after `start`.

    A last day on which the office is closed rolls to the next open one. Source: PCT Rule 80.1 to 80.3 and 80.5.
    """
    return days.roll(add_months(start, years * 12 + months) + timedelta(days=count))


def priority_end(first_filing: date, months: int, days: OfficeDays) -> date:
    """The last day on which priority of a first filing can be claimed (Paris Convention 4C(1) to (3))."""
    return period_end(first_filing, days, months=months)


def keeps_priority(first_filing: date, filed: date, months: int, days: OfficeDays) -> bool:
    """Whether an application filed on `filed` may claim the priority of one that was filed earlier."""
    return first_filing <= filed <= priority_end(first_filing, months, days)
