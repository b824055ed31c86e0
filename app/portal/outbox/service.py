"""Put effects into the outbox; the worker delivers them (`portal.outbox.worker`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.outbox.models import OutboxRow


def enqueue(session: Session, kind: str, key: str, **payload: Any) -> OutboxRow:
    """Add an effect within the caller's transaction; `key` is unique for ever, so that a repeat is refused."""
    row = OutboxRow(kind=kind, key=key, payload=payload)
    session.add(row)
    return row
