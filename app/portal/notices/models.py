"""Notices in a person's inbox; the mail that goes with one leaves through the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, utc_now


class Notice(Base):
    """One notice to one person, worded when it is read, in the reader's language."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_inbox", "user_id", "created_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filings.id"))
    kind: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    read_at: Mapped[datetime | None]
