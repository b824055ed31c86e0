"""Who may do what with a draft: its owner, those who type in it, and those who read it. No database, no Flask.

A draft is open to its whole firm, or to chosen members only (docs/decisions/0075-who-works-on-a-draft.md).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import Forbidden

if TYPE_CHECKING:
    from portal.drafting.models import Draft


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Act(StrEnum):
    """What can be done with a draft."""

    READ = "read"
    COMMENT = "comment"
    EDIT = "edit"
    FILE = "file"
    SHARE = "share"
    """Say who works on it, and hand it over."""
    DELETE = "delete"


READING = frozenset({Act.READ, Act.COMMENT})
TYPING = READING | {Act.EDIT, Act.FILE}
MAY: dict[Role, frozenset[Act]] = {Role.OWNER: frozenset(Act), Role.EDITOR: TYPING, Role.VIEWER: READING}


class NotAllowed(Forbidden):
    """A member of the draft's team asked for more than their role allows; `owner` can help them."""

    def __init__(self, draft: Draft, act: Act) -> None:
        self.draft_id, self.owner, self.act = draft.id, str(draft.owner.name), act
        super().__init__(f"may not {act} draft {draft.id}")


def role_in(draft: Draft, user: Any) -> Role | None:
    """What a person is to a draft; None for whom it does not exist.

    Where the owner's account is closed, whoever may type is the owner. Where nobody who may type is left either, the
    whole firm is: a term would pass while nobody can file.
    """
    if user.firm_id is None or draft.firm_id != user.firm_id:
        return None
    if draft.owner_id == user.id:
        return Role.OWNER
    is_orphan = not is_member_of(draft.owner, draft.firm_id)
    if not draft.is_restricted:
        return Role.OWNER if is_orphan else Role.EDITOR
    chosen = {one.user_id: Role(one.role) for one in draft.members if is_member_of(one.person, draft.firm_id)}
    mine = chosen.get(user.id)
    if is_orphan and (mine is Role.EDITOR or Role.EDITOR not in chosen.values()):
        return Role.OWNER
    return mine


def is_member_of(person: Any, firm_id: int) -> bool:
    """Whether a person's account is open, and of this firm."""
    return bool(person.active and person.firm_id == firm_id)
