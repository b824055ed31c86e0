"""What happens to a draft's documents: they arrive, wait for their examination, are accepted or refused, come and go.

A file that has arrived is held where every server finds it before its row is committed, and its examination stands in
the outbox from that moment: whoever received it tries first, and the worker does it when the scanner was away or the
server was killed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.context import profile
from portal.db import db, transaction, utc_now
from portal.documents.service import examine, limits_of
from portal.documents.store import NotStored, Stored, store
from portal.documents.verdict import Reason, Verdict
from portal.drafting.models import Draft, DraftDocument, Upload
from portal.drafting.positions import Number, next_free, parse, written
from portal.drafting.service import NotFound, documents_of, locked, owned
from portal.notices.service import notify
from portal.outbox.service import enqueue, postpone, settle
from portal.profile.model import DocumentKind

PATIENCE = timedelta(minutes=2)
"""For so long the worker leaves an examination to the request that received the file."""
HELD_AT_LEAST = 24 * 3600.0


class TooMany(Exception):
    """The draft has as many documents of this kind as the service takes."""


class NoOriginal(Exception):
    """The document that a file should be the rendering of is not attached."""


class NoSuchPosition(Exception):
    """What was typed is no number of a view."""


@dataclass(frozen=True)
class Place:
    """Where in a draft a file belongs: its kind, its number there, and the hash of the original that it renders."""

    kind: DocumentKind
    position: str = ""
    rendering_of: str = ""

    @property
    def formats(self) -> list[str]:
        """What the file may be: a rendering is a PDF."""
        return ["pdf"] if self.rendering_of else [str(one) for one in self.kind.formats]


@dataclass(frozen=True)
class Arrived:
    """A file of which every byte is here: held in the store under `key`; `at` is after its last byte."""

    key: str
    file_name: str
    stored: Stored
    at: datetime


def document(draft: Draft, document_id: int) -> DraftDocument:
    """A document of the draft, removed or not; raises NotFound."""
    found = next((one for one in draft.documents if one.id == document_id), None)
    if found is None:
        raise NotFound
    return found


def refused_of(draft: Draft) -> list[DraftDocument]:
    """The documents that were refused and not dismissed yet."""
    return [one for one in draft.documents if one.removed_at is None and one.state == "refused"]


def reasons_of(refused: DraftDocument) -> list[Reason]:
    """Why a document was refused."""
    return [Reason(**reason) for reason in refused.reasons]


def require_place(draft: Draft, place: Place) -> None:
    """Raise TooMany or NoOriginal when the draft does not take another document there."""
    _room(documents_of(draft), place)


@transaction
def take_in(session: Session, draft_id: str, place: Place, arrived: Arrived, user: Any) -> DraftDocument:
    """Attach a file that is held: it waits for its examination. The same file again is the document that is there.

    Raises NotFound, NotOpen, TooMany and NoOriginal: then nothing is attached, and the caller drops what is held.
    """
    draft = locked(session, draft_id, user)
    session.execute(delete(Upload).where(Upload.id == arrived.key).execution_options(synchronize_session=False))
    attached = documents_of(draft)
    for known in attached:
        if (known.kind, known.sha512, known.rendering_of) == (
            place.kind.code,
            arrived.stored.sha512,
            place.rendering_of,
        ):
            return known
    _room(attached, place)
    found = DraftDocument(
        kind=place.kind.code,
        file_name=arrived.file_name,
        format="",
        media_type="",
        size=arrived.stored.size,
        sha512=arrived.stored.sha512,
        received_at=arrived.at,
        received_by_id=user.id,
        state="waiting",
        held_key=arrived.key,
        position=_position(attached, place),
        rendering_of=place.rendering_of,
    )
    draft.documents.append(found)
    draft.updated_at = utc_now()
    session.flush()
    postpone(enqueue(session, "document", _job(arrived.key), document=found.id), PATIENCE)
    values = {"kind": found.kind, "sha512": found.sha512, "size": found.size, "document": found.id}
    record(session, "document-received", ("draft", draft.id), **values)
    return found


def examine_waiting(document_id: int, *, tell: bool = False) -> DraftDocument | None:
    """Scan and examine a document that waits, and settle it: the document as it is then, None when it is no more.

    `tell` sends a notice of a refusal: to an agent who does not look at the page. A repeat changes nothing. Raises
    ScannerAway and StoreError: it goes on waiting.
    """
    found = db.session.get(DraftDocument, document_id)
    if found is None or found.state != "waiting":
        return found
    draft = db.session.get_one(Draft, found.draft_id)
    place = Place(_kind(draft, found), found.position, found.rendering_of)
    key, name, size, formats = found.held_key, found.file_name, found.size, place.formats
    db.session.rollback()  # no transaction stays open while the file is examined
    try:
        with store().held(key) as path:
            verdict, as_format = examine(path, name, formats, size, limits_of(place.kind))
            if verdict.accepted:
                _put(path)
    except NotStored:
        settled = db.session.get(DraftDocument, document_id, populate_existing=True)
        if settled is not None and settled.state == "waiting":
            raise
        return settled  # another process was quicker
    settled = _settle(document_id, _job(key), verdict, as_format, tell)
    store().drop(key)  # committed: what is accepted is in the store under its hash
    return settled


def deliver(_key: str, payload: Mapping[str, Any]) -> None:
    """Examine what still waits, as the worker does it."""
    examine_waiting(payload["document"], tell=True)


@transaction
def _settle(
    session: Session, document_id: int, job: str, verdict: Verdict, as_format: str, tell: bool
) -> DraftDocument | None:
    """Accept or refuse a document that waits."""
    query = select(DraftDocument).where(DraftDocument.id == document_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    settle(session, job)
    if found is None or found.state != "waiting":
        return found
    if verdict.accepted:
        found.state, found.format, found.pages = "accepted", as_format, verdict.pages
        found.media_type = verdict.media_type or ""
        record(session, "document-accepted", ("draft", found.draft_id), document=found.id, pages=verdict.pages)
    else:
        found.state, found.reasons = "refused", [asdict(reason) for reason in verdict.reasons]
        rules = [reason.rule for reason in verdict.reasons]
        values = {"kind": found.kind, "file_name": found.file_name, "rules": rules, "document": found.id}
        record(session, "document-refused", ("draft", found.draft_id), **values)
        _take_renderings(session, found, utc_now())
        if tell and found.removed_at is None:
            title = session.get_one(Draft, found.draft_id).title
            told = {"draft": found.draft_id, "title": title, "file_name": found.file_name, "reasons": found.reasons[:5]}
            notify(session, found.received_by_id, "document-refused", None, **told)
    return found


@transaction
def note_refusal(session: Session, draft_id: str, kind: str, file_name: str, rules: list[str], user: Any) -> None:
    """Keep in the audit trail that a file was refused before it was attached, and by which rules."""
    draft = owned(session, draft_id, user)
    record(session, "document-refused", ("draft", draft.id), kind=kind, file_name=file_name, rules=rules)


@transaction
def remove(session: Session, draft_id: str, document_id: int, user: Any) -> DraftDocument:
    """Take a document out of the draft, with its renderings; it can be brought back. A refused one is dismissed."""
    draft = locked(session, draft_id, user)
    found = document(draft, document_id)
    if found.removed_at is None:
        found.removed_at = draft.updated_at = utc_now()
        _take_renderings(session, found, found.removed_at)
        if found.state != "refused":
            record(session, "document-removed", ("draft", draft.id), kind=found.kind, document=found.id)
    return found


@transaction
def restore(session: Session, draft_id: str, document_id: int, kind: DocumentKind, user: Any) -> DraftDocument:
    """Bring a removed document back, with the renderings that went with it.

    Raises TooMany when another took its place, NoOriginal for the rendering of one that is not attached.
    """
    draft = locked(session, draft_id, user)
    found = document(draft, document_id)
    if found.removed_at is None or found.state == "refused":
        return found
    attached, gone_at = documents_of(draft), found.removed_at
    place = Place(kind, found.position, found.rendering_of)
    _room(attached, place)
    if any((one.kind, one.sha512) == (found.kind, found.sha512) for one in attached):
        raise TooMany(found.kind)
    found.position = _position(attached, place)
    for one in draft.documents:
        is_its_rendering = one.kind == found.kind and one.rendering_of == found.sha512 and one.removed_at == gone_at
        if one is found or is_its_rendering:
            one.removed_at = None
    draft.updated_at = utc_now()
    record(session, "document-restored", ("draft", draft.id), kind=found.kind, document=found.id)
    return found


@transaction
def renumber(session: Session, draft_id: str, document_id: int, typed: str, user: Any) -> DraftDocument | None:
    """Give a view another number; the one that has it gets this one's, and is the answer. Raises NoSuchPosition."""
    draft = locked(session, draft_id, user)
    found, number = document(draft, document_id), parse(typed)
    if number is None or not found.position:
        raise NoSuchPosition(typed)
    wanted = written(number)
    attached = documents_of(draft)
    other = next((one for one in attached if one.position == wanted and one is not found), None)
    if other is not None:
        other.position = found.position
    if wanted != found.position:
        values = {"document": found.id, "before": found.position, "after": wanted}
        record(session, "document-renumbered", ("draft", draft.id), **values)
        found.position, draft.updated_at = wanted, utc_now()
    return other


