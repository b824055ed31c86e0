"""The documents of a draft: received, listed, shown, removed and brought back."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.documents.scanner import ScannerAway
from portal.documents.service import KINDS, Refused, largest, receive
from portal.documents.store import StoreAway, StoreFull, store
from portal.documents.wording import FORMATS, words
from portal.drafting import service
from portal.drafting.blueprint import bp
from portal.drafting.models import DraftDocument
from portal.drafting.sections import LABELS
from portal.drafting.view import DraftView
from portal.web import held
from portal.web.permissions import requires

log = logging.getLogger("portal")
ROUTE = "/drafts/<draft_id>/documents"


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def documents(draft_id: str) -> str:
    """What is attached and what is still needed, kind by kind."""
    return _page(DraftView.of(draft_id))


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def upload(draft_id: str) -> Response | str:
    """Receive one document; a refused one is answered with its reasons, and nothing of it is kept."""
    view = DraftView.of(draft_id)
    if held.fields() is not None:
        flash(_("Your session had ended. Choose the file again."), "notice")
        return _page(view)
    kind = view.kind(request.form.get("kind", ""))
    given = request.files.get("file")
    if given is None or not given.filename:
        return _answer(view, 400, kind.code, [(None, _("Choose a file first."))])
    try:
        received = receive(given.stream, given.filename, kind)
        service.add_document(draft_id, kind.code, received, current_user, kind.max_count)
    except (Refused, ScannerAway, StoreFull, StoreAway, service.TooMany) as error:
        return _not_taken(draft_id, kind.code, error)
    except service.NotOpen:
        return _not_open(draft_id)
    flash(_("%(name)s was received and accepted.", name=received.file_name), "success")
    return redirect(url_for("drafting.documents", draft_id=draft_id) + f"#kind-{kind.code}", 303)


@bp.post(f"{ROUTE}/<int:document_id>/remove")
@requires(Permission.DRAFT)
def remove_document(draft_id: str, document_id: int) -> Response:
    """Take a document out; the page offers to bring it back."""
    try:
        service.remove_document(draft_id, document_id, current_user)
    except service.NotOpen:
        return _not_open(draft_id)
    return redirect(url_for("drafting.documents", draft_id=draft_id, removed=document_id), 303)


@bp.post(f"{ROUTE}/<int:document_id>/restore")
@requires(Permission.DRAFT)
def restore_document(draft_id: str, document_id: int) -> Response:
    """Bring a removed document back."""
    view = DraftView.of(draft_id)
    removed = service.document(view.draft, document_id)
    try:
        service.restore_document(draft_id, document_id, current_user, view.kind(removed.kind).max_count)
    except service.TooMany:
        flash(_("Another document has taken its place. Remove that one first."), "error")
    except service.NotOpen:
        return _not_open(draft_id)
    else:
        flash(_("%(name)s is attached again.", name=removed.file_name), "success")
    return redirect(url_for("drafting.documents", draft_id=draft_id), 303)


@bp.get(f"{ROUTE}/<int:document_id>")
@requires(Permission.DRAFT)
def document(draft_id: str, document_id: int) -> Response:
    """The received bytes, as a download that no browser will run."""
    found = service.document(DraftView.of(draft_id).draft, document_id)
    content = BytesIO(store().get(found.sha512))
    answer = send_file(content, found.media_type, as_attachment=True, download_name=found.file_name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _not_taken(draft_id: str, kind: str, error: Exception) -> Response:
    """Why a document was not taken, and what to do; nothing of it is kept."""
    view = DraftView.of(draft_id)
    if isinstance(error, Refused):
        rules = [reason.rule for reason in error.reasons]
        service.note_refusal(draft_id, kind, error.file_name, rules, current_user)
        found = [(reason.page, words(reason)) for reason in error.reasons]
        return _answer(DraftView.of(draft_id), 422, kind, found, error.file_name)
    if isinstance(error, service.TooMany):
        message = _("There is already a document of this kind. Remove it first.")
        return _answer(view, 409, kind, [(None, message)])
    if isinstance(error, ScannerAway):
        message = _("The virus scanner does not answer, so nothing was kept. Try again in a few minutes.")
    else:
        message = _("The office's document store cannot take the file now. Try again in a few minutes.")
    log.error("draft %s: a document was not taken: %s", draft_id, error)
    return _answer(view, 503, kind, [(None, message)])


def _not_open(draft_id: str) -> Response:
    flash(_("This application was filed: its draft cannot be changed any more."), "error")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)


def _answer(
    view: DraftView, status: int, kind: str, reasons: list[tuple[int | None, str]], file_name: str = ""
) -> Response:
    refusal: dict[str, Any] = {"kind": kind, "reasons": reasons, "file_name": file_name}
    answer = make_response(_page(view, refusal))
    answer.status_code = status
    return answer


def _what(document: DraftDocument) -> str:
    """What a document is, to begin a line with: A PNG picture."""
    name = str(FORMATS[KINDS.get(document.media_type, document.format)])
    return name[:1].upper() + name[1:]


def _page(view: DraftView, refusal: dict[str, Any] | None = None) -> str:
    removed = request.args.get("removed", type=int)
    undo = next((one for one in view.draft.documents if one.id == removed and one.removed_at is not None), None)
    return render_template(
        "drafting/documents.html",
        view=view,
        title=LABELS["documents"],
        refusal=refusal,
        undo=undo,
        what=_what,
        accepted=lambda kind: ", ".join(str(FORMATS[one]) for one in kind.formats),
        largest=largest,
    )
