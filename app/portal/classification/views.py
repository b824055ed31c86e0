"""The pages on which anybody can read the classifications, and what a picker's script asks while somebody types."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request, url_for

from portal.accounts.rules import Permission
from portal.classification import pick_pages, service
from portal.classification.asking import Asked
from portal.classification.blueprint import bp
from portal.classification.rules import PICKED, SYMBOLS, Scheme, nice_class
from portal.classification.search import LONGEST
from portal.classification.words import ABOUT
from portal.context import profile
from portal.web.language import chosen
from portal.web.permissions import requires

__all__ = ["bp", "pick_pages"]

SUGGESTED = 15
MOST_CHECKED = 50
SCHEME = f"<any({', '.join(PICKED)}):name>"


@bp.get("/classification")
@requires(Permission.PUBLIC)
def index() -> str:
    """The classifications that the office uses."""
    return render_template("classification/index.html", about=ABOUT)


@bp.get(f"/classification/{SCHEME}")
@requires(Permission.PUBLIC)
def browse(name: str) -> str:
    """A classification: its top, what stands below a symbol, or what a search finds."""
    scheme = Scheme(name)
    here = url_for(".browse", name=name)
    return render_template("classification/browse.html", asked=Asked.of(scheme, here), about=ABOUT[scheme])


@bp.get(f"/classification/{SCHEME}.json")
@requires(Permission.SIGNED_IN)
def suggest(name: str) -> Response:
    """What a search finds and can be picked: {results: [{value, text, group, above}], more, listed, language}.

    `listed` is false where the office has no list that could hold anything; `language` is that of the list.
    """
    scheme = Scheme(name)
    typed = request.args.get("q", "")[:LONGEST]
    group = SYMBOLS[scheme].parse(request.args.get("class", "")) or ""
    found = service.search(scheme, _language(), typed, SYMBOLS[scheme].group(group), size=SUGGESTED)
    results = [
        {"value": one.value, "text": one.text, "group": one.group, "above": one.above}
        for one in found.rows
        if one.value is not None
    ]
    listed = service.is_listed(scheme, _language())
    language = found.edition.language if found.edition else _language()
    return jsonify({"results": results, "more": found.has_next, "listed": listed, "language": language})


@bp.get("/classification/nice/free.json")
@requires(Permission.SIGNED_IN)
def free() -> Response:
    """Which of the terms `term` of the class `class` are not in the office's list: {free: […]}."""
    number = nice_class(request.args.get("class", ""))
    terms = request.args.getlist("term")[:MOST_CHECKED]
    return jsonify({"free": service.free_terms(int(number), terms) if number else []})


def _language() -> str:
    """The language that a script asks for, which is that of its page."""
    asked = request.args.get("language", "")
    return asked if asked in profile().office.languages else chosen()
