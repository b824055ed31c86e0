"""Write and read the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import has_request_context, request
from flask_security import current_user
from sqlalchemy import func, or_, select
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


def origins(
    session: Session, event: str, since: datetime, subject_id: str, address: str | None
) -> list[tuple[str, str | None]]:
    """Subject and address of each entry of an event since an instant: of this subject, or from this address."""
    query = select(AuditEntry.subject_id, AuditEntry.address).where(
        AuditEntry.event == event,
        AuditEntry.at > since,
        or_(AuditEntry.subject_id == subject_id, AuditEntry.address == address),
    )
    return [(row.subject_id, row.address) for row in session.execute(query)]


def count(session: Session, event: str, since: datetime, subject: tuple[str, str]) -> int:
    """How many entries of an event about a subject there are since an instant."""
    query = select(func.count()).where(
        AuditEntry.event == event,
        AuditEntry.at > since,
        AuditEntry.subject_type == subject[0],
        AuditEntry.subject_id == subject[1],
    )
    return session.scalar(query) or 0
