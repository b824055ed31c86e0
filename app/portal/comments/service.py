"""What happens to comments: written, changed, withdrawn, resolved, and each of it undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound

from portal.audit.service import record
from portal.comments.models import Comment
from portal.comments.rules import can_change, is_hidden
from portal.db import transaction, utc_now
from portal.drafting.roles import Act
from portal.drafting.service import lock_open
from portal.drafting.team import called, concerned
from portal.notices.service import note

OpenComments = dict[str, list[Comment]]


class TooLate(Exception):
    """A comment that others may have read is not written anew; it can be withdrawn."""


def comments(session: Session, draft_id: str, section: str | None = None) -> list[Comment]:
    """The comments of a draft, or of one section of it ("" for the whole draft), oldest first; no hidden ones."""
    query = select(Comment).where(Comment.draft_id == draft_id).options(joinedload(Comment.author))
    if section is not None:
        query = query.where(Comment.section == section)
    return [one for one in session.scalars(query.order_by(Comment.id)) if not is_hidden(one)]


def open_comments(session: Session, draft_id: str) -> OpenComments:
    """By section, the comments that wait for something: neither resolved nor withdrawn."""
    found: OpenComments = {}
    for one in comments(session, draft_id):
        if one.resolved_at is None and one.withdrawn_at is None:
            found.setdefault(one.section, []).append(one)
    return found


def comment(session: Session, draft_id: str, comment_id: int) -> Comment:
    """One comment of a draft; raises NotFound."""
    found = session.get(Comment, comment_id)
    if found is None or found.draft_id != draft_id:
        raise NotFound
    return found


@transaction
def write(session: Session, draft_id: str, section: str, text: str, user: Any) -> Comment:
    """Add a comment, and tell the others who work on the draft. Raises drafting's NotFound, NotAllowed, NotOpen."""
    draft = lock_open(session, draft_id, user, Act.COMMENT)
    made = Comment(draft_id=draft.id, section=section, author_id=user.id, text=text)
    session.add(made)
    session.flush()
    record(session, "comment-written", ("draft", draft.id), comment=made.id, section=section)
    authors = set(session.scalars(select(Comment.author_id).where(Comment.draft_id == draft.id)))
    for person in concerned(session, draft, authors, user):
        about = {"draft": draft.id, "title": called(draft), "person": user.name}
        note(session, person, "draft-comment", **about)
    return made


@transaction
def change(session: Session, draft_id: str, comment_id: int, text: str, user: Any) -> Comment:
    """Write one's own comment anew; raises TooLate when others may have read it, NotFound for another's."""
    found = _own(session, draft_id, comment_id, user)
    if not can_change(found, user.id, utc_now()):
        raise TooLate(comment_id)
    if found.text != text:
        found.text, found.edited_at = text, utc_now()
        record(session, "comment-changed", ("draft", draft_id), comment=found.id)
    return found


@transaction
def withdraw(session: Session, draft_id: str, comment_id: int, user: Any) -> Comment:
    """Take one's own comment back: a fresh one is seen no more, an older one is struck through."""
    found = _own(session, draft_id, comment_id, user)
    if found.withdrawn_at is None:
        found.withdrawn_at = utc_now()
        record(session, "comment-withdrawn", ("draft", draft_id), comment=found.id)
    return found


@transaction
def bring_back(session: Session, draft_id: str, comment_id: int, user: Any) -> Comment:
    """Undo `withdraw`."""
    found = _own(session, draft_id, comment_id, user)
    if found.withdrawn_at is not None:
        found.withdrawn_at = None
        record(session, "comment-brought-back", ("draft", draft_id), comment=found.id)
    return found


@transaction
def resolve(session: Session, draft_id: str, comment_id: int, user: Any) -> Comment:
    """Mark a comment as dealt with; anyone of the team may."""

    def done(found: Comment) -> str:
        if found.resolved_at is not None:
            return ""
        found.resolved_at, found.resolved_by_id = utc_now(), user.id
        return "comment-resolved"

    return _changed(session, draft_id, comment_id, user, done)


@transaction
def reopen(session: Session, draft_id: str, comment_id: int, user: Any) -> Comment:
    """Undo `resolve`."""

    def undone(found: Comment) -> str:
        if found.resolved_at is None:
            return ""
        found.resolved_at = found.resolved_by_id = None
        return "comment-reopened"

    return _changed(session, draft_id, comment_id, user, undone)


def _changed(session: Session, draft_id: str, comment_id: int, user: Any, happens: Callable[[Comment], str]) -> Comment:
    """A comment to which something happens, audited under the name that it is given; an empty one was nothing."""
    lock_open(session, draft_id, user, Act.COMMENT)
    found = comment(session, draft_id, comment_id)
    if event := happens(found):
        record(session, event, ("draft", draft_id), comment=found.id)
    return found


def _own(session: Session, draft_id: str, comment_id: int, user: Any) -> Comment:
    lock_open(session, draft_id, user, Act.COMMENT)
    found = comment(session, draft_id, comment_id)
    if found.author_id != user.id:
        raise NotFound
    return found
