"""Links by which clients read a draft without an account, and what they answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, new_key, utc_now


class ApprovalRequest(Base):
    """A link to one draft, until a day or until it is revoked; `state` is the draft as it stood when it was made."""

    __tablename__ = "approval_requests"

    id: Mapped[str] = mapped_column(CHAR(16), primary_key=True, default=new_key)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    client: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(Text, default="")
    may_download: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    fingerprint: Mapped[str] = mapped_column(CHAR(64))
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)

    asked_by: Mapped[Any] = relationship("User", viewonly=True)
    answers: Mapped[list[ApprovalAnswer]] = relationship(order_by="ApprovalAnswer.id", lazy="selectin", viewonly=True)


class ApprovalAnswer(Base):
    """What a client answered, from which address, and about what: the `fingerprint` and `state` that they read."""

    __tablename__ = "approval_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("approval_requests.id", ondelete="CASCADE"), index=True)
    is_approved: Mapped[bool]
    name: Mapped[str] = mapped_column(String(200))
    comment: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime] = mapped_column(default=utc_now)
    address: Mapped[str | None] = mapped_column(String(45))
    fingerprint: Mapped[str] = mapped_column(CHAR(64))
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
