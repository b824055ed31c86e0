"""What surrounds a draft besides its own pages: begun from a file of another portal, printed for a client to read."""

from __future__ import annotations

import io
import logging

from flask import redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.drafting.view import DraftView
from portal.filing import draft_print, importing
from portal.filing.blueprint import bp
from portal.filing.import_words import words
from portal.filing.st96.reader import NotRead
from portal.web.language import chosen
from portal.web.permissions import requires

log = logging.getLogger("portal.filing")


@bp.get("/drafts/new/from-file")
@requires(Permission.DRAFT)
def begin_from_file() -> str:
    """Choose an ST.96 file, or a receipt or form that carries one."""
    return render_template("filing/import.html", problem="")


@bp.post("/drafts/new/from-file")
@requires(Permission.DRAFT)
def import_file() -> Response | tuple[str, int]:
    """Begin a draft with what the file says; its task list tells what could not be taken over."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _not_begun(_("Choose a file first."), 400)
    try:
        draft = importing.begin_from(given.stream, given.filename, current_user)
    except NotRead as error:
        log.info("an import was refused: %s", error)
        return _not_begun(words(error), 422)
    return redirect(url_for("drafting.tasks", draft_id=draft.id), 303)


def _not_begun(problem: str, status: int) -> tuple[str, int]:
    return render_template("filing/import.html", problem=problem), status


@bp.get("/drafts/<draft_id>/draft.pdf")
@requires(Permission.DRAFT)
def print_draft(draft_id: str) -> Response:
    """The draft as it stands, to read; marked on each page as a draft that was not filed."""
    view = DraftView.of(draft_id)
    content = draft_print.pdf(view, chosen())
    answer = send_file(
        io.BytesIO(content), "application/pdf", as_attachment=True, download_name=f"draft-{draft_id}.pdf"
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
