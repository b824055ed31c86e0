"""Pages for what went wrong, in plain words: what happened, what it means for the filing, what to do next."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template
from flask_babel import LazyString, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from portal.web.interrupted import interrupted
from portal.web.logs import request_id
from portal.web.viewer import wants_json

log = logging.getLogger("portal")


@dataclass(frozen=True)
class Words:
    """The words of one error page."""

    title: LazyString
    meaning: LazyString
    advice: LazyString


WORDS: dict[int, Words] = {
    400: Words(
        lazy_gettext("The portal did not understand this request"),
        lazy_gettext("Nothing was changed. Your drafts and filings are as they were."),
        lazy_gettext("Go back, check the address or load the page again, and repeat what you were doing."),
    ),
    401: Words(
        lazy_gettext("Sign in to see this page"),
        lazy_gettext("You are not signed in, or your session has ended. What you saved is safe."),
        lazy_gettext("Sign in, then go on where you were."),
    ),
    403: Words(
        lazy_gettext("Your account may not do this"),
        lazy_gettext("You are signed in, but your role does not include this page. Nothing was changed."),
        lazy_gettext("If you need it for your work, ask your firm's administrator or the office's support."),
    ),
    404: Words(
        lazy_gettext("There is no such page"),
        lazy_gettext("The address may be mistyped, or it may belong to another firm. Nothing was changed."),
        lazy_gettext("Check the address, or begin again from your docket."),
    ),
    405: Words(
        lazy_gettext("The portal did not understand this request"),
        lazy_gettext("Nothing was changed. Your drafts and filings are as they were."),
        lazy_gettext("Go back, check the address or load the page again, and repeat what you were doing."),
    ),
    413: Words(
        lazy_gettext("The file is larger than the office takes"),
        lazy_gettext("The file was not received. Everything else in your draft is safe."),
        lazy_gettext("Make the file smaller, for example by a lower scanning resolution, and add it again."),
    ),
    429: Words(
        lazy_gettext("Too many requests in a short time"),
        lazy_gettext("The last request was not carried out. What you saved before is safe."),
        lazy_gettext("Wait for a few minutes, then try again."),
    ),
    500: Words(
        lazy_gettext("Something went wrong in the portal"),
        lazy_gettext(
            "What you saved is safe. If you were submitting, look in your docket: "
            "only a filing that is listed there with a number was received."
        ),
        lazy_gettext("Try again in a few minutes. If it happens again, tell the office's support the reference below."),
    ),
    503: Words(
        lazy_gettext("The portal cannot be reached for the moment"),
        lazy_gettext(
            "Your draft is safe as it was last saved. If you were submitting, the filing was not acknowledged: "
            "without a number there is no filing, and submitting again cannot file it twice."
        ),
        lazy_gettext(
            "Wait for a few minutes, then load this page again. Urgent on the last day of a term? Call support."
        ),
    ),
}


def init_app(app: Flask) -> None:
    """Answer every failure with a page, or with JSON where a script asked."""
    app.jinja_env.globals["reference"] = request_id
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InterfaceError, _database_away)
    app.register_error_handler(HTTPException, _http_error)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status in (301, 302, 303, 307, 308):
        return make_response(error.get_response())
    if isinstance(error, InternalServerError):
        _forget_viewer()
        log.error("request %s failed", g.get("request_id"), exc_info=error.original_exception)
    return page(status, error)


def _database_away(error: Exception) -> Response:
    _forget_viewer()
    log.error("request %s: the database did not answer: %s", g.get("request_id"), error)
    answer = page(503)
    answer.headers["Retry-After"] = "60"
    return answer


def _forget_viewer() -> None:
    """Look nobody up for the page: whatever failed may fail again while it is made."""
    g.viewer_unknown = True
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # for its templates' context


def _form_expired(error: CSRFError) -> Response:
    """The form's token is not this session's: carry what was typed over to a page that can save it."""
    return interrupted() or page(400, error)


def page(status: int, error: HTTPException | None = None) -> Response:
    """The page of this status; a script gets the same words as JSON."""
    words = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    if wants_json():
        body = {"error": str(words.title), "meaning": str(words.meaning), "advice": str(words.advice)}
        answer = jsonify(body)
    else:
        answer = make_response(render_template("errors/error.html", words=words, status=status))
    answer.status_code = status
    for name, value in error.get_headers() if error else []:
        if name in ("Retry-After", "Allow"):
            answer.headers[name] = value
    return answer
