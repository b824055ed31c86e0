"""Pages and addresses that belong to no feature: the start, language, static files, health."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts.rules import Permission
from portal.context import profile
from portal.web import assets, health, language, safe
from portal.web.navigation import home_of
from portal.web.permissions import requires
from portal.web.viewer import viewer

bp = Blueprint("web", __name__)


@bp.get("/")
@requires(Permission.PUBLIC)
def home() -> AnyResponse:
    """Lead each person to where their work begins."""
    person = viewer()
    if person is None:
        return redirect(url_for("accounts.sign_in"))
    return redirect(home_of(person.role_names()))


@bp.get("/language/<code>")
@requires(Permission.PUBLIC)
def choose_language(code: str) -> AnyResponse:
    """Keep the choice in a cookie and go back to the page."""
    if code not in profile().office.languages:
        abort(404)
    response = redirect(safe.next_path(request.args.get("next")) or "/", 303)
    response.set_cookie(language.COOKIE, code, **language.cookie_options())  # type: ignore[arg-type]
    return response


@bp.get("/static/<path:name>")
@requires(Permission.PUBLIC)
def static_file(name: str) -> Response:
    """A front-end file."""
    return assets.send(name, current_app.config["OFFICE_CSS"], current_app.config["OFFICE_CSS_NAME"])


@bp.get("/favicon.ico")
@requires(Permission.PUBLIC)
def favicon() -> Response:
    """There is none: an empty answer keeps browsers from asking again."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=86400"})


@bp.get("/health/live")
@requires(Permission.PUBLIC)
def live() -> Response:
    """The process answers."""
    return health.answer(health.live())


@bp.get("/health/ready")
@requires(Permission.PUBLIC)
def ready() -> Response:
    """The process can serve: database and document store answer."""
    return health.answer(health.ready())
