"""Write and read the audit trail."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry


def record(session: Session, event: str, subject: tuple[str, str] = ("", ""), **data: Any) -> AuditEntry:
    """Add an entry within the caller's transaction; actor and address come from the request, if there is one."""
    entry = AuditEntry(event=event, subject_type=subject[0], subject_id=subject[1], data=data)
    if has_request_context():
        entry.address = request.remote_addr
        entry.request_id = request.headers.get("X-Request-ID", "")[:64] or None
        if current_user and current_user.is_authenticated:
            entry.actor_id, entry.actor = current_user.id, current_user.email
    session.add(entry)
    return entry


def latest(session: Session, limit: int, event: str | None = None) -> list[AuditEntry]:
    """The newest entries first, of one event or of all."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if event:
        query = query.where(AuditEntry.event == event)
    return list(session.scalars(query))
