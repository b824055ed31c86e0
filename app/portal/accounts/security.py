"""Flask-Security as the portal uses it: people, sessions, argon2 and TOTP; the pages are the portal's own."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, redirect, request
from flask_principal import Principal
from flask_security import FSQLALiteUserDatastore, Security
from passlib.totp import TOTP
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts.models import Role, User
from portal.accounts.pages import sign_in_page
from portal.db import db
from portal.web.errors import page as error_page
from portal.web.interrupted import interrupted
from portal.web.viewer import wants_json

PERSON = (
    select(User)
    .options(joinedload(User.roles))
    .where(User.fs_uniquifier == bindparam("uniquifier"), User.active.is_(True))
)
"""Made once: every request of a signed-in person runs it."""


def init_app(app: Flask) -> None:
    """Prepare sign-in; no address of Flask-Security's own is registered."""
    portal, office = app.config["PORTAL"], app.config["PROFILE"].office
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_SALT=portal.password_salt.get_secret_value(),
        SECURITY_PASSWORD_SINGLE_HASH=False,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKD",  # noqa: S106
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
    )
    Security(app, FSQLALiteUserDatastore(db, User, Role), register_blueprint=False)
    manager = app.login_manager  # type: ignore[attr-defined]
    manager.session_protection = (
        None  # it writes the session when an address changes; the cookie is signed and short-lived
    )
    manager._request_callback = None  # nobody signs in by a token in an address
    manager.unauthorized_handler(unauthorized)
    manager.user_loader(_load_user)
    _forget_principals(app)
    # Flask-Security's second factor belongs to its own pages; the portal asks for a code at submission instead.
    app.extensions["portal.totp"] = TOTP.using(
        secrets={"1": portal.totp_secret.get_secret_value()}, issuer=office.name[office.languages[0]]
    )


def _load_user(uniquifier: str) -> User | None:
    """The active person of a session, with firm and roles, in one query."""
    return db.session.scalars(PERSON, {"uniquifier": uniquifier}).unique().one_or_none()


def _forget_principals(app: Flask) -> None:
    """Flask-Principal would look up the person at every request, static files and health included."""
    hooks = app.before_request_funcs.get(None, [])
    app.before_request_funcs[None] = [h for h in hooks if not isinstance(getattr(h, "__self__", None), Principal)]


def unauthorized() -> AnyResponse:
    """Nobody is signed in: lead to the sign-in page, and carry what was typed."""
    if request.method == "GET":
        return error_page(401) if wants_json() else _to_sign_in()
    return interrupted() or sign_in_page(status=401)


def _to_sign_in() -> AnyResponse:
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    location = "/sign-in" if request.path == "/" else f"/sign-in?{urlencode({'next': request.path + query})}"
    return redirect(location, 303)
