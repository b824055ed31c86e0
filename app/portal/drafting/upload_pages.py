"""Resumable uploads by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload), for a page's own script.

A file is announced with its size, sent in parts, and continued where it stopped: after a cut link, an ended session, a
server that was started again. With its last byte it becomes a document of the draft, or is refused on the page.
"""

from __future__ import annotations

import base64
import binascii
import functools
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec

from flask import jsonify, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.documents.arriving import Busy, Checksum, CutOff, NotArriving, OtherOffset, WrongChecksum
from portal.documents.store import StoreError, StoreFull
from portal.documents.wording import words
from portal.drafting import documents as events
from portal.drafting import uploads
from portal.drafting.blueprint import bp
from portal.drafting.document_pages import place_of, told_of
from portal.drafting.documents import NoOriginal, NoSuchPosition, TooMany
from portal.drafting.models import Upload
from portal.drafting.roles import Act
from portal.drafting.service import NotOpen
from portal.drafting.view import DraftView
from portal.web.permissions import requires

P = ParamSpec("P")
log = logging.getLogger("portal")

ROUTE = "/drafts/<draft_id>/uploads"
ONE = f"{ROUTE}/<key>"
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256", "sha512")
PART = "application/offset+octet-stream"
NUMBER = re.compile(r"\d{1,15}")
CHECKSUM_MISMATCH = 460


class _Answer(Exception):
    """A request that is answered with a status and words."""

    def __init__(self, status: int, message: str = "") -> None:
        self.status, self.message = status, message
        super().__init__(f"{status} {message}")


