"""Every answer of a draft, section by section: the check page, the application form and the docket tell the same."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.drafting.checks import Held
from portal.drafting.compare import Row, rows
from portal.drafting.sections import ALL, TYPED
from portal.web.formats import text


def answers(known: Held, language: str) -> dict[str, list[Row]]:
    """The rows by section, in the order of the profile; the words around them are in the language of the moment."""
    offered = {"": _("No reduction"), **{code: text(name, language) for code, name in known.discounts.items()}}
    return {
        name: rows(ALL[name], known.sections.get(name, {}), known.service, language, offered)
        for name in ("about", *known.service.sections)
        if name in TYPED
    }
