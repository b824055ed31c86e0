"""What happens to a client's approval: a link is made, revoked, opened and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.approvals.models import ApprovalAnswer, ApprovalRequest
from portal.approvals.rules import Change, State, changes, fingerprint, state_of
from portal.audit.service import origins, record
from portal.context import settings
from portal.db import transaction, utc_now
from portal.drafting import service as drafting
from portal.drafting.roles import Act
from portal.drafting.team import called, concerned
from portal.drafting.view import DraftView
from portal.notices.service import note, notify

WINDOW = timedelta(minutes=15)
PER_LINK = 10
PER_ADDRESS = 30
"""So many answers are taken within the window: a person needs one or two."""


class Wrong(Exception):
    """The link is not one that this portal made, or it was cut off."""


class Over(Exception):
    """The link led somewhere once: `why` is expired, revoked, deleted or filed."""

    def __init__(self, why: str, asked: ApprovalRequest) -> None:
        self.why, self.asked = why, asked
        super().__init__(f"approval {asked.id} is {why}")


class Changed(Exception):
    """The draft is not any more what the client read."""


class Limited(Exception):
    """Too many answers in a short time."""


def link(asked: ApprovalRequest) -> str:
    """The address that the client opens."""
    return f"{str(settings().public_url).rstrip('/')}/approve/{_signer().dumps(asked.id)}"


def opened(session: Session, token: str, *, lock: bool = False) -> tuple[ApprovalRequest, DraftView]:
    """What a link leads to; raises Wrong, Over."""
    try:
        key = _signer().loads(token)
    except BadData as error:
        raise Wrong(token[:20]) from error
    asked = session.get(ApprovalRequest, key)
    if asked is None:
        raise Wrong(token[:20])
    _check_valid(asked)
    try:
        draft = drafting.for_client(session, asked.draft_id, lock=lock)
    except drafting.NotOpen as error:
        raise Over("filed", asked) from error
    except NotFound as error:
        raise Over("deleted", asked) from error
    if lock:
        session.refresh(asked)  # it may have been revoked while the draft's lock was waited for
        _check_valid(asked)
    return asked, DraftView(draft)


def is_over(asked: ApprovalRequest) -> bool:
    """Whether a link leads nowhere any more, whatever became of the draft."""
    return asked.revoked_at is not None or asked.expires_at <= utc_now()


def _check_valid(asked: ApprovalRequest) -> None:
    if asked.revoked_at is not None:
        raise Over("revoked", asked)
    if asked.expires_at <= utc_now():
        raise Over("expired", asked)


def state(view: DraftView) -> State:
    """The draft as a client reads it now."""
    return state_of(view.data, view.held.documents, view.fees)


def since(then: State, view: DraftView, language: str) -> list[Change]:
    """What has changed in the draft since a state."""
    return changes(then, state(view), view.service, language)


def requests(session: Session, draft_id: str) -> list[ApprovalRequest]:
    """The links that were made for a draft, the newest first."""
    query = select(ApprovalRequest).where(ApprovalRequest.draft_id == draft_id)
    return list(session.scalars(query.order_by(ApprovalRequest.asked_at.desc(), ApprovalRequest.id)))


@dataclass(frozen=True)
class Standing:
    """How a client's approval stands: the last link, the last answer to any, and what has changed since that one."""

    asked: ApprovalRequest
    answer: ApprovalAnswer | None
    since: list[Change]


def standing(session: Session, view: DraftView, language: str) -> Standing | None:
    """How it stands now; None while nobody was asked."""
    asked = requests(session, view.draft.id)
    if not asked:
        return None
    last = max((one for request in asked for one in request.answers), key=lambda one: one.id, default=None)
    return Standing(asked[0], last, since(last.state, view, language) if last else [])


@transaction
def ask(
    session: Session, draft_id: str, client: str, message: str, days: int, may_download: bool, user: Any
) -> ApprovalRequest:
    """Make a link; raises drafting's NotFound, NotAllowed, NotOpen."""
    view = DraftView(drafting.lock_open(session, draft_id, user, Act.EDIT))
    now, as_it_stands = utc_now(), state(view)
    made = ApprovalRequest(
        draft_id=draft_id,
        client=client,
        message=message,
        may_download=may_download,
        asked_by_id=user.id,
        asked_at=now,
        expires_at=now + timedelta(days=days),
        fingerprint=fingerprint(as_it_stands),
        state=as_it_stands,
    )
    session.add(made)
    session.flush()
    record(session, "approval-asked", ("draft", draft_id), approval=made.id, days=days, fingerprint=made.fingerprint)
    return made


@transaction
def revoke(session: Session, draft_id: str, request_id: str, user: Any) -> ApprovalRequest:
    """Make a link lead nowhere from now on; what was answered by it stays. Raises NotFound and drafting's own."""
    drafting.lock_open(session, draft_id, user, Act.EDIT)
    found = session.get(ApprovalRequest, request_id)
    if found is None or found.draft_id != draft_id:
        raise NotFound
    if found.revoked_at is None:
        found.revoked_at = utc_now()
        record(session, "approval-revoked", ("draft", draft_id), approval=found.id)
    return found


@transaction
def answer(
    session: Session, token: str, read: str, is_approved: bool, name: str, comment: str
) -> tuple[ApprovalRequest, ApprovalAnswer]:
    """Record what a client answers about the state whose fingerprint they `read`; the team is told.

    Raises Wrong, Over, Limited, and Changed when the draft is another by now. It stops nobody from filing.
    """
    asked, view = opened(session, token, lock=True)
    _limit(session, asked)
    as_it_stands = state(view)
    if fingerprint(as_it_stands) != read:
        raise Changed(asked.id)
    made = ApprovalAnswer(
        request_id=asked.id,
        is_approved=is_approved,
        name=name,
        comment=comment,
        address=request.remote_addr,
        fingerprint=read,
        state=as_it_stands,
    )
    session.add(made)
    session.flush()
    entry = record(
        session, "approval-answered", ("approval", asked.id), draft=asked.draft_id, approved=is_approved, read=read
    )
    if entry.actor_id is None:
        entry.actor = "client"
    _tell(session, view.draft, asked, made)
    return asked, made


def _tell(session: Session, draft: Any, asked: ApprovalRequest, made: ApprovalAnswer) -> None:
    """The owner and who asked have it by mail too."""
    kind = "client-approved" if made.is_approved else "client-asked-changes"
    about = {"draft": draft.id, "title": called(draft), "person": made.name}
    for person in concerned(session, draft, {asked.asked_by_id}, None):
        if person in (draft.owner_id, asked.asked_by_id):
            notify(session, person, kind, None, **about)
        else:
            note(session, person, kind, **about)


def _limit(session: Session, asked: ApprovalRequest) -> None:
    """Raise Limited after too many answers by this link, or from this address, in the last minutes."""
    found = origins(session, "approval-answered", utc_now() - WINDOW, asked.id, request.remote_addr)
    by_link = sum(1 for key, _address in found if key == asked.id)
    from_here = sum(1 for _key, address in found if address == request.remote_addr)
    if by_link >= PER_LINK or from_here >= PER_ADDRESS:
        raise Limited(asked.id)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="portal.approvals")
