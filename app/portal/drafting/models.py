"""Drafts: what an agent has typed and attached so far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, new_key, utc_now


class Draft(Base):
    """One application under way; `state` is open, filed or deleted, `shape` how its sections are kept (`upgrades`).

    A restricted one is open to its owner and members only. `sought` is what a search looks in: title and reference.
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
    is_restricted: Mapped[bool] = mapped_column(default=False)
    sought: Mapped[str] = mapped_column(String(500), default="")
    imported: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    sections: Mapped[list[DraftSection]] = relationship(
        order_by="DraftSection.name", lazy="selectin", cascade="save-update, merge, delete, delete-orphan"
    )
    documents: Mapped[list[DraftDocument]] = relationship(order_by="DraftDocument.id", lazy="selectin")
    owner: Mapped[Any] = relationship("User", viewonly=True)
    members: Mapped[list[DraftMember]] = relationship(order_by="DraftMember.added_at", cascade="all, delete-orphan")


class DraftMember(Base):
    """A person whom the owner chose, with their role; counts while the draft is restricted."""

    __tablename__ = "draft_members"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(12))
    added_at: Mapped[datetime] = mapped_column(default=utc_now)

    person: Mapped[Any] = relationship("User", viewonly=True)


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
    """A file that was received; one that was removed can come back.

    `state`: an accepted one is in the store under its content's hash; a waiting one is held there under `held_key`, the
    key of its upload, until it is examined; of a refused one nothing is left but `reasons` (rule, page and values),
    until it is dismissed.
    `rendering_of` is the hash of the original that it shows, `position` its number among its like ("design.view").
    """

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
    state: Mapped[str] = mapped_column(String(12), default="accepted")
    held_key: Mapped[str] = mapped_column(String(64), default="")
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    position: Mapped[str] = mapped_column(String(20), default="")
    rendering_of: Mapped[str] = mapped_column(String(128), default="")


class Upload(Base):
    """A file of which not everything has come yet; its bytes are under `id` where files arrive (tus: an upload).

    `modified` is the file's own time as the browser says it: with name and size it tells that a file is the same.
    """

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(CHAR(16), primary_key=True, default=new_key)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[str] = mapped_column(String(40), default="")
    position: Mapped[str] = mapped_column(String(20), default="")
    rendering_of: Mapped[str] = mapped_column(String(128), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DraftTemplate(Base):
    """What a firm begins its applications from again and again: sections without number, dates and payment."""

    __tablename__ = "draft_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    service: Mapped[str] = mapped_column(String(60))
    shape: Mapped[int]
    sections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    deleted_at: Mapped[datetime | None]

    saved_by: Mapped[Any] = relationship("User", viewonly=True)
