"""A firm's address book, and what waits to be imported into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, new_key, utc_now


class Address(Base):
    """A person or organisation, with the fields of a party. A draft holds a copy: nothing here changes it later.

    `sort` orders the list, `sought` is what a search looks in; both are folded (`portal.web.texts.folded`).
    """

    __tablename__ = "addresses"
    __table_args__ = (Index("ix_addresses_list", "firm_id", "sort", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(300))
    street: Mapped[str] = mapped_column(String(300), default="")
    city: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(30), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    sort: Mapped[str] = mapped_column(String(120))
    sought: Mapped[str] = mapped_column(String(1000))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    deleted_at: Mapped[datetime | None]

    changed_by: Mapped[Any] = relationship("User", viewonly=True)


class AddressImport(Base):
    """A file that was read without a fault, until the person has seen what it holds and says yes."""

    __tablename__ = "address_imports"

    id: Mapped[str] = mapped_column(CHAR(16), primary_key=True, default=new_key)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
