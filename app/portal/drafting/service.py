"""What happens to a draft: it is made, its sections are saved, documents come and go, and at last it is filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as HttpNotFound

from portal.audit.service import record
from portal.calendar.rules import NotYetReceived, OfficeDays, reception_date
from portal.catalogue.service import is_open
from portal.db import transaction, utc_now
from portal.documents.service import Received
from portal.drafting import checks
from portal.drafting.application import Application, on_one_line
from portal.drafting.assembly import assemble, attached
from portal.drafting.checks import Held
from portal.drafting.fields import Data, Problem
from portal.drafting.models import Draft, DraftDocument, DraftSection
from portal.drafting.sections import is_subject
from portal.drafting.upgrades import SHAPE, modern
from portal.profile.model import Profile

KEPT_DELETED = timedelta(days=30)
"""How long a deleted draft and a removed document can be brought back."""
PURGED_AT_ONCE = 200


class NotFound(HttpNotFound):
    """No such draft for this person: another firm's draft looks like one that does not exist."""


class NotOpen(Exception):
    """The draft was filed, or its service is closed; nothing in it can be changed."""


class TooMany(Exception):
    """The draft has as many documents of this kind as the service takes."""


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


def owned(session: Session, draft_id: str, user: Any) -> Draft:
    """The draft, open or filed, of this person's firm; raises NotFound."""
    return _visible(session.get(Draft, draft_id), user)


def count(session: Session, user: Any) -> int:
    """How many open drafts the person's firm has."""
    query = select(func.count()).select_from(Draft).where(Draft.firm_id == user.firm_id, Draft.state == "open")
    return session.scalar(query) or 0


def drafts(session: Session, user: Any, offset: int, limit: int) -> list[Draft]:
    """The open drafts of the person's firm, the last changed first."""
    query = select(Draft).where(Draft.firm_id == user.firm_id, Draft.state == "open")
    return list(session.scalars(query.order_by(Draft.updated_at.desc(), Draft.id).offset(offset).limit(limit)))


def deleted(session: Session, draft_id: str, user: Any) -> Draft | None:
    """The firm's deleted draft, while it can be brought back."""
    draft = session.get(Draft, draft_id) if draft_id else None
    return draft if draft and draft.state == "deleted" and draft.firm_id == user.firm_id else None


def check(draft: Draft, profile: Profile) -> list[Problem]:
    """Everything that stands in the way of filing, in the order of the sections."""
    return checks.problems(held(draft, profile))


def held(draft: Draft, profile: Profile) -> Held:
    """What the draft holds, with the office's law around it today; raises KeyError for a service that is no more."""
    documents = tuple(attached(document) for document in documents_of(draft))
    return Held(profile.service(draft.service), data_of(draft), documents, profile, office_today(profile))


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
    """The documents that are attached: those that were not removed."""
    return [document for document in draft.documents if document.removed_at is None]


@transaction
def create(session: Session, service: str, reference: str, user: Any, profile: Profile) -> Draft:
    """Begin a draft; raises NotOpen when the service is not offered."""
    if not is_open(profile, service):
        raise NotOpen(service)
    draft = Draft(firm_id=user.firm_id, owner_id=user.id, service=service, shape=SHAPE)
    draft.sections = [DraftSection(name="about", data={"reference": reference}, version=1, saved_by_id=user.id)]
    session.add(draft)
    session.flush()
    record(session, "draft-created", ("draft", draft.id), service=service)
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
    draft = _locked(session, draft_id, user)
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
        record(session, "section-saved", ("draft", draft.id), section=name, version=section.version)
    return Saved(section.version, section.saved_at)


@transaction
def add_document(
    session: Session, draft_id: str, kind: str, received: Received, user: Any, max_count: int
) -> DraftDocument:
    """Attach a document that was received, checked and stored; the same one again changes nothing."""
    draft = _locked(session, draft_id, user)
    same = [document for document in documents_of(draft) if document.kind == kind]
    if known := next((document for document in same if document.sha512 == received.sha512), None):
        return known
    if len(same) >= max_count:
        raise TooMany(kind)
    document = DraftDocument(
        kind=kind,
        file_name=received.file_name,
        format=received.format,
        media_type=received.media_type,
        size=received.size,
        sha512=received.sha512,
        pages=received.pages,
        received_at=received.received_at,
        received_by_id=user.id,
    )
    draft.documents.append(document)
    draft.updated_at = utc_now()
    session.flush()
    record(
        session,
        "document-received",
        ("draft", draft.id),
        kind=kind,
        sha512=received.sha512,
        size=received.size,
        document=document.id,
    )
    return document


