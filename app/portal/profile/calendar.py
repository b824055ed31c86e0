"""When the office is open, and how a reception date follows."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum

from portal.profile.base import Strict, Text


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Basis(StrEnum):
    """From which instant the reception date counts (deployment checklist OPS-04)."""

    SUBMISSION = "submission"
    PAYMENT = "payment"


class Holiday(Strict):
    date: date
    name: Text


class Calendar(Strict):
    closed_weekdays: list[Weekday]
    holidays: list[Holiday] = []


class ReceptionRule(Strict):
    """How the reception date follows from the instants of submission and payment."""

    counts_from: Basis = Basis.SUBMISSION
    next_working_day: bool = False
    cut_off: time = time(23, 59, 59)
