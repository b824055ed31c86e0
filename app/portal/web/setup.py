"""Put together what all pages share: layout, language, errors, headers, forms, formats."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from portal.settings import Tier
from portal.web import assets, bidi, errors, formats, forms, guards, language, logs, mail_page, navigation
from portal.web.views import bp

csrf = CSRFProtect()
babel = Babel()


def escape_lazy_texts() -> None:
    """Have lazy texts escaped like all others.

    Flask-Babel calls them HTML (`__html__`): what a person typed would go through one into a page as it stands.
    """
    if hasattr(LazyString, "__html__"):
        del LazyString.__html__


def init_app(app: Flask) -> None:
    """Prepare the application for serving pages: the order of the request hooks is the order below."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session, which has limits of its own
        WTF_CSRF_SSL_STRICT=False,  # pages send no referrer; SameSite and the token stand against forgery
        BABEL_TRANSLATION_DIRECTORIES="translations",
        MAX_CONTENT_LENGTH=app.config["PORTAL"].max_upload_bytes + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    templates = [
        PackageLoader("portal", "web/templates"),
        PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    ]
    app.jinja_loader = ChoiceLoader(templates)
    escape_lazy_texts()
    logs.init_app(app)
    guards.init_app(app)
    babel.init_app(app, locale_selector=language.chosen_locale, timezone_selector=language.office_zone)
    csrf.init_app(app)
    for part in (assets, bidi, formats, forms, language, navigation, errors):
        part.init_app(app)
    app.jinja_env.globals["_l"] = lazy_gettext
    app.register_blueprint(bp)
    portal = app.config["PORTAL"]
    if portal.tier is Tier.DEVELOPMENT and portal.mail_page:
        app.register_blueprint(mail_page.bp)
        app.jinja_env.globals["mail_page"] = "/development/mail"
