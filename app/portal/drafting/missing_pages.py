"""The checklist of what is missing: a page to print, and a text to send."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.drafting.blueprint import bp
from portal.drafting.missing import as_text, missing
from portal.drafting.view import DraftView
from portal.web.permissions import requires


@bp.get("/drafts/<draft_id>/missing")
@requires(Permission.DRAFT)
def what_is_missing(draft_id: str) -> str:
    """What is missing, section by section, to print."""
    view = DraftView.of(draft_id)
    found = missing(view)
    return render_template("drafting/missing.html", view=view, missing=found, text=as_text(view, found))


@bp.get("/drafts/<draft_id>/missing.txt")
@requires(Permission.DRAFT)
def missing_text(draft_id: str) -> Response:
    """The same as plain text."""
    view = DraftView.of(draft_id)
    return Response(as_text(view, missing(view)), mimetype="text/plain")
