"""The inbox."""

from __future__ import annotations

import re

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.notices import service
from portal.notices.rules import DRAFT_PAGES, wording
from portal.web.permissions import requires

bp = Blueprint("notices", __name__, template_folder="templates")


@bp.get("/inbox")
@requires(Permission.SIGNED_IN)
def inbox() -> str:
    """A person's notices, newest first, in the reader's language."""
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    rows, more = service.inbox(current_user.id, page)
    notices = [(row, wording(row.kind, row.params)) for row in rows]
    return render_template(
        "notices/inbox.html",
        notices=notices,
        page=page,
        more=more,
        unread=service.unread_count(),
        draft_pages=DRAFT_PAGES,
    )


@bp.post("/inbox/read")
@requires(Permission.SIGNED_IN)
def read() -> Response:
    """Mark one notice as read, or all when none is named."""
    named = request.form.get("notice", "")
    if named and not re.fullmatch(r"\d{1,18}", named, re.ASCII):
        abort(400)
    service.mark_read(current_user.id, int(named) if named else None)
    page = request.form.get("page", 1, type=int)
    return redirect(url_for(".inbox", page=page if page > 1 else None))
