"""When a filing counts as received, and when a period ends: with all that led there."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from portal.calendar.days import FURTHEST, Act, Closed, Kind, NeverOpen, OfficeDays, Outage
from portal.profile.model import Basis, ReceptionRule

__all__ = [
    "Act", "LastDay", "NeverOpen", "NotYetReceived", "OfficeDays", "Reception", "add_months", "keeps_priority",
    "last_day", "period", "period_end", "priority", "priority_end", "reception", "reception_date", "restoration",
]  # fmt: skip


class NotYetReceived(Exception):
    """The filing has no reception date yet; `waiting_for` says for what."""

    def __init__(self, waiting_for: str) -> None:
        self.waiting_for = waiting_for
        super().__init__(f"the reception date waits for the {waiting_for}")


@dataclass(frozen=True)
class Reception:
    """How a filing's reception date came about: the rule that was applied, and the instants that it was applied to.

    `date` is None while the rule waits for a payment. `passed` are the closed days between the instant that counts and
    the date. All of it stands in the filing's manifest, so that a receipt can be explained when the profile is another.
    """

    rule: ReceptionRule
    zone: str
    submitted_at: datetime
    paid_at: datetime | None
    date: date | None
    passed: tuple[Closed, ...] = ()

    @property
    def counted_at(self) -> datetime | None:
        """The instant that counts; None while it is still to come.

        A filing that waits for its payment is complete when both are there: a payment that was made before the
        submission, or was stamped by a server whose clock is behind, gives no earlier date than the submission.
        """
        if self.rule.counts_from is Basis.SUBMISSION:
            return self.submitted_at
        return max(self.submitted_at, self.paid_at) if self.paid_at else None

    @property
    def local(self) -> datetime | None:
        """The instant that counts, on the office's clock (PCT Rule 80.4)."""
        counted = self.counted_at
        return counted.astimezone(ZoneInfo(self.zone)) if counted else None

    @property
    def is_late(self) -> bool:
        """Whether it came after the cut-off of its day. The second of the cut-off itself is in time."""
        local = self.local
        return local is not None and local.time().replace(microsecond=0) > self.rule.cut_off

    def as_dict(self) -> dict[str, Any]:
        """As manifests write it: dates and times in ISO 8601, instants in UTC with microseconds."""
        return {
            "date": self.date.isoformat() if self.date else None,
            "counts_from": str(self.rule.counts_from),
            "next_working_day": self.rule.next_working_day,
            "cut_off": self.rule.cut_off.isoformat(),
            "time_zone": self.zone,
            "submitted_at": _instant(self.submitted_at),
            "paid_at": _instant(self.paid_at) if self.paid_at else None,
            "passed": [
                {"day": closed.day.isoformat(), "kind": str(closed.kind), "name": dict(closed.name)}
                for closed in self.passed
            ],
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Self:
        """What `as_dict` wrote; raises KeyError or ValueError when it is none."""
        return cls(
            rule=ReceptionRule(
                counts_from=Basis(written["counts_from"]),
                next_working_day=written["next_working_day"],
                cut_off=time.fromisoformat(written["cut_off"]),
            ),
            zone=written["time_zone"],
            submitted_at=datetime.fromisoformat(written["submitted_at"]),
            paid_at=datetime.fromisoformat(written["paid_at"]) if written["paid_at"] else None,
            date=date.fromisoformat(written["date"]) if written["date"] else None,
            passed=tuple(
                Closed(date.fromisoformat(one["day"]), Kind(one["kind"]), one["name"]) for one in written["passed"]
            ),
        )


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def reception(submitted: datetime, paid: datetime | None, rule: ReceptionRule, days: OfficeDays) -> Reception:
    """The reception of a filing that was submitted and paid at these aware instants; its date may still be to come.

    The date is one of the office's own time zone. A later submission or a later payment never gives an earlier date.
    Source: deployment checklist OPS-04; PCT Rule 80.4 and 80.5 for the locality and closed days.
    """
    open_question = Reception(rule, days.zone.key, submitted, paid, None)
    local = open_question.local
    if local is None:
        return open_question
    day = local.date()
    if not rule.next_working_day or not (open_question.is_late or days.is_closed(day)):
        return replace(open_question, date=day)
    first = day if days.is_closed(day) else day + timedelta(days=1)
    passed = tuple(days.closed_from(first))
    return replace(open_question, date=first + timedelta(days=len(passed)), passed=passed)


def reception_date(received: datetime, paid: datetime | None, rule: ReceptionRule, days: OfficeDays) -> date:
    """The date of `reception`; raises NotYetReceived under the payment rule while nothing is paid."""
    found = reception(received, paid, rule, days).date
    if found is None:
        raise NotYetReceived("payment")
    return found


def add_months(day: date, months: int) -> date:
    """The same-numbered day so many months later, else that month's last day (PCT Rule 80.2).

    Raises OverflowError where no calendar has such a year.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(f"{months} months from {day} is beyond every calendar")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class LastDay:
    """The last day of a term: as it was counted, as it is, and in order what moved it from the one to the other."""

    counted: date
    day: date
    because: tuple[Closed | Outage, ...] = ()


def last_day(counted: date, days: OfficeDays, act: Act = Act.FILING) -> LastDay:
    """The day until which an act is in time whose term was counted to end on `counted`; raises NeverOpen.

    A closed day rolls to the next open one (PCT Rule 80.5). A day on which the system that the act needs was out, at
    any moment, is none on which it could be done: the term ends on the next open day after the outage (PCT Rule
    82quater.2; EPO Guidelines E-VIII 1.6.2), and so on if that one is such a day again.
    """
    day, because = counted, list[Closed | Outage]()
    while day - counted <= timedelta(days=FURTHEST):
        if closed := days.closed(day):
            because.append(closed)
            day += timedelta(days=1)
        elif outage := days.outage_on(day, act):
            because.append(outage)
            day = outage.days(days.zone)[1] + timedelta(days=1)
        else:
            return LastDay(counted, day, tuple(because))
    raise NeverOpen(f"the calendar has no day within a year from {counted} on which this could be done")


def period(
    start: date, days: OfficeDays, *, years: int = 0, months: int = 0, count: int = 0, act: Act = Act.FILING
) -> LastDay:
    """The last day of a period of years, months or `count` days that begins on the day after `start`.

    Source: PCT Rule 80.1 to 80.3, and `last_day`.
    """
    return last_day(add_months(start, years * 12 + months) + timedelta(days=count), days, act)


def period_end(
    start: date, days: OfficeDays, *, years: int = 0, months: int = 0, count: int = 0, act: Act = Act.FILING
) -> date:
    """The day of `period`."""
    return period(start, days, years=years, months=months, count=count, act=act).day


def priority(first_filing: date, months: int, days: OfficeDays) -> LastDay:
    """The last day on which priority of a first filing can be claimed (Paris Convention 4C(1) to (3))."""
    return period(first_filing, days, months=months)


def priority_end(first_filing: date, months: int, days: OfficeDays) -> date:
    """The day of `priority`."""
    return priority(first_filing, months, days).day


def restoration(first_filing: date, months: int, restored_within: int, days: OfficeDays) -> LastDay:
    """The last day on which an application may ask for the right of priority to be restored.

    It counts from the day on which the priority period expired, as closed days and outages moved it (PCT Rule
    26bis.3(a); Rule 2.4(b) applies Rule 80.5 to the priority period).
    """
    return period(priority_end(first_filing, months, days), days, months=restored_within)


def keeps_priority(first_filing: date, filed: date, months: int, days: OfficeDays) -> bool:
    """Whether an application filed on `filed` may claim the priority of one that was filed earlier."""
    return first_filing <= filed <= priority_end(first_filing, months, days)