def drop_forgotten() -> int:
    """Forget what is held for a day and belongs to no document that waits: a server died between the two."""
    keys = store().held_for(HELD_AT_LEAST)
    query = select(DraftDocument.held_key).where(DraftDocument.held_key.in_(keys), DraftDocument.state == "waiting")
    forgotten = set(keys) - set(db.session.scalars(query)) if keys else set()
    for key in forgotten:
        store().drop(key)
    return len(forgotten)


def place_for(kind: DocumentKind, position: str, original: DraftDocument | None) -> Place:
    """Where a file goes that is uploaded with this number, or as the rendering of this document.

    Raises NoSuchPosition for a number that is none, NoOriginal for a document that is no original.
    """
    if original is not None:
        if not kind.takes_renderings or original.kind != kind.code or original.rendering_of:
            raise NoOriginal(original.file_name)
        return Place(kind, rendering_of=original.sha512)
    if not kind.numbered or not position.strip():
        return Place(kind)
    number = parse(position)
    if number is None:
        raise NoSuchPosition(position)
    return Place(kind, written(number))


def next_position(draft: Draft) -> str:
    """The number that the next view gets when nobody types one."""
    return next_free([one.position for one in documents_of(draft)])


def _room(attached: list[DraftDocument], place: Place) -> None:
    """Raise TooMany or NoOriginal unless there is room for one more."""
    same = [one for one in attached if one.kind == place.kind.code]
    if place.rendering_of:
        if all(one.sha512 != place.rendering_of for one in same):
            raise NoOriginal(place.rendering_of)
        if any(one.rendering_of == place.rendering_of for one in same):
            raise TooMany(place.kind.code)
    elif sum(1 for one in same if not one.rendering_of) >= place.kind.max_count:
        raise TooMany(place.kind.code)


def _position(attached: list[DraftDocument], place: Place) -> str:
    """The wanted number, or the next free one where another has it by now."""
    if not place.kind.numbered or place.rendering_of:
        return ""
    wanted: Number | None = parse(place.position)
    return next_free([one.position for one in attached], wanted)


def _take_renderings(session: Session, original: DraftDocument, at: datetime) -> None:
    """A rendering shows nothing without its original."""
    query = select(DraftDocument).where(
        DraftDocument.draft_id == original.draft_id,
        DraftDocument.kind == original.kind,
        DraftDocument.rendering_of == original.sha512,
        DraftDocument.removed_at.is_(None),
    )
    for rendering in session.scalars(query):
        rendering.removed_at = at


def _kind(draft: Draft, found: DraftDocument) -> DocumentKind:
    """The kind as the profile has it now; raises NotFound when it is no more."""
    try:
        kinds = profile().service(draft.service).documents
    except KeyError:
        raise NotFound from None
    kind = next((one for one in kinds if one.code == found.kind), None)
    if kind is None:
        raise NotFound
    return kind


def _put(path: Path) -> None:
    with path.open("rb") as content:
        store().put(content)


def _job(key: str) -> str:
    """The examination of what is held under a key, in the outbox."""
    return f"document-{key}"
