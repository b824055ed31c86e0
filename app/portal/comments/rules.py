"""What is true of comments: for how long an author may change one, and what a late withdrawal leaves. No database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

CHANGEABLE = timedelta(minutes=15)
"""For so long an author can change a comment, and withdraw it without a trace: others may have read it after that."""
LONGEST = 4000


class Written(Protocol):
    """What the rules look at in a comment."""

    author_id: int
    written_at: datetime
    withdrawn_at: datetime | None


def can_change(comment: Written, user_id: int, now: datetime) -> bool:
    """Whether this person may still write the comment anew."""
    is_fresh = now - comment.written_at <= CHANGEABLE
    return comment.author_id == user_id and comment.withdrawn_at is None and is_fresh


def is_hidden(comment: Written) -> bool:
    """Whether it was withdrawn while it was fresh. One that was withdrawn later stays, struck through."""
    return comment.withdrawn_at is not None and comment.withdrawn_at - comment.written_at <= CHANGEABLE
