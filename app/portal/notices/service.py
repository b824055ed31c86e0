"""What happens to notices: sent with a mail, listed in the inbox, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import g, has_request_context
from flask_security import current_user
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.db import db, transaction, utc_now
from portal.notices.models import Notice
from portal.notices.rules import Kind
from portal.outbox.service import enqueue

if TYPE_CHECKING:
    from portal.accounts.models import User

PAGE = 20


@dataclass(frozen=True)
class InboxRow:
    """One notice as the inbox lists it; `kind` and `params` become words in the reader's language."""

    id: int
    kind: str
    params: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


def notify(session: Session, user_id: int, kind: str, filing_id: int | None, **params: Any) -> Notice:
    """Put a notice into a person's inbox, and its mail into the outbox, within the caller's transaction.

    `draft` among the params is the id of the draft that a notice is about. The mail's payload is `notice` (its id),
    `to`, `locale`, `notice_kind` and `params`; `portal.notices.mail` words it. Raises ValueError for a kind that has
    no words.
    """
    user, notice = _put(session, user_id, kind, filing_id, params)
    enqueue(
        session,
        "mail",
        f"notice-{notice.id}",
        notice=notice.id,
        to=user.email,
        locale=user.locale,
        notice_kind=notice.kind,
        params=params,
    )
    return notice


def note(session: Session, user_id: int, kind: str, **params: Any) -> Notice:
    """Put a notice into a person's inbox and send no mail: for what happens often."""
    return _put(session, user_id, kind, None, params)[1]


def _put(
    session: Session, user_id: int, kind: str, filing_id: int | None, params: dict[str, Any]
) -> tuple[User, Notice]:
    known = Kind(kind)
    user = accounts.find(user_id)
    if user is None:
        raise LookupError(f"there is nobody with the number {user_id}")
    notice = Notice(user_id=user_id, kind=known.value, filing_id=filing_id, params=params, created_at=utc_now())
    session.add(notice)
    session.flush()
    return user, notice


def inbox(user_id: int, page: int = 1) -> tuple[list[InboxRow], bool]:
    """A page of a person's notices, newest first, and whether older ones follow."""
    query = (
        select(Notice.id, Notice.kind, Notice.params, Notice.created_at, Notice.read_at)
        .where(Notice.user_id == user_id)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    rows = [InboxRow(*row) for row in db.session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


@transaction
def mark_read(session: Session, user_id: int, notice_id: int | None = None) -> int:
    """Mark one notice of this person as read, or all of them; returns how many were unread."""
    query = update(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None)).values(read_at=utc_now())
    if notice_id is not None:
        query = query.where(Notice.id == notice_id)
    return session.execute(query.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined,no-any-return]


def unread_of(user_id: int) -> ScalarSelect[int]:
    """The number of unread notices as a part of another query: a page that queries anyway asks for it there."""
    return select(func.count(Notice.id)).where(Notice.user_id == user_id, Notice.read_at.is_(None)).scalar_subquery()


def remember_unread(count: int) -> None:
    """Keep the count for the navigation of this request."""
    g.unread_notices = count


def unread_count() -> int:
    """How many notices the signed-in person has not read; asked of the database at most once a request.

    0 when the database does not answer: the page that says so has a navigation too.
    """
    if not has_request_context() or not current_user.is_authenticated:
        return 0
    if "unread_notices" not in g:
        try:
            g.unread_notices = db.session.scalar(select(unread_of(current_user.id))) or 0
        except SQLAlchemyError:
            g.unread_notices = 0
    count: int = g.unread_notices
    return count
