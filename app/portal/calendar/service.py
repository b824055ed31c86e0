"""The office's days as they are now, and what happens to them: closures and outages, recorded and withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.audit.service import record
from portal.calendar.days import FURTHEST, NeverOpen, OfficeDays, Outage, System
from portal.calendar.models import Closure, OutageRecord
from portal.context import profile
from portal.db import db, transaction, utc_now
from portal.profile.holidays import OfficeHolidays
from portal.profile.model import OutageRule

if TYPE_CHECKING:
    from portal.accounts.models import User

LONGEST_CLOSURE = 92
"""Days: an office that closes for a quarter of a year changes its law, not its calendar."""
LONGEST_OUTAGE = timedelta(days=31)

Row = TypeVar("Row", Closure, OutageRecord)
Texts = Mapping[str, str]


class NotPossible(ValueError):
    """The closure or the outage cannot be recorded: with it the office would not open for a year."""


def office_days(branch: str | None = None) -> OfficeDays:
    """The days of the office, or of a branch: the profile's, with the closures and outages that are in force now."""
    here, rule = profile(), profile().calendar.outages
    of_days = Closure.branch.is_(None) | (Closure.branch == branch)
    shut = db.session.scalars(select(Closure).where(Closure.withdrawn_at.is_(None), of_days))
    out = db.session.scalars(select(OutageRecord).where(OutageRecord.withdrawn_at.is_(None)))
    return replace(
        OfficeDays.of(here, branch),
        closures={day: row.reason for row in shut for day in _days(row.first_day, row.last_day)},
        outages=tuple(_outage(row) for row in out if extends_terms(row, rule)),
    )


def extends_terms(outage: OutageRecord, rule: OutageRule) -> bool:
    """Whether an outage extends the terms that end in it, by the office's rule."""
    is_long = outage.ends_at - outage.begins_at >= timedelta(minutes=rule.announced_from_minutes)
    return rule.extend_terms and (is_long or not outage.announced)


def record_closure(key: str, branch: str | None, first_day: date, last_day: date, reason: Texts, user: User) -> Closure:
    """Record that the office, or a branch, is closed on these days; the same `key` again changes nothing.

    Raises ValueError when the days are none, too many, or the branch is unknown, and NotPossible when no open day would
    be left within a year.
    """
    known = {one.code for one in profile().branches}
    if not 0 <= (last_day - first_day).days < LONGEST_CLOSURE or (branch is not None and branch not in known):
        raise ValueError(f"{branch} from {first_day} to {last_day} is no closure")
    try:
        return _record_closure(key, branch, first_day, last_day, reason, user)
    except IntegrityError:  # the same form, sent twice at once
        return _record_closure(key, branch, first_day, last_day, reason, user)


@transaction
def _record_closure(
    session: Session, key: str, branch: str | None, first_day: date, last_day: date, reason: Texts, user: User
) -> Closure:
    if known := session.scalar(select(Closure).where(Closure.key == key)):
        return known
    closure = Closure(
        key=key,
        branch=branch,
        first_day=first_day,
        last_day=last_day,
        reason=dict(reason),
        recorded_at=utc_now(),
        recorded_by_id=user.id,
    )
    session.add(closure)
    session.flush()
    _must_open(branch, first_day)
    record(
        session,
        "closure-recorded",
        ("closure", str(closure.id)),
        branch=branch,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
        reason=dict(reason),
    )
    return closure


def record_outage(
    key: str, system: System, begins_at: datetime, ends_at: datetime, announced: bool, reason: Texts, user: User
) -> OutageRecord:
    """Record that a system was out between two aware instants; the same `key` again changes nothing.

    Raises ValueError when it ends before it begins or lasts longer than a month.
    """
    if not timedelta(0) < ends_at - begins_at <= LONGEST_OUTAGE:
        raise ValueError(f"from {begins_at} to {ends_at} is no outage")
    try:
        return _record_outage(key, system, begins_at, ends_at, announced, reason, user)
    except IntegrityError:
        return _record_outage(key, system, begins_at, ends_at, announced, reason, user)


@transaction
def _record_outage(
    session: Session,
    key: str,
    system: System,
    begins_at: datetime,
    ends_at: datetime,
    announced: bool,
    reason: Texts,
    user: User,
) -> OutageRecord:
    if known := session.scalar(select(OutageRecord).where(OutageRecord.key == key)):
        return known
    outage = OutageRecord(
        key=key,
        system=system.value,
        begins_at=begins_at,
        ends_at=ends_at,
        announced=announced,
        reason=dict(reason),
        recorded_at=utc_now(),
        recorded_by_id=user.id,
    )
    session.add(outage)
    session.flush()
    record(
        session,
        "outage-recorded",
        ("outage", str(outage.id)),
        system=system.value,
        begins_at=begins_at.isoformat(),
        ends_at=ends_at.isoformat(),
        announced=announced,
        reason=dict(reason),
    )
    return outage


