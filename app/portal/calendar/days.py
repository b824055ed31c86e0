"""The office's days: on which it is closed and why, and when its systems were out. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from portal.profile.holidays import OfficeHolidays
from portal.profile.model import Profile, Weekday

FURTHEST = 366
"""An office that is closed for longer than this many days has a calendar that cannot be meant."""


class NeverOpen(ValueError):
    """No open day within a year: every weekday is closed, or the holidays and closures are wrong."""


class NoSuchTime(ValueError):
    """A time that the office's clocks never show: they were put forward over it."""


class Act(StrEnum):
    """What must be done by the last day of a term."""

    FILING = "filing"
    PAYMENT = "payment"


class System(StrEnum):
    """What was out. Without the portal nothing can be done; without payment nothing can be paid."""

    PORTAL = "portal"
    PAYMENT = "payment"


class Kind(StrEnum):
    """Why a day is closed."""

    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


@dataclass(frozen=True)
class Closed:
    """A closed day and why; `name` is what it is called in the office's languages, empty for a weekday."""

    day: date
    kind: Kind
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outage:
    """A time in which a system was out, from `begin` until just before `end` (aware instants)."""

    begin: datetime
    end: datetime
    system: System
    reason: Mapping[str, str] = field(default_factory=dict)

    def hinders(self, act: Act) -> bool:
        """Whether this could not be done while it lasted."""
        return self.system is System.PORTAL or act is Act.PAYMENT

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        """The first and the last of the office's days that it touched."""
        last = self.end - timedelta(microseconds=1)
        return self.begin.astimezone(zone).date(), last.astimezone(zone).date()


class Holidays(Protocol):
    """Holidays by day: their names in the office's languages, None on any other day."""

    def get(self, day: date, /) -> Mapping[str, str] | None: ...


@dataclass(frozen=True)
class OfficeDays:
    """The days of the office, or of one of its branches.

    `closed_weekdays` count from Monday, which is 0. `closures` are whole days, by day with their reasons; `outages` are
    those alone that extend terms by the office's rule. Both are recorded on screen: `calendar.service.office_days`
    reads them, `of` knows the profile alone.
    """

    zone: ZoneInfo
    closed_weekdays: frozenset[int]
    holidays: Holidays
    closures: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    outages: tuple[Outage, ...] = ()

    @classmethod
    def of(cls, profile: Profile, branch: str | None = None) -> Self:
        """The days as the office's profile gives them, without the closures and outages that were recorded."""
        weekdays = list(Weekday)
        return cls(
            profile.office.zone,
            frozenset(weekdays.index(day) for day in profile.calendar.closed_weekdays),
            OfficeHolidays(profile.calendar, profile.office.languages, branch),
        )

    def closed(self, day: date) -> Closed | None:
        """Why the office is closed on this day; None when it is open."""
        if (name := self.holidays.get(day)) is not None:
            return Closed(day, Kind.HOLIDAY, name)
        if (reason := self.closures.get(day)) is not None:
            return Closed(day, Kind.CLOSURE, reason)
        return Closed(day, Kind.WEEKDAY) if day.weekday() in self.closed_weekdays else None

    def is_closed(self, day: date) -> bool:
        return self.closed(day) is not None

    def closed_from(self, day: date) -> Iterator[Closed]:
        """The closed days from `day` on, up to the next open one; raises NeverOpen."""
        for ahead in range(FURTHEST + 1):
            closed = self.closed(day + timedelta(days=ahead))
            if closed is None:
                return
            yield closed
        raise NeverOpen(f"the calendar has no open day within a year from {day}")

    def next_open(self, day: date) -> date:
        """The first open day after `day`; raises NeverOpen."""
        return self.roll(day + timedelta(days=1))

    def roll(self, day: date) -> date:
        """`day` itself when the office is open on it, else the next open day (PCT Rule 80.5); raises NeverOpen."""
        return day + timedelta(days=sum(1 for _closed in self.closed_from(day)))

    def outage_on(self, day: date, act: Act) -> Outage | None:
        """The outage on this day that hindered the act; of several the one that lasted longest into other days."""
        found = []
        for outage in self.outages:
            first, last = outage.days(self.zone)
            if outage.hinders(act) and first <= day <= last:
                found.append(outage)
        return max(found, key=lambda outage: outage.end, default=None)

    def today(self, now: datetime) -> date:
        """The office's date at an aware instant (PCT Rule 80.4)."""
        return now.astimezone(self.zone).date()


def at_office(day: date, clock: time, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """The instant (in UTC) at which the office's clocks show this time; raises NoSuchTime.

    Where they show it twice, because they were put back, it is the first time, or with `later` the second.
    """
    shown = datetime.combine(day, clock, zone).replace(fold=int(later))
    found = shown.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != shown.replace(tzinfo=None):
        raise NoSuchTime(f"no clock in {zone.key} showed {clock} on {day}")
    return found
