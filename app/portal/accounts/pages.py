"""The sign-in page, which other features' answers lead to."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request, session

from portal.accounts.forms import SignInForm
from portal.web import safe


def sign_in_page(form: SignInForm | None = None, held_token: str | None = None, status: int = 200) -> Response:
    """The sign-in page; with a token it says that what was typed is kept."""
    if form is None:
        ended = bool(session.pop("ended", False)) or status == 401
        form = SignInForm(formdata=None, next=safe.next_path(request.args.get("next")) or _here())
    else:
        ended = False
    form.held.data = held_token or ""
    return make_response(
        render_template("accounts/sign_in.html", form=form, ended=ended, kept=bool(held_token)), status
    )


def _here() -> str:
    """Where to go on after sign-in when a POST was interrupted: its own address, when it can be read as well."""
    if request.method != "POST" or request.path.startswith("/sign-"):
        return ""
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, method="GET") else ""
