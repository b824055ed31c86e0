"""Uploads that can stop and go on: begun with their size, written part by part, a document with the last byte."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.db import db, new_key, transaction, utc_now
from portal.documents.arriving import Checksum, NotArriving, Readable, arriving
from portal.documents.names import safe_name
from portal.documents.scanner import ScannerAway
from portal.documents.service import largest
from portal.documents.store import Stored, StoreFull, store
from portal.documents.verdict import Reason
from portal.drafting.documents import (
    Arrived,
    NoOriginal,
    Place,
    TooMany,
    examine_waiting,
    require_place,
    take_in,
)
from portal.drafting.models import Draft, DraftDocument, Upload
from portal.drafting.roles import Act
from portal.drafting.service import NotFound, NotOpen, locked, owned
from portal.profile.model import DocumentKind

log = logging.getLogger("portal")

LIFE = timedelta(days=3)
"""For so long an upload can be continued after it was begun."""
MOST = 250
"""Uploads of one draft that are not finished: a script that begins them for ever is stopped."""


class Refused(Exception):
    """The file is not taken, before a byte of it is examined; nothing of it was kept."""

    def __init__(self, file_name: str, reason: Reason) -> None:
        self.file_name, self.reason = file_name, reason
        super().__init__(f"{file_name}: {reason.rule}")


class TooManyUploads(Exception):
    """The draft has too many uploads that are not finished."""


def receive(draft_id: str, place: Place, given_name: str, content: Readable, user: Any) -> DraftDocument:
    """Take in a whole file, as a form brings it: the document, which waits where the scanner is away.

    Raises Refused for one that is empty or too large, and what `complete` raises.
    """
    name, key, most = safe_name(given_name), new_key(), largest(place.kind)
    arriving().begin(key)
    try:
        size = arriving().append(key, 0, content, most + 1)
        if not 0 < size <= most:
            raise Refused(name, Reason("too-large", None, {"size": size, "limit": most}) if size else Reason("empty"))
        return settle(draft_id, key, name, place, user)
    finally:
        arriving().remove(key)


def begin(draft_id: str, place: Place, given_name: str, size: int, user: Any, modified: str = "") -> Upload:
    """Begin the upload of a file of this size.

    Raises Refused, TooManyUploads, StoreFull and StoreAway, and what `documents.take_in` raises.
    """
    name, most = safe_name(given_name), largest(place.kind)
    if not 0 < size <= most:
        raise Refused(name, Reason("too-large", None, {"size": size, "limit": most}) if size else Reason("empty"))
    if not arriving().has_room_for(size):
        raise StoreFull(f"no room for an upload of {size} bytes")
    key = new_key()
    arriving().begin(key)
    try:
        return _note(draft_id, place, name, size, user, modified[:40], key)
    except BaseException:
        arriving().remove(key)
        raise


@transaction
def _note(
    session: Session, draft_id: str, place: Place, name: str, size: int, user: Any, modified: str, key: str
) -> Upload:
    draft = locked(session, draft_id, user)
    require_place(draft, place)
    if (session.scalar(select(func.count()).select_from(Upload).where(Upload.draft_id == draft.id)) or 0) >= MOST:
        raise TooManyUploads(draft.id)
    upload = Upload(
        id=key,
        draft_id=draft.id,
        user_id=user.id,
        kind=place.kind.code,
        file_name=name,
        size=size,
        modified=modified,
        position=place.position,
        rendering_of=place.rendering_of,
        expires_at=utc_now() + LIFE,
    )
    session.add(upload)
    return upload


def find(draft_id: str, key: str, user: Any) -> Upload:
    """An upload of this person's draft that can still be continued; raises NotFound, NotAllowed."""
    owned(db.session, draft_id, user, Act.EDIT)
    upload = db.session.get(Upload, key)
    if upload is None or upload.draft_id != draft_id or upload.expires_at < utc_now():
        raise NotFound
    return upload


