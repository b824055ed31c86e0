"""Filings: the index over the packages, which are the filings themselves."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class NumberSeries(Base):
    """The last serial given out, by type of right and year; its row is the lock under which a number is allotted."""

    __tablename__ = "number_series"

    number_type: Mapped[str] = mapped_column(CHAR(2), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_serial: Mapped[int] = mapped_column(default=0)


class Filing(Base):
    """A filing that was acknowledged; `state` is received, accepted or returned."""

    __tablename__ = "filings"
    __table_args__ = (
        Index("ix_filings_docket", "firm_id", "received_at", "id"),
        Index("ix_filings_queue", "state", "received_at", "id"),
        Index("ix_filings_archive", "archive_due_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), unique=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    service: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    applicant: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default="received")
    received_at: Mapped[datetime]
    reception_date: Mapped[date | None]
    reception: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How the reception date came about: what `portal.calendar.rules.Reception.as_dict` wrote."""
    manifest_sha512: Mapped[str] = mapped_column(CHAR(128))
    fee_total: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CHAR(3))
    receipt_sha512: Mapped[str | None] = mapped_column(CHAR(128))
    receipt_issued_at: Mapped[datetime | None]
    archive_due_at: Mapped[datetime | None]
    """When the receipt's archive timestamp is to be renewed; None for one that was never stamped."""
    reception_notice_sha512: Mapped[str | None] = mapped_column(CHAR(128))
    """The signed notice of a reception date that followed from the payment."""


class ReceiptArchive(Base):
    """A receipt with one more archive timestamp: an object of its own, of which the receipt as issued is a prefix."""

    __tablename__ = "receipt_archives"
    __table_args__ = (UniqueConstraint("filing_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"))
    sequence: Mapped[int]
    sha512: Mapped[str] = mapped_column(CHAR(128))
    stamped_at: Mapped[datetime]