@transaction
def note_refusal(session: Session, draft_id: str, kind: str, file_name: str, rules: list[str], user: Any) -> None:
    """Keep in the audit trail that a document was refused, and by which rules."""
    draft = owned(session, draft_id, user)
    record(session, "document-refused", ("draft", draft.id), kind=kind, file_name=file_name, rules=rules)


@transaction
def remove_document(session: Session, draft_id: str, document_id: int, user: Any) -> DraftDocument:
    """Take a document out of the draft; it can be brought back."""
    draft = _locked(session, draft_id, user)
    found = document(draft, document_id)
    if found.removed_at is None:
        found.removed_at = draft.updated_at = utc_now()
        record(session, "document-removed", ("draft", draft.id), kind=found.kind, document=found.id)
    return found


@transaction
def restore_document(session: Session, draft_id: str, document_id: int, user: Any, max_count: int) -> DraftDocument:
    """Bring a removed document back; raises TooMany when another took its place."""
    draft = _locked(session, draft_id, user)
    found = document(draft, document_id)
    if found.removed_at is not None:
        same = [other for other in documents_of(draft) if other.kind == found.kind]
        if len(same) >= max_count or any(other.sha512 == found.sha512 for other in same):
            raise TooMany(found.kind)
        found.removed_at, draft.updated_at = None, utc_now()
        record(session, "document-restored", ("draft", draft.id), kind=found.kind, document=found.id)
    return found


@transaction
def delete(session: Session, draft_id: str, user: Any) -> Draft:
    """Delete a draft; it can be brought back until `purge` clears it away."""
    draft = _locked(session, draft_id, user)
    draft.state, draft.updated_at = "deleted", utc_now()
    record(session, "draft-deleted", ("draft", draft.id))
    return draft


@transaction
def restore(session: Session, draft_id: str, user: Any) -> Draft:
    """Bring a deleted draft back; one that is open stays open."""
    draft = _row(session, draft_id)
    if draft is None or draft.firm_id != user.firm_id or draft.state == "filed":
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
        sql_delete(DraftSection).where(DraftSection.draft_id.in_(draft_ids)),
        sql_delete(Draft).where(Draft.id.in_(draft_ids)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    if draft_ids or document_ids:
        record(session, "drafts-purged", drafts=len(draft_ids), removed_documents=len(document_ids))
    return len(draft_ids) + len(document_ids)


def lock_for_filing(session: Session, draft_id: str, user: Any) -> Draft:
    """The draft under its row's lock, open or already filed; raises NotFound for another firm's or a deleted one."""
    return _visible(_row(session, draft_id), user)


def mark_filed(session: Session, draft: Draft) -> None:
    """Close the draft: it is a filing now. Part of the filing's own transaction."""
    draft.state, draft.updated_at = "filed", utc_now()


def office_today(profile: Profile) -> date:
    """The office's date now."""
    return OfficeDays.of(profile).today(utc_now())


def filing_day(profile: Profile) -> date:
    """The reception date of what is filed now; today, where it will follow from the payment."""
    now, days = utc_now(), OfficeDays.of(profile)
    try:
        return reception_date(now, None, profile.reception, days)
    except NotYetReceived:
        return days.today(now)


def _row(session: Session, draft_id: str) -> Draft | None:
    query = select(Draft).where(Draft.id == draft_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _visible(draft: Draft | None, user: Any) -> Draft:
    if draft is None or user.firm_id is None or draft.firm_id != user.firm_id or draft.state == "deleted":
        raise NotFound
    return draft


def _locked(session: Session, draft_id: str, user: Any) -> Draft:
    draft = _visible(_row(session, draft_id), user)
    if draft.state != "open":
        raise NotOpen(draft_id)
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


def document(draft: Draft, document_id: int) -> DraftDocument:
    """A document of the draft, removed or not; raises NotFound."""
    found = next((one for one in draft.documents if one.id == document_id), None)
    if found is None:
        raise NotFound
    return found
