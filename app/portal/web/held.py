"""What was typed when a session ended: carried through sign-in in the page itself, signed, never stored on the server.

A POST to a draft's section that finds nobody signed in (or a form of an older session) is answered by a sign-in page
with the typed fields in a hidden, signed field. After sign-in the same address receives them back as `held`; its view
then shows the form filled with `held.fields()` and saves nothing until the person does.
"""

from __future__ import annotations

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

FIELD = "held"
LIFE = 12 * 3600
LARGEST = 200_000
NEVER = frozenset({"csrf_token", "password", "code", FIELD})
ENDPOINTS = frozenset(
    {
        "drafting.create",
        "drafting.save",
        "drafting.upload",
        "comments.write",
        "addressbook.add",
        "office.return_for_defects",
        "office.refuse_discount",
        "classification.add_picked",
    }
)
"""What is typed into a draft, or to an agent: these views ask for `fields()` and save nothing. All else is asked for
anew: another site could send the request, and sign-in would carry it out."""


def fields() -> MultiDict[str, str] | None:
    """The typed values that came back through sign-in for this very address, else None."""
    token = request.form.get(FIELD) if request.method == "POST" else None
    opened = opened_token(token) if token else None
    if opened is None or opened[0] != request.path:
        return None
    return opened[1]


def opened_token(token: str) -> tuple[str, MultiDict[str, str]] | None:
    """Path and values of a token that this portal signed in the last hours."""
    try:
        path, pairs = _serializer().loads(token, max_age=LIFE)
    except BadData:
        return None
    return path, MultiDict(pairs)


def token_of_request() -> str | None:
    """A token for what this request carries; None when there is nothing to carry, or too much."""
    if request.method != "POST" or request.endpoint not in ENDPOINTS:
        return None
    given = request.form.get(FIELD, "")
    if given and opened_token(given):
        return given  # the session ended a second time, on the way back
    pairs = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER]
    if not pairs or sum(len(name) + len(value) for name, value in pairs) > LARGEST:
        return None
    return _serializer().dumps([request.path, pairs])


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="portal.web.held")
