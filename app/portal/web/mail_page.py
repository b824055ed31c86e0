"""The developer's page of mail: what would have been sent. Registered in development only."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.accounts.rules import Permission
from portal.notices import mail
from portal.web.permissions import requires

bp = Blueprint("mail_page", __name__)


@bp.get("/development/mail")
@requires(Permission.PUBLIC)
def messages() -> str:
    """The messages that were kept instead of sent, newest first."""
    return render_template("web/mail_page.html", messages=mail.kept())
