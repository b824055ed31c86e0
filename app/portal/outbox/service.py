"""Put effects into the outbox, claim them, and settle them; the worker delivers them (`portal.outbox.worker`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from portal.db import db, transaction, utc_now
from portal.outbox.models import OutboxRow
from portal.outbox.rules import LEASE, wait_after


@dataclass(frozen=True)
class Claimed:
    """An effect that this worker alone may try until its lease ends."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True)
class Backlog:
    """What waits: how many effects, since when the oldest, and how many of them failed at least once."""

    waiting: int
    oldest: datetime | None
    failing: int


def enqueue(session: Session, kind: str, key: str, **payload: Any) -> OutboxRow:
    """Add an effect within the caller's transaction; `key` is unique for ever, so that a repeat is refused."""
    row = OutboxRow(kind=kind, key=key, payload=payload)
    session.add(row)
    return row


def known(session: Session, key: str) -> bool:
    """Whether an effect of this key was ever put in, delivered or not."""
    return session.scalar(select(OutboxRow.id).where(OutboxRow.key == key)) is not None


def postpone(row: OutboxRow, by: timedelta) -> None:
    """Let the worker leave a new effect alone for a while: whoever enqueued it tries it first."""
    row.due_at = utc_now() + by


def settle(session: Session, key: str) -> None:
    """Mark an effect as done within the transaction that records its outcome; done before, it stays so."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.key == key, OutboxRow.delivered_at.is_(None))
        .values(delivered_at=utc_now(), last_error=None, claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


@transaction
def claim(session: Session, worker: str, limit: int) -> list[Claimed]:
    """Take effects that are due, oldest first; the claim is committed before any effect begins."""
    now = utc_now()
    rows = session.scalars(
        select(OutboxRow)
        .where(
            OutboxRow.delivered_at.is_(None),
            OutboxRow.due_at <= now,
            or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now),
        )
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.claimed_by, row.claimed_until, row.attempts = worker, now + LEASE, row.attempts + 1
    return [Claimed(row.id, row.kind, row.key, row.payload, row.attempts) for row in rows]


@transaction
def delivered(session: Session, row: Claimed) -> None:
    """The effect happened."""
    settle(session, row.key)


@transaction
def failed(session: Session, row: Claimed, worker: str, error: str, wait: timedelta | None = None) -> None:
    """The effect did not happen: it is due again after a wait, unless another worker has it by now."""
    values = {
        "due_at": utc_now() + (wait or wait_after(row.attempts)),
        "claimed_by": None,
        "claimed_until": None,
        "last_error": error[:2000],
    }
    _mine(session, row, worker, values)


@transaction
def release(session: Session, row: Claimed, worker: str) -> None:
    """Give an effect back that was claimed and not begun."""
    _mine(session, row, worker, {"claimed_by": None, "claimed_until": None, "attempts": row.attempts - 1})


@transaction
def take_back(session: Session, is_dead: Callable[[str], bool]) -> int:
    """Free what workers hold that are known to be dead (`is_dead` says so of a name), and say how many effects.

    Without it an effect waits for its lease to end before it is tried again.
    """
    rows = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.delivered_at.is_(None), OutboxRow.claimed_by.is_not(None))
        .with_for_update(skip_locked=True)
    ).all()
    dead = [row for row in rows if row.claimed_by and is_dead(row.claimed_by)]
    for row in dead:
        row.claimed_by = row.claimed_until = None
    return len(dead)


def backlog() -> Backlog:
    """What waits in the outbox now."""
    query = select(func.count(OutboxRow.id), func.min(OutboxRow.created_at), func.count(OutboxRow.last_error)).where(
        OutboxRow.delivered_at.is_(None)
    )
    waiting, oldest, failing = db.session.execute(query).one()
    return Backlog(waiting, oldest, failing)


def _mine(session: Session, row: Claimed, worker: str, values: dict[str, Any]) -> None:
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.claimed_by == worker, OutboxRow.delivered_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
