"""Bills, their items, and the payments that settle them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, utc_now


class Bill(Base):
    """What is owed for a filing; `state` is due, paid or cancelled. The items add up to the total.

    `kind` is fees, for the bill that comes with the filing, or balance, for what a refused reduction had taken off;
    `note` says then why. `basis` is by what the fees were computed (portal.fees.record).
    """

    __tablename__ = "bills"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default="fees")
    state: Mapped[str] = mapped_column(String(12), default="due", index=True)
    total: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CHAR(3))
    issued_at: Mapped[datetime] = mapped_column(default=utc_now)
    due_on: Mapped[date]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[dict[str, Any]] = mapped_column(default=dict)

    items: Mapped[list[BillItem]] = relationship(order_by="BillItem.position", lazy="selectin")


class BillItem(Base):
    """One line of a bill, worded in each of the office's languages; `why` is its reason (portal.fees.record)."""

    __tablename__ = "bill_items"

    bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, Any]]
    quantity: Mapped[int]
    unit_amount: Mapped[Decimal]
    amount: Mapped[Decimal]
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Payment(Base):
    """Money that came in, known by its driver and that driver's transaction; a repeat changes nothing."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("driver", "transaction"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), index=True)
    driver: Mapped[str] = mapped_column(String(40))
    transaction: Mapped[str] = mapped_column(String(100))
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CHAR(3))
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
