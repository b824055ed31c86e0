"""Put the portal together: settings, profile, database, and the features' pages."""

from __future__ import annotations

from importlib import import_module
from inspect import iscoroutinefunction

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.db import db, engine_options
from portal.profile.loader import load_profile
from portal.settings import Settings, load_settings

FEATURES = [
    "accounts", "drafting", "comments", "approvals", "addressbook", "classification", "fees", "filing", "payments",
    "docket", "office", "notices", "calendar", "explain",
]  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve; raises when settings or profile do not hold."""
    settings = settings or load_settings()
    app = Flask("portal", static_folder=None)
    app.config.update(
        PORTAL=settings,
        PROFILE=load_profile(settings.office_file),
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_ENGINES={"default": engine_options(settings.database_url.get_secret_value())},
    )
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
    db.init_app(app)
    # Flask-SQLAlchemy-Lite starts a thread after each request to close asynchronous sessions; the portal has none.
    app.teardown_appcontext_funcs = [f for f in app.teardown_appcontext_funcs if not iscoroutinefunction(f)]
    import_module("portal.web.setup").init_app(app)
    import_module("portal.accounts.security").init_app(app)
    for feature in FEATURES:
        app.register_blueprint(import_module(f"portal.{feature}.views").bp)
    return app