@transaction
def withdraw_closure(session: Session, closure_id: int, user: User) -> Closure:
    """Take a closure back: its days are open again, and it stays on record. Raises LookupError; a repeat is quiet."""
    return _withdraw(session, Closure, closure_id, "closure", user)


@transaction
def withdraw_outage(session: Session, outage_id: int, user: User) -> OutageRecord:
    """Take an outage back: it extends no term any more, and it stays on record. Raises LookupError."""
    return _withdraw(session, OutageRecord, outage_id, "outage", user)


def _withdraw(session: Session, kind: type[Row], row_id: int, name: str, user: User) -> Row:
    row = session.get(kind, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise LookupError(f"there is no {name} {row_id}")
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by_id = utc_now(), user.id
        record(session, f"{name}-withdrawn", (name, str(row.id)))
    return row


def closures(offset: int, limit: int) -> list[Closure]:
    """The closures that were recorded, withdrawn or not, the latest days first."""
    query = select(Closure).order_by(Closure.first_day.desc(), Closure.id.desc())
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def outages(offset: int, limit: int) -> list[OutageRecord]:
    """The outages that were recorded, withdrawn or not, the latest first."""
    query = select(OutageRecord).order_by(OutageRecord.begins_at.desc(), OutageRecord.id.desc())
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def closure(closure_id: int) -> Closure | None:
    """The closure of this number."""
    return db.session.get(Closure, closure_id)


def outage(outage_id: int) -> OutageRecord | None:
    """The outage of this number."""
    return db.session.get(OutageRecord, outage_id)


def people(rows: Iterable[Closure | OutageRecord]) -> dict[int, str]:
    """The names of those who recorded and withdrew these, by their numbers."""
    numbers = {number for row in rows for number in (row.recorded_by_id, row.withdrawn_by_id) if number is not None}
    return {number: person.name for number in numbers if (person := accounts.find(number))}


@dataclass(frozen=True)
class Year:
    """What keeps the office closed in a year, and what its systems were out: as the public page tells it.

    A holiday is its day, its name, and the branch that alone keeps it (None for all of the office).
    """

    holidays: list[tuple[date, Texts, str | None]]
    closures: list[Closure]
    outages: list[tuple[OutageRecord, bool]]
    """Each with whether it extends terms."""


def year_of(year: int) -> Year:
    """The holidays, closures and outages of a year of the office, without what was withdrawn."""
    here = profile()
    first, last = date(year, 1, 1), date(year, 12, 31)
    begin = datetime.combine(first, time.min, here.office.zone)
    end = datetime.combine(date(year + 1, 1, 1), time.min, here.office.zone)
    of_year = (Closure.withdrawn_at.is_(None), Closure.first_day <= last, Closure.last_day >= first)
    out = (OutageRecord.withdrawn_at.is_(None), OutageRecord.begins_at < end, OutageRecord.ends_at > begin)
    return Year(
        _holidays_of(year),
        list(db.session.scalars(select(Closure).where(*of_year).order_by(Closure.first_day, Closure.id))),
        [
            (row, extends_terms(row, here.calendar.outages))
            for row in db.session.scalars(select(OutageRecord).where(*out).order_by(OutageRecord.begins_at))
        ],
    )


def _holidays_of(year: int) -> list[tuple[date, Texts, str | None]]:
    here = profile()

    def of(branch: str | None) -> dict[date, dict[str, str]]:
        return OfficeHolidays(here.calendar, here.office.languages, branch).of_year(year)

    everywhere = of(None)
    found: list[tuple[date, Texts, str | None]] = [(day, name, None) for day, name in everywhere.items()]
    for branch in here.branches:
        own = ((day, name, branch.code) for day, name in of(branch.code).items() if everywhere.get(day) != name)
        found += own
    return sorted(found, key=lambda one: (one[0], one[2] or ""))


def _outage(row: OutageRecord) -> Outage:
    return Outage(row.begins_at, row.ends_at, System(row.system), row.reason)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _must_open(branch: str | None, day: date) -> None:
    """Refuse a calendar that has no open day within a year of `day`: no date could be given any more."""
    concerned = [branch] if branch else [None, *(one.code for one in profile().branches)]
    for one in concerned:
        days, start = office_days(one), day
        while days.is_closed(start - timedelta(days=1)) and (day - start).days <= FURTHEST:
            start -= timedelta(days=1)
        try:
            days.roll(start)
        except NeverOpen as error:
            raise NotPossible(str(error)) from error