def _tus(view: Callable[P, Response]) -> Callable[P, Response]:
    """Speak the protocol's version, and turn what can happen to an upload into its status, with words for a person."""

    @functools.wraps(view)
    def spoken(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            answer = _told(412, f"Tus-Resumable: {VERSION}")
            answer.headers["Tus-Version"] = VERSION
            return answer
        try:
            answer = view(*args, **kwargs)
        except _Answer as error:
            answer = _told(error.status, error.message)
        except StoreFull as error:
            log.error("%s: %s", request.path, error)  # noqa: TRY400 - its cause is in its words
            answer = _told(507, told_of(error))
        except StoreError as error:
            log.error("%s: %s", request.path, error)  # noqa: TRY400
            answer = _told(503, told_of(error))
        except NotOpen:
            answer = _told(410, _("This application was filed: its draft cannot be changed any more."))
        except (TooMany, NoOriginal, NoSuchPosition) as error:
            answer = _told(422, told_of(error))
        answer.headers["Tus-Resumable"] = VERSION
        return answer

    return spoken


@bp.route(ROUTE, methods=["OPTIONS"])
@requires(Permission.DRAFT)
@_tus
def upload_options(draft_id: str) -> Response:
    """What this server understands."""
    DraftView.of(draft_id)
    headers = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Checksum-Algorithm": ",".join(ALGORITHMS)}
    return Response(status=204, headers=headers)


@bp.post(ROUTE)
@requires(Permission.DRAFT)
@_tus
def begin_upload(draft_id: str) -> Response:
    """Announce a file: its size in Upload-Length; kind, name and place in Upload-Metadata."""
    view = DraftView.of(draft_id, Act.EDIT)
    told = _metadata()
    kind = view.kind(told.get("kind", ""))
    place = place_of(view, kind, told.get("position", ""), told.get("rendering_of", ""))
    size, name = _number("Upload-Length"), told.get("filename", "")
    try:
        upload = uploads.begin(draft_id, place, name, size, current_user, told.get("modified", ""))
    except uploads.Refused as error:
        events.note_refusal(draft_id, kind.code, error.file_name, [error.reason.rule], current_user)
        raise _Answer(413 if error.reason.rule == "too-large" else 422, words(error.reason)) from error
    except uploads.TooManyUploads as error:
        raise _Answer(429, _("Too many uploads of this draft are not finished. Discard some of them first.")) from error
    address, expires = url_for("drafting.continue_upload", draft_id=draft_id, key=upload.id), upload.expires_at
    here = _append(view, upload, 0) if request.mimetype == PART else 0
    return _state(201, here, expires, Location=address)


@bp.route(ONE, methods=["HEAD"])
@requires(Permission.DRAFT)
@_tus
def upload_state(draft_id: str, key: str) -> Response:
    """How much has come for good."""
    view = DraftView.of(draft_id)
    if (document := uploads.document_of(view.draft, key)) is not None:  # the answer to the last part was lost
        return _state(200, document.size, None, **{"Upload-Length": str(document.size)})
    upload = uploads.find(draft_id, key, current_user)
    size, here, expires = upload.size, uploads.received(upload), upload.expires_at
    if here == size:  # the server was stopped between the last byte and its examination
        uploads.complete(upload, view.kind(upload.kind), current_user)
    return _state(200, here, expires, **{"Upload-Length": str(size)})


@bp.route(ONE, methods=["PATCH"])
@requires(Permission.DRAFT)
@_tus
def continue_upload(draft_id: str, key: str) -> Response:
    """Receive the next part; with the last byte the file is examined before the answer."""
    view = DraftView.of(draft_id)
    if request.mimetype != PART:
        raise _Answer(415, PART)
    upload = uploads.find(draft_id, key, current_user)
    expires = upload.expires_at
    return _state(204, _append(view, upload, _number("Upload-Offset")), expires)


@bp.route(ONE, methods=["DELETE"])
@requires(Permission.DRAFT)
@_tus
def terminate_upload(draft_id: str, key: str) -> Response:
    """Give an upload up."""
    uploads.discard(draft_id, key, current_user)
    return Response(status=204)


def _append(view: DraftView, upload: Upload, offset: int) -> int:
    """Write the request's body; how many bytes are here then. With the last one the document is made."""
    size, key, kind = upload.size, upload.id, view.kind(upload.kind)
    if offset + (request.content_length or 0) > size:
        raise _Answer(413, _("More was sent than was announced. Choose the file again."))
    if view.draft.state != "open":
        raise NotOpen(view.draft.id)
    try:
        here = uploads.append(upload, offset, request.stream, _checksum())
    except OtherOffset as error:
        raise _Answer(409, f"Upload-Offset: {error.size}") from error
    except Busy as error:
        raise _Answer(423, _("The same file is being sent from another window.")) from error
    except WrongChecksum as error:
        raise _Answer(CHECKSUM_MISMATCH, _("A part was changed on its way. It is sent again.")) from error
    except NotArriving as error:
        raise _Answer(404) from error
    except CutOff as error:
        raise _Answer(400) from error
    if here == size:
        uploads.complete(uploads.find(view.draft.id, key, current_user), kind, current_user)
    return here


def _state(status: int, here: int, expires: datetime | None, **headers: str) -> Response:
    answer = Response(status=status, headers=headers)
    answer.headers["Upload-Offset"] = str(here)
    answer.headers["Cache-Control"] = "no-store"
    if expires is not None:
        answer.headers["Upload-Expires"] = http_date(expires)
    return answer


def _told(status: int, message: str) -> Response:
    answer = jsonify({"message": message})
    answer.status_code = status
    return answer


def _number(header: str) -> int:
    """The number in a header that must be there."""
    value = request.headers.get(header, "")
    if not NUMBER.fullmatch(value):
        raise _Answer(400, header)
    return int(value)


def _metadata() -> dict[str, str]:
    """Names and values of Upload-Metadata: base64 of UTF-8, one pair between two commas."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise _Answer(400, "Upload-Metadata") from error
    return found


def _checksum() -> Checksum | None:
    """What the part must hash to, if the request says so."""
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _space, digest = given.partition(" ")
    if algorithm not in ALGORITHMS:
        raise _Answer(400, "Upload-Checksum")
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except (binascii.Error, ValueError) as error:
        raise _Answer(400, "Upload-Checksum") from error
