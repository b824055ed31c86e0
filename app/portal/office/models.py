"""What officers decided on a filing: at reception, and on the reduction that it claims."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, utc_now


class ReceptionDecision(Base):
    """An officer accepted a filing, or returned it for defects."""

    __tablename__ = "reception_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[str] = mapped_column(String(12))
    defects: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)


class DiscountReview(Base):
    """A reduction that a filing claims with its proof; `state` is waiting (for an officer), accepted or refused.

    `amount` is what it took off, `proof` the kind of document that proves it, `owed` what a refusal bills: worked out
    when the application was filed, so that no later change of the office's fees alters it (portal.fees.record).
    """

    __tablename__ = "discount_reviews"
    __table_args__ = (UniqueConstraint("filing_id", "code"), Index("ix_discount_reviews_queue", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, Any]]
    proof: Mapped[str] = mapped_column(String(60))
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CHAR(3))
    owed: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("bills.id"))
    opened_at: Mapped[datetime] = mapped_column(default=utc_now)


class DiscountDecision(Base):
    """What an officer decided on a reduction: accepted, refused, or reopened, which takes the one before it back."""

    __tablename__ = "discount_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("discount_reviews.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)
