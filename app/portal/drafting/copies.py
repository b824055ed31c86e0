"""Drafts that begin from an earlier filing or a template, and the firm's templates themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.db import transaction, utc_now
from portal.drafting.copying import Copy, copied, targets
from portal.drafting.fields import Data
from portal.drafting.models import Draft, DraftTemplate
from portal.drafting.roles import Act
from portal.drafting.service import KEPT_DELETED, NotFound, NotOpen, begin, data_of, owned
from portal.drafting.upgrades import SHAPE, modern
from portal.filing.index import Filing
from portal.profile.model import Profile
from portal.web.texts import folded


class NameTaken(Exception):
    """The firm has a template of this name."""


@dataclass(frozen=True)
class Source:
    """What a draft can begin from: `kind` is filing or template, `key` its number or id, `called` its name."""

    kind: str
    key: str
    called: str
    service: str
    sections: dict[str, Data]


def of_filing(session: Session, number: str, user: Any) -> Source:
    """A filing of the person's firm; raises NotFound."""
    found = session.scalar(select(Filing).where(Filing.number == number, Filing.firm_id == user.firm_id))
    if found is None:
        raise NotFound
    draft = session.get_one(Draft, found.draft_id)
    return Source("filing", found.number, found.title, found.service, data_of(draft))


def of_template(session: Session, template_id: int, user: Any) -> Source:
    """A template of the person's firm; raises NotFound."""
    found = template(session, template_id, user)
    sections = modern(found.shape, found.sections)
    return Source("template", str(found.id), found.name, found.service, sections)


@transaction
def copy(
    session: Session, source: Source, service: str, reference: str, user: Any, profile: Profile
) -> tuple[Draft, Copy]:
    """Begin a draft from a source; raises NotOpen for a service that is closed or of another right."""
    target = next((one for one in targets(profile, source.service) if one.code == service), None)
    if target is None:
        raise NotOpen(service)
    made = copied(source.sections, target)
    draft = begin(session, service, {"about": {"reference": reference}, **made.sections}, user, profile)
    record(session, "draft-created", ("draft", draft.id), service=service, **{source.kind: source.key})
    return draft, made


def templates(session: Session, user: Any, offset: int = 0, limit: int = 1000) -> list[DraftTemplate]:
    """The firm's templates by name."""
    query = select(DraftTemplate).where(DraftTemplate.firm_id == user.firm_id, DraftTemplate.deleted_at.is_(None))
    return list(session.scalars(query.order_by(DraftTemplate.name, DraftTemplate.id).offset(offset).limit(limit)))


def template(session: Session, template_id: int, user: Any, *, is_deleted: bool = False) -> DraftTemplate:
    """One template of the firm, or one that was deleted and can be brought back; raises NotFound."""
    found = session.get(DraftTemplate, template_id)
    if found is None or found.firm_id != user.firm_id or (found.deleted_at is not None) != is_deleted:
        raise NotFound
    return found


@transaction
def save_template(session: Session, draft_id: str, name: str, user: Any, profile: Profile) -> DraftTemplate:
    """Keep a draft's answers for the whole firm under a name; raises NameTaken.

    Of a restricted draft only its owner may: the firm will see what it holds.
    """
    draft = owned(session, draft_id, user, Act.EDIT)
    if draft.is_restricted:
        owned(session, draft_id, user, Act.SHARE)
    _check_free(session, name, user, None)
    kept = copied(data_of(draft), profile.service(draft.service)).sections
    made = DraftTemplate(
        firm_id=draft.firm_id, name=name, service=draft.service, shape=SHAPE, sections=kept, saved_by_id=user.id
    )
    session.add(made)
    session.flush()
    record(session, "template-saved", ("template", str(made.id)), draft=draft.id, name=name)
    return made


@transaction
def rename_template(session: Session, template_id: int, name: str, user: Any) -> DraftTemplate:
    """Call a template otherwise; raises NameTaken."""
    found = template(session, template_id, user)
    _check_free(session, name, user, found.id)
    found.name = name
    record(session, "template-renamed", ("template", str(found.id)), name=name)
    return found


@transaction
def delete_template(session: Session, template_id: int, user: Any) -> DraftTemplate:
    """Delete a template; it can be brought back until `purge_templates` clears it away."""
    found = template(session, template_id, user)
    found.deleted_at = utc_now()
    record(session, "template-deleted", ("template", str(found.id)))
    return found


@transaction
def restore_template(session: Session, template_id: int, user: Any) -> DraftTemplate:
    """Bring a deleted template back; raises NameTaken when another has its name by now."""
    found = template(session, template_id, user, is_deleted=True)
    _check_free(session, found.name, user, found.id)
    found.deleted_at = None
    record(session, "template-restored", ("template", str(found.id)))
    return found


@transaction
def purge_templates(session: Session, older_than: timedelta = KEPT_DELETED) -> int:
    """Clear away what was deleted so long ago; how many templates that were."""
    gone = select(DraftTemplate.id).where(DraftTemplate.deleted_at < utc_now() - older_than)
    found = session.scalars(gone.limit(200).with_for_update(skip_locked=True)).all()
    if found:
        removal = sql_delete(DraftTemplate).where(DraftTemplate.id.in_(found))
        session.execute(removal, execution_options={"synchronize_session": False})
        record(session, "templates-purged", templates=len(found))
    return len(found)


def _check_free(session: Session, name: str, user: Any, own: int | None) -> None:
    """Names that read alike are the same name."""
    if any(folded(one.name) == folded(name) and one.id != own for one in templates(session, user)):
        raise NameTaken(name)
