"""What the calendar learns day by day: closures, and outages. A row is withdrawn, never erased."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, utc_now


class Closure(Base):
    """Whole days on which the office, or one of its branches, is closed; `reason` is in the office's languages.

    `key` is that of the form that recorded it: the same form sent twice is one closure.
    """

    __tablename__ = "closures"
    __table_args__ = (Index("ix_closures_days", "first_day", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    branch: Mapped[str | None] = mapped_column(String(60))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class OutageRecord(Base):
    """A time in which the portal or payment was out, from `begins_at` until just before `ends_at`.

    `announced` says that its users were told beforehand; `system` is one of `calendar.days.System`.
    """

    __tablename__ = "outages"
    __table_args__ = (Index("ix_outages_times", "begins_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    system: Mapped[str] = mapped_column(String(12))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    announced: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
