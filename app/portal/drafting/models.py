"""Drafts: what an agent has typed and attached so far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, new_key, utc_now


class Draft(Base):
    """One application under way; `state` is open, filed or deleted, `shape` how its sections are kept (`upgrades`).

    `imported` tells of the file that it was begun from, if it was (`portal.drafting.imported`).
    """

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(CHAR(16), primary_key=True, default=new_key)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    service: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(12), default="open")
    shape: Mapped[int] = mapped_column(default=1)
    imported: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    sections: Mapped[list[DraftSection]] = relationship(
        order_by="DraftSection.name", lazy="selectin", cascade="save-update, merge, delete, delete-orphan"
    )
    documents: Mapped[list[DraftDocument]] = relationship(order_by="DraftDocument.id", lazy="selectin")


class DraftSection(Base):
    """What was saved in one section; `version` counts the saves, so that a stale one is noticed.

    `page` is the open page that saved last: its own automatic save must not make its next one stale.
    """

    __tablename__ = "draft_sections"
    __table_args__ = (UniqueConstraint("draft_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"))
    name: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    page: Mapped[str] = mapped_column(String(16), default="")

    saved_by: Mapped[Any] = relationship("User", viewonly=True)


class DraftDocument(Base):
    """A file that was received, checked and stored under its content's hash; one that was removed can come back."""

    __tablename__ = "draft_documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(255))
    format: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha512: Mapped[str] = mapped_column(CHAR(128))
    pages: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    removed_at: Mapped[datetime | None]
