"""A draft as a print that a client can read before it is filed."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from portal.db import utc_now
from portal.documents.store import store
from portal.drafting.answers import answers
from portal.drafting.sections import LABELS
from portal.drafting.view import DraftView
from portal.filing import printed_form
from portal.filing.pictures import Subject, pictures
from portal.web.language import speaking


def pdf(view: DraftView, language: str) -> bytes:
    """The draft as it stands now, unsigned, with what is missing in it; raises StoreError."""
    held = view.held
    purposes = {kind.code: kind.required for kind in held.service.documents}
    shown = pictures(Subject.of_draft(held), purposes, store())
    with speaking(language):
        asked = {
            section: [replace(row, label=str(row.label), value=str(row.value)) for row in rows]
            for section, rows in answers(held, language).items()
        }
        missing = tuple(
            str(_("%(section)s: %(problem)s", section=LABELS[one.section], problem=one.message))
            for one in view.problems
        )
    seen = printed_form.Seen(held.service.code, held.documents, view.fees, missing)
    return printed_form.draft(seen, asked, shown, language, utc_now()).document