def document_of(draft: Draft, key: str) -> DraftDocument | None:
    """The document that an upload became."""
    return next((one for one in draft.documents if one.held_key == key), None)


def unfinished(draft: Draft) -> list[tuple[Upload, int]]:
    """The uploads of a draft that can be continued, each with how many bytes of it are here."""
    query = select(Upload).where(Upload.draft_id == draft.id, Upload.expires_at > utc_now()).order_by(Upload.created_at)
    return [(upload, received(upload)) for upload in db.session.scalars(query)]


def received(upload: Upload) -> int:
    """How many bytes are here for good; 0 when they are on a server that is no more: the upload begins anew."""
    try:
        return arriving().size(upload.id)
    except NotArriving:
        return 0


def append(upload: Upload, offset: int, source: Readable, checksum: Checksum | None = None) -> int:
    """Write what comes behind the first `offset` bytes; how many are here then. Raises as `Arriving.append` does.

    More than was announced is left unread.
    """
    key, most = upload.id, max(0, upload.size - offset)
    db.session.rollback()  # a slow line must not keep a connection to the database
    if offset == 0:
        arriving().begin(key)
    return arriving().append(key, offset, source, most, checksum)


def complete(upload: Upload, kind: DocumentKind, user: Any) -> DraftDocument:
    """Make the document of an upload of which every byte is here; it waits where the scanner is away.

    A repeat is the same thing. Raises NotFound, NotOpen, TooMany, NoOriginal (the upload is discarded) and StoreError.
    """
    place = Place(kind, upload.position, upload.rendering_of)
    return settle(upload.draft_id, upload.id, upload.file_name, place, user)


def settle(draft_id: str, key: str, file_name: str, place: Place, user: Any) -> DraftDocument:
    """Hold what has arrived under a key, attach it and examine it."""
    path = arriving().path(key)
    arrived_at = utc_now()
    with path.open("rb") as content:
        stored = Stored(hashlib.file_digest(content, "sha512").hexdigest(), path.stat().st_size)
    store().hold(key, path)
    try:
        found = take_in(draft_id, place, Arrived(key, file_name, stored, arrived_at), user)
    except (NotFound, NotOpen, TooMany, NoOriginal):
        store().drop(key)
        discard_bytes(key)
        raise
    arriving().remove(key)
    if found.held_key != key or found.state != "waiting":
        store().drop(key)  # the same file was here already
    try:
        return examine_waiting(found.id) or found
    except ScannerAway:
        log.warning("draft %s: document %d waits for the virus scanner", draft_id, found.id)
        return found


@transaction
def _forget(session: Session, keys: list[str]) -> int:
    session.execute(delete(Upload).where(Upload.id.in_(keys)).execution_options(synchronize_session=False))
    return len(keys)


def discard_bytes(key: str) -> None:
    """Forget an upload: its row and its bytes."""
    _forget([key])
    arriving().remove(key)


@transaction
def discard(session: Session, draft_id: str, key: str, user: Any) -> None:
    """Give an upload up; raises NotFound, NotAllowed."""
    draft = owned(session, draft_id, user, Act.EDIT)
    upload = session.get(Upload, key)
    if upload is None or upload.draft_id != draft.id:
        raise NotFound
    record(session, "upload-discarded", ("draft", draft.id), file_name=upload.file_name, size=upload.size)
    session.delete(upload)
    arriving().remove(key)


def expire() -> int:
    """Clear away uploads that were not finished in time, and bytes that belong to none; how many that were."""
    gone = list(db.session.scalars(select(Upload.id).where(Upload.expires_at < utc_now()).limit(1000)))
    db.session.rollback()
    old = arriving().older_than(LIFE.total_seconds())
    known = set(db.session.scalars(select(Upload.id).where(Upload.id.in_(old), Upload.expires_at >= utc_now())))
    db.session.rollback()
    for key in {*gone, *old} - known:
        arriving().remove(key)
    if gone:
        _forget(gone)
    return len({*gone, *old} - known)
