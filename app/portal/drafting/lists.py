"""Lists of drafts: those that a person may see, narrowed down as they ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.service import members_of
from portal.drafting.models import Draft, DraftMember
from portal.drafting.roles import Role
from portal.web.texts import folded

Whose = Literal["", "mine", "shared"]
WHOSE: dict[str, Whose] = {"mine": "mine", "shared": "shared"}


@dataclass(frozen=True)
class Wanted:
    """What is asked for; empty means all. `text` is looked for in title and reference, word by word."""

    text: str = ""
    whose: Whose = ""
    service: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.whose or self.service)


def drafts(session: Session, user: Any, wanted: Wanted, offset: int, limit: int) -> list[Draft]:
    """The open drafts that a person may see, the last changed first."""
    query = select(Draft).where(Draft.state == "open", seen_by(user)).options(joinedload(Draft.owner))
    if wanted.whose:
        query = query.where((Draft.owner_id == user.id) if wanted.whose == "mine" else (Draft.owner_id != user.id))
    if wanted.service:
        query = query.where(Draft.service == wanted.service)
    for word in folded(wanted.text).split():
        query = query.where(Draft.sought.contains(word, autoescape=True))
    return list(session.scalars(query.order_by(Draft.updated_at.desc(), Draft.id).offset(offset).limit(limit)))


def seen_by(user: Any) -> ColumnElement[bool]:
    """The rule of `roles.role_in`, as a condition: a draft that is nobody's else to see is not in the list either."""
    staying = members_of(user.firm_id)
    of_draft = DraftMember.draft_id == Draft.id
    is_chosen = exists(select(DraftMember.user_id).where(of_draft, DraftMember.user_id == user.id))
    can_type = and_(of_draft, DraftMember.role == Role.EDITOR.value, DraftMember.user_id.in_(staying))
    is_orphan = and_(Draft.owner_id.not_in(staying), ~exists(select(DraftMember.user_id).where(can_type)))
    return and_(
        Draft.firm_id == user.firm_id,
        or_(Draft.is_restricted.is_(False), Draft.owner_id == user.id, is_chosen, is_orphan),
    )
