"""Quotes that were made of drafts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CHAR, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, utc_now


class FeeQuote(Base):
    """What an application would cost, promised up to `valid_until` (a date of the office, inclusive).

    `schedule` is the schedule that it was computed by, as it was then: a quote can be explained and tested whatever
    becomes of the profile. It outlives its draft, which may be cleared away.
    """

    __tablename__ = "fee_quotes"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    draft_id: Mapped[str] = mapped_column(CHAR(16), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    service: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    made_on: Mapped[date]
    valid_until: Mapped[date]
    schedule: Mapped[dict[str, Any]]
    fees: Mapped[dict[str, Any]]
