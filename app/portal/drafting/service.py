"""What happens to a draft: it is made, its sections are saved, documents come and go, and at last it is filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as HttpNotFound

from portal.audit.service import record
from portal.calendar.rules import OfficeDays, reception
from portal.calendar.service import office_days
from portal.catalogue.service import is_open
from portal.classification.service import free_by_class
from portal.db import transaction, utc_now
from portal.drafting import checks
from portal.drafting.application import Application, on_one_line
from portal.drafting.assembly import assemble, attached
from portal.drafting.checks import Held
from portal.drafting.fields import Data, Problem
from portal.drafting.models import Draft, DraftDocument, DraftSection, Upload
from portal.drafting.positions import order
from portal.drafting.roles import MAY, Act, NotAllowed, role_in
from portal.drafting.sections import is_subject
from portal.drafting.sections.mark import class_number
from portal.drafting.upgrades import SHAPE, modern
from portal.profile.model import Profile
from portal.web.texts import folded, lines_of

KEPT_DELETED = timedelta(days=30)
"""How long a deleted draft and a removed document can be brought back."""
PURGED_AT_ONCE = 200


class NotFound(HttpNotFound):
    """No such draft for this person: another firm's draft looks like one that does not exist."""


class NotOpen(Exception):
    """The draft was filed, or its service is closed; nothing in it can be changed."""


class Incomplete(Exception):
    """The draft cannot be filed yet; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} problems are left")


class Stale(Exception):
    """Someone saved the section after the page was opened: `data` is what they saved, `version` its number."""

    def __init__(self, section: DraftSection) -> None:
        self.data: Data = section.data
        self.version, self.by, self.at = section.version, section.saved_by.name, section.saved_at
        self.by_id = section.saved_by_id
        super().__init__(f"{section.name} was saved by {self.by} at {self.at}")


@dataclass(frozen=True)
class Saved:
    """The answer to a save: the version to send with the next one, and when the section was last written."""

    version: int
    at: datetime


def owned(session: Session, draft_id: str, user: Any, act: Act = Act.READ) -> Draft:
    """The draft, open or filed, for a person who may do this with it; raises NotFound, NotAllowed."""
    return _visible(session.get(Draft, draft_id), user, act)


def for_client(session: Session, draft_id: str, *, lock: bool = False) -> Draft:
    """An open draft for whom its team gave a link to it; who that is was proved before. Raises NotFound, NotOpen."""
    draft = _row(session, draft_id) if lock else session.get(Draft, draft_id)
    if draft is None or draft.state == "deleted":
        raise NotFound
    if draft.state != "open":
        raise NotOpen(draft_id)
    return draft


def deleted(session: Session, draft_id: str, user: Any) -> Draft | None:
    """The deleted draft, while this person can bring it back."""
    draft = session.get(Draft, draft_id) if draft_id else None
    return draft if draft and draft.state == "deleted" and _is_allowed(draft, user, Act.DELETE) else None


def check(draft: Draft, profile: Profile) -> list[Problem]:
    """Everything that stands in the way of filing, in the order of the sections."""
    return checks.problems(held(draft, profile))


def held(draft: Draft, profile: Profile) -> Held:
    """What the draft holds, with the office's law around it today; raises KeyError for a service that is no more."""
    documents = tuple(attached(document) for document in documents_of(draft))
    sections = data_of(draft)
    free = sum(len(terms) for terms in free_terms(sections.get("goods", {})).values())
    return Held(profile.service(draft.service), sections, documents, profile, office_today(profile), free)


def free_terms(goods: Data) -> dict[int, tuple[str, ...]]:
    """Of each row of the goods and services, by its index, the terms that are not in the office's list."""
    rows = [(class_number(row["number"]), lines_of(row["terms"])) for row in goods.get("classes", [])]
    typed: dict[int, list[str]] = {}
    for number, terms in rows:
        if number:
            typed.setdefault(number, []).extend(terms)
    free = free_by_class(typed)
    return {
        index: tuple(term for term in terms if number and term in free[number])
        for index, (number, terms) in enumerate(rows)
    }


def application(draft: Draft, profile: Profile, language: str) -> Application:
    """The complete application; raises Incomplete."""
    known = held(draft, profile)
    if problems := checks.problems(known):
        raise Incomplete(problems)
    return assemble(known.service, language, known.sections, known.documents, known.free_terms)


def as_filed(session: Session, draft_id: str, profile: Profile, language: str) -> tuple[Application, Held]:
    """The application of a draft that was filed, and its answers: it was complete then, whatever the date is now."""
    known = held(session.get_one(Draft, draft_id), profile)
    return assemble(known.service, language, known.sections, known.documents, known.free_terms), known


def data_of(draft: Draft) -> dict[str, Data]:
    """What is saved, by section, in the shape of this release."""
    return modern(draft.shape, {section.name: section.data for section in draft.sections})


