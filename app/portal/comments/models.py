"""What the members of a team write to each other about a draft. It is no part of what is filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, utc_now


class Comment(Base):
    """One comment on a section, or on the whole draft (`section` is empty); it goes when the draft is purged."""

    __tablename__ = "draft_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    section: Mapped[str] = mapped_column(String(60), default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=utc_now)
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    author: Mapped[Any] = relationship("User", viewonly=True, foreign_keys=[author_id])
    resolved_by: Mapped[Any] = relationship("User", viewonly=True, foreign_keys=[resolved_by_id])
