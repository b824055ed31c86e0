"""Why a file is no application that a draft can be begun from, in plain words: what is wrong, and what to do."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from portal.drafting.sections import LABELS
from portal.filing.st96.reader import NotRead
from portal.web.formats import size

RIGHTS: dict[str, Any] = {
    "trademark": _("a trademark"),
    "design": _("industrial designs"),
    "patent": _("a patent"),
    "utility-model": _("a utility model"),
}
RULES: dict[str, Any] = {
    "empty": _("The file is empty. Choose the file again; it may not have been saved completely."),
    "too-large": _("The file has %(size)s; at most %(limit)s can be read. An application is far smaller."),
    "not-xml": _(
        "The file is not sound XML: %(detail)s (line %(line)s). Get it anew from the system that wrote it, or choose "
        "the receipt instead."
    ),
    "entities": _(
        "The file begins with a document type or entities of its own. An ST.96 file needs none, and they could hide "
        "what it says: the portal does not read it."
    ),
    "other-encoding": _(
        "The file is written in %(found)s. An ST.96 file is in UTF-8: save it so, and choose it again."
    ),
    "other-root": _(
        "The file is a “%(found)s” (line %(line)s). What can be read is TrademarkApplication, DesignApplication or "
        "BibliographicData of WIPO Standard ST.96."
    ),
    "other-version": _(
        "The file is of version “%(found)s” of WIPO Standard ST.96 (line %(line)s). This portal reads V6_0: ask for it "
        "where the file comes from."
    ),
    "pdf-encrypted": _("The PDF is protected by a password. Choose the receipt or form as you downloaded it."),
    "pdf-damaged": _("The PDF is damaged. Download the receipt or form again, and choose it anew."),
    "pdf-without": _(
        "No application is attached to this PDF. Receipts and application forms of this portal carry one; a scan or a "
        "print does not."
    ),
    "not-examined": _(
        "The file could not be read within the limits of time and memory. An application is far smaller."
    ),
    "no-service": _("The file is an application for %(right)s, and the office takes none online at present."),
    "too-many-rows": _("%(section)s: the file has %(found)s of them, and a draft can hold %(limit)s."),
}


def words(error: NotRead) -> str:
    """The rule in plain words, with what was found."""
    values = dict(error.values)
    language = str(get_locale() or "en")
    values |= {
        name: size(values[name], language) for name in ("size", "limit") if name in values and error.rule == "too-large"
    }
    if "right" in values:
        values["right"] = RIGHTS[values["right"]]
    if "section" in values:
        values["section"] = LABELS[values["section"]]
    return str(RULES[error.rule]) % {name: str(value) for name, value in values.items()}
