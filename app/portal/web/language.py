"""Which language a page is in: the reader's choice, else the account's, else the browser's, else the office's first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import quote

from babel import Locale
from flask import Flask, g, has_request_context, request
from flask_babel import force_locale, get_locale

from portal.context import profile, settings
from portal.settings import Tier
from portal.web.viewer import viewer

COOKIE = "language"


def init_app(app: Flask) -> None:
    """Give templates the language of the page and the ways to the others."""
    app.context_processor(_of_the_page)


def _of_the_page() -> dict[str, object]:
    code = chosen()
    return {"language": code, "direction": direction(code), "other_languages": others}


def chosen() -> str:
    """The language code of this page; outside a request the office's first."""
    languages = profile().office.languages
    if not has_request_context():
        return languages[0]
    if "language" not in g:
        g.language = _choose(languages)
    language: str = g.language
    return language


def spoken() -> str:
    """The language of the text that is being made: a mail's or paper's own, else the page's; else English."""
    return str(get_locale() or "en").replace("_", "-")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Make texts in this language, whatever the reader's is: `with speaking("ar"): …`."""
    with force_locale(_locale(code)):
        yield


def chosen_locale() -> str:
    """The language of this page as Babel and gettext write it: pt_BR for pt-BR."""
    return _locale(chosen())


def _locale(code: str) -> str:
    return code.replace("-", "_")


def _choose(languages: list[str]) -> str:
    cookie = request.cookies.get(COOKIE)
    if cookie in languages:
        return cookie
    person = viewer()
    if person is not None and person.locale in languages:
        return str(person.locale)
    wanted = [tag for tag, _quality in request.accept_languages]  # best first; fr-CH is served by fr
    found = (code for tag in wanted for code in (tag, tag.split("-")[0]) if code in languages)
    return next(found, languages[0])


def office_zone() -> str:
    """The name of the office's time zone."""
    return profile().office.time_zone


def others() -> list[tuple[str, str, str]]:
    """Code, own name and address of each other language of the office; the address leads back to this page."""
    query = f"?{request.query_string.decode('latin-1')}" if request.method == "GET" and request.query_string else ""
    here = quote(request.path + query, safe="/")
    return [
        (code, own_name(code), f"/language/{code}?next={here}")
        for code in profile().office.languages
        if code != chosen()
    ]


@lru_cache(maxsize=64)
def direction(code: str) -> str:
    """The direction in which a language is written, as HTML's attribute `dir` has it: `ltr` or `rtl`."""
    return Locale.parse(code, sep="-").text_direction


@lru_cache(maxsize=64)
def own_name(code: str) -> str:
    """What a language calls itself, such as 'Français'."""
    name = Locale.parse(code, sep="-").display_name or code
    return name[:1].upper() + name[1:]


def cookie_options() -> dict[str, object]:
    """How the choice is kept: a year, and never sent by another site."""
    secure = settings().tier is not Tier.DEVELOPMENT
    return {"max_age": 365 * 24 * 3600, "secure": secure, "httponly": True, "samesite": "Lax"}
