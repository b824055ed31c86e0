"""Who works on a draft: its owner opens it to the firm or to chosen members, and may hand it over.

Only an open draft's team changes. Everything happens under the draft's row lock, so that of two changes at once the
second sees the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.rules import Permission, is_granted
from portal.audit.service import record
from portal.context import profile
from portal.db import transaction
from portal.drafting.models import Draft, DraftMember
from portal.drafting.roles import Act, Role, is_member_of, role_in
from portal.drafting.service import data_of, lock_open
from portal.notices.service import notify
from portal.web.formats import text

CHOSEN = (Role.EDITOR, Role.VIEWER)
"""The roles that an owner can give."""


class NotInFirm(Exception):
    """Nobody of the draft's firm has this number and an open account."""


@dataclass(frozen=True)
class Member:
    """One person of a team. `is_gone`: their account is closed, or of another firm by now."""

    id: int
    name: str
    role: Role
    is_gone: bool = False


def team_of(draft: Draft) -> list[Member]:
    """The owner first, then the members in the order in which they came."""
    of_firm = {draft.owner_id: (draft.owner, Role.OWNER)}
    of_firm |= {one.user_id: (one.person, Role(one.role)) for one in draft.members if one.user_id != draft.owner_id}
    return [
        Member(number, person.name, role, not is_member_of(person, draft.firm_id))
        for number, (person, role) in of_firm.items()
    ]


def choosable(session: Session, draft: Draft) -> list[Any]:
    """The people of the firm who are not in the team yet, by name."""
    known = {member.id for member in team_of(draft)}
    return [person for person in accounts.colleagues(session, draft.firm_id) if person.id not in known]


def concerned(session: Session, draft: Draft, others: set[int], actor: Any) -> list[int]:
    """Whom a notice about a draft concerns, besides who caused it: its team, who typed in it, and `others`.

    Not the whole firm, even where all of it may see the draft; and nobody who may not.
    """
    known = {draft.owner_id, *others, *(section.saved_by_id for section in draft.sections)}
    known |= {one.user_id for one in draft.members} if draft.is_restricted else set()
    found = (accounts.find(number) for number in sorted(known - {getattr(actor, "id", None)}))
    return [one.id for one in found if one and one.active and role_in(draft, one)]


def called(draft: Draft) -> str:
    """How notices name a draft: its title, else the agent's reference, else the service."""
    reference = data_of(draft).get("about", {}).get("reference", "")
    service = next((one.name for one in profile().services if one.code == draft.service), {})
    return draft.title or reference or text(service)


@transaction
def restrict(session: Session, draft_id: str, is_restricted: bool, user: Any) -> Draft:
    """Open a draft to chosen members only, or to the whole firm again.

    Where nobody was chosen yet, those who have typed in it stay, as editors. The list is kept for the next time.
    """
    draft = lock_open(session, draft_id, user, Act.SHARE)
    if draft.is_restricted == is_restricted:
        return draft
    draft.is_restricted = is_restricted
    if is_restricted and not draft.members:
        typed = {section.saved_by_id for section in draft.sections} | {one.received_by_id for one in draft.documents}
        for number in sorted(typed - {draft.owner_id}):
            if _colleague(draft, number):
                draft.members.append(DraftMember(user_id=number, role=Role.EDITOR.value))
    record(session, "draft-restricted" if is_restricted else "draft-opened", ("draft", draft.id))
    return draft


@transaction
def choose(session: Session, draft_id: str, person_id: int, role: Role, user: Any) -> Draft:
    """Add a person of the firm to the team, or give a member another role; raises NotInFirm.

    The owner's own role changes by `hand_over` only. The same again changes nothing.
    """
    draft = lock_open(session, draft_id, user, Act.SHARE)
    if role not in CHOSEN or person_id == draft.owner_id or not _colleague(draft, person_id):
        raise NotInFirm(person_id)
    member = next((one for one in draft.members if one.user_id == person_id), None)
    if member is None:
        draft.members.append(DraftMember(user_id=person_id, role=role.value))
        record(session, "draft-member-added", ("draft", draft.id), member=person_id, role=role.value)
        _tell(session, draft, person_id, "draft-shared", user, role=role.value)
    elif member.role != role.value:
        member.role = role.value
        record(session, "draft-member-changed", ("draft", draft.id), member=person_id, role=role.value)
    return draft


@transaction
def remove(session: Session, draft_id: str, person_id: int, user: Any) -> Role | None:
    """Take a person out of the team, and answer with the role that they had; of a restricted draft they see nothing
    from now on. Who is not in it (any more) has none."""
    draft = lock_open(session, draft_id, user, Act.SHARE)
    member = next((one for one in draft.members if one.user_id == person_id), None)
    if member is None:
        return None
    draft.members.remove(member)
    record(session, "draft-member-removed", ("draft", draft.id), member=person_id, role=member.role)
    return Role(member.role)


@transaction
def hand_over(session: Session, draft_id: str, person_id: int, user: Any) -> Draft:
    """Make another person of the firm the owner; who was it stays as an editor. Raises NotInFirm."""
    draft = lock_open(session, draft_id, user, Act.SHARE)
    if person_id == draft.owner_id:
        return draft
    if not _colleague(draft, person_id):
        raise NotInFirm(person_id)
    before = draft.owner_id
    draft.members = [one for one in draft.members if one.user_id not in (person_id, before)]
    if _colleague(draft, before):
        draft.members.append(DraftMember(user_id=before, role=Role.EDITOR.value))
    draft.owner_id = person_id
    record(session, "draft-handed-over", ("draft", draft.id), owner=person_id, before=before)
    _tell(session, draft, person_id, "draft-handed-over", user)
    return draft


def _colleague(draft: Draft, number: int) -> bool:
    """Whether this is a person of the draft's firm who drafts and whose account is open."""
    person = accounts.find(number)
    return (
        person is not None and is_member_of(person, draft.firm_id) and is_granted(Permission.DRAFT, person.role_names())
    )


def _tell(session: Session, draft: Draft, person_id: int, kind: str, by: Any, **more: Any) -> None:
    if person_id != by.id:
        notify(session, person_id, kind, None, draft=draft.id, title=called(draft), person=by.name, **more)