def documents_of(draft: Draft) -> list[DraftDocument]:
    """The documents that are attached: accepted or waiting for their examination, and not removed.

    Numbered ones come last, in their order; each rendering follows its original.
    """
    found = [one for one in draft.documents if one.removed_at is None and one.state in ("accepted", "waiting")]
    originals = {(one.kind, one.sha512): one for one in found}

    def place(one: DraftDocument) -> tuple[object, ...]:
        original = originals.get((one.kind, one.rendering_of), one)
        return order(original.position), original.id, one.id

    return sorted(found, key=place)


@transaction
def create(session: Session, service: str, reference: str, user: Any, profile: Profile) -> Draft:
    """Begin a draft; raises NotOpen when the service is not offered."""
    draft = begin(session, service, {"about": {"reference": reference}}, user, profile)
    record(session, "draft-created", ("draft", draft.id), service=service)
    return draft


def begin(session: Session, service: str, sections: dict[str, Data], user: Any, profile: Profile) -> Draft:
    """A new draft that holds these sections, within the caller's transaction; raises NotOpen."""
    if not is_open(profile, service):
        raise NotOpen(service)
    draft = Draft(firm_id=user.firm_id, owner_id=user.id, service=service, shape=SHAPE)
    draft.sections = [
        DraftSection(name=name, data=data, version=1, saved_by_id=user.id) for name, data in sections.items()
    ]
    draft.title = next((_title(name, data) for name, data in sections.items() if is_subject(name)), "")
    draft.sought = _sought(draft)
    session.add(draft)
    session.flush()
    return draft


@transaction
def begin_with(
    session: Session, service: str, sections: dict[str, Data], imported: dict[str, Any], user: Any, profile: Profile
) -> Draft:
    """Begin a draft with sections that a file filled; raises NotOpen when the service is not offered.

    `imported` is what the draft remembers of the file (`portal.drafting.imported`).
    """
    if not is_open(profile, service):
        raise NotOpen(service)
    draft = Draft(firm_id=user.firm_id, owner_id=user.id, service=service, shape=SHAPE, imported=imported)
    draft.sections = [
        DraftSection(name=name, data=data, version=1, saved_by_id=user.id)
        for name, data in {"about": {"reference": ""}, **sections}.items()
    ]
    draft.title = next((_title(name, data) for name, data in sections.items() if is_subject(name)), "")
    session.add(draft)
    session.flush()
    record(session, "draft-imported", ("draft", draft.id), service=service, sections=sorted(sections))
    return draft


@transaction
def save_section(
    session: Session, draft_id: str, name: str, data: Data, version: int, user: Any, page: str = "", final: bool = True
) -> Saved:
    """Save what is typed, complete or not; raises Stale when the section was saved since `version`.

    `page` names the open page that sends this. A `final` save follows that page's own automatic ones, of which the
    last may have been answered too late: it is not stale because of them. An automatic one never overtakes a final.
    """
    draft = locked(session, draft_id, user)
    section = next((section for section in draft.sections if section.name == name), None)
    if section is None:
        section = DraftSection(name=name, data={}, version=0, saved_by_id=user.id)
        draft.sections.append(section)
    elif section.version != version and section.data != data and not (final and page and section.page == page):
        raise Stale(section)
    if section.version == 0 or section.data != data:
        section.data, section.version, section.saved_by_id = data, section.version + 1, user.id
        section.saved_at = draft.updated_at = utc_now()
        section.page = page
        if is_subject(name):
            draft.title = _title(name, data)
        draft.sought = _sought(draft)
        record(session, "section-saved", ("draft", draft.id), section=name, version=section.version)
    return Saved(section.version, section.saved_at)


@transaction
def delete(session: Session, draft_id: str, user: Any) -> Draft:
    """Delete a draft; it can be brought back until `purge` clears it away."""
    draft = lock_open(session, draft_id, user, Act.DELETE)
    draft.state, draft.updated_at = "deleted", utc_now()
    record(session, "draft-deleted", ("draft", draft.id))
    return draft


@transaction
def restore(session: Session, draft_id: str, user: Any) -> Draft:
    """Bring a deleted draft back; one that is open stays open."""
    draft = _row(session, draft_id)
    if draft is None or draft.state == "filed" or not _is_allowed(draft, user, Act.DELETE):
        raise NotFound
    if draft.state == "deleted":
        draft.state = "open"
        record(session, "draft-restored", ("draft", draft.id))
    return draft


