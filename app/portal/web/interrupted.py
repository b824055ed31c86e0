"""The answer to a POST that cannot be taken now, because nobody is signed in or the form is of an older session."""

from __future__ import annotations

from flask import Response, jsonify, make_response, render_template

from portal.accounts.pages import sign_in_page
from portal.web import held
from portal.web.viewer import viewer, wants_json


def interrupted() -> Response | None:
    """Sign in, or go back to the form, with what was typed; None when there is nothing to carry for a person."""
    signed_in = viewer() is not None
    if wants_json():
        answer = jsonify({"error": "form-expired" if signed_in else "signed-out"})
        answer.status_code = 400 if signed_in else 401
        return answer
    token = held.token_of_request()
    if not signed_in:
        return sign_in_page(held_token=token, status=401)
    return return_page(token) if token else None


def return_page(token: str) -> Response:
    """A page that sends the typed values back to their form (at once where scripts run)."""
    opened = held.opened_token(token)
    if opened is None:
        raise ValueError("the token was checked before")
    return make_response(render_template("web/held.html", action=opened[0], token=token))