@transaction
def purge(session: Session, older_than: timedelta = KEPT_DELETED) -> int:
    """Clear away drafts that were deleted and documents that were removed so long ago; how many rows that were.

    At most PURGED_AT_ONCE of each: the rest follows at the next call. A draft that became a filing loses only what
    its agent had removed before. The contents stay in the store (docs/decisions/0031-purge.md).
    """
    before = utc_now() - older_than
    gone = select(Draft.id).where(Draft.state == "deleted", Draft.updated_at < before).order_by(Draft.id)
    draft_ids = session.scalars(gone.limit(PURGED_AT_ONCE).with_for_update(skip_locked=True)).all()
    removed = select(DraftDocument.id).where(DraftDocument.removed_at < before).order_by(DraftDocument.id)
    document_ids = session.scalars(removed.limit(PURGED_AT_ONCE).with_for_update(skip_locked=True)).all()
    for statement in (
        sql_delete(DraftDocument).where(DraftDocument.id.in_(document_ids)),
        sql_delete(DraftDocument).where(DraftDocument.draft_id.in_(draft_ids)),
        sql_delete(Upload).where(Upload.draft_id.in_(draft_ids)),
        sql_delete(DraftSection).where(DraftSection.draft_id.in_(draft_ids)),
        sql_delete(Draft).where(Draft.id.in_(draft_ids)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    if draft_ids or document_ids:
        record(session, "drafts-purged", drafts=len(draft_ids), removed_documents=len(document_ids))
    return len(draft_ids) + len(document_ids)


def lock_for_filing(session: Session, draft_id: str, user: Any) -> Draft:
    """The draft under its row's lock, open or already filed, for a person who may file it.

    Raises NotFound for another firm's or a deleted one, and NotAllowed.
    """
    return _visible(_row(session, draft_id), user, Act.FILE)


def lock_open(session: Session, draft_id: str, user: Any, act: Act) -> Draft:
    """The open draft under its row's lock, for a person who may do this; raises NotFound, NotAllowed and NotOpen."""
    draft = _visible(_row(session, draft_id), user, act)
    if draft.state != "open":
        raise NotOpen(draft_id)
    return draft


def restored(session: Session, draft_id: str, firm_id: int, owner_id: int, service: str, title: str) -> Draft:
    """The draft of a filing that the database forgot; made, without answers, when it is gone (or has no id).

    Part of the transaction that puts the filing back.
    """
    draft = session.get(Draft, draft_id, with_for_update=True) if draft_id else None
    if draft is None:
        known = {"id": draft_id} if draft_id else {}
        draft = Draft(firm_id=firm_id, owner_id=owner_id, service=service, title=title, shape=SHAPE, **known)
        session.add(draft)
    return draft


def mark_filed(session: Session, draft: Draft) -> None:
    """Close the draft: it is a filing now. Part of the filing's own transaction."""
    draft.state, draft.updated_at = "filed", utc_now()


def office_today(profile: Profile) -> date:
    """The office's date now."""
    return OfficeDays.of(profile).today(utc_now())


def filing_day(profile: Profile, service: str) -> date:
    """The reception date of what is filed now; today, where it will follow from the payment."""
    now, days = utc_now(), office_days()
    return reception(now, None, profile.reception_of(service), days).date or days.today(now)


def _row(session: Session, draft_id: str) -> Draft | None:
    query = select(Draft).where(Draft.id == draft_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _is_allowed(draft: Draft, user: Any, act: Act) -> bool:
    role = role_in(draft, user)
    return role is not None and act in MAY[role]


def _visible(draft: Draft | None, user: Any, act: Act) -> Draft:
    """The one place where a person's role is asked for: everything that reads or changes a draft comes through here."""
    role = role_in(draft, user) if draft is not None and draft.state != "deleted" else None
    if draft is None or role is None:
        raise NotFound
    if act not in MAY[role]:
        raise NotAllowed(draft, act)
    return draft


def locked(session: Session, draft_id: str, user: Any) -> Draft:
    """The open draft under its row's lock and in this release's shape, for a person who may change what it holds.

    Within the caller's transaction; raises NotFound, NotAllowed and NotOpen.
    """
    draft = lock_open(session, draft_id, user, Act.EDIT)
    _modernise(draft)
    return draft


def _modernise(draft: Draft) -> None:
    """Keep the draft in this release's shape from now on: what it holds stays the same."""
    if draft.shape == SHAPE:
        return
    author = draft.owner_id
    kept = {section.name: section for section in draft.sections}
    wanted = modern(draft.shape, {name: section.data for name, section in kept.items()})
    for name, data in wanted.items():
        if name not in kept:
            draft.sections.append(DraftSection(name=name, data=data, version=1, saved_by_id=author))
        elif kept[name].data != data:
            kept[name].data = data
    for name in set(kept) - set(wanted):
        draft.sections.remove(kept[name])
    draft.shape = SHAPE


def _title(name: str, data: Data) -> str:
    """How lists name the draft, from the section that says what it is for."""
    if name == "designs":
        return on_one_line(next((row["product"] for row in data.get("designs", []) if row["product"]), ""))
    return on_one_line(data.get("title", "") or data.get("text", "") or data.get("description", ""))


def _sought(draft: Draft) -> str:
    """What searches look in."""
    reference = next((one.data.get("reference", "") for one in draft.sections if one.name == "about"), "")
    return folded(f"{draft.title} {reference}")[:500]
