"""What the attached documents still lack before they can be filed, each by itself and with its like."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from portal.drafting.application import Attached
from portal.drafting.fields import Problem
from portal.drafting.words import as_typed
from portal.profile.model import Service


def attached_problems(service: Service, documents: Sequence[Attached]) -> list[Problem]:
    """Documents that wait for their examination, and originals without the PDF that the office asks for."""
    needed = {kind.code for kind in service.documents if kind.takes_renderings and kind.rendering == "required"}
    rendered = {(one.kind, one.rendering_of) for one in documents}
    found = []
    for one in documents:
        place = f"kind-{one.kind}"
        if one.waiting:
            message = _(
                "%(name)s waits for the virus check, which goes on by itself. Look again later.",
                name=as_typed(one.file_name),
            )
            found.append(Problem("documents", place, message))
        if one.kind in needed and one.format == "docx" and (one.kind, one.sha512) not in rendered:
            message = _(
                "Attach the PDF of %(name)s: the office asks for it beside the original.", name=as_typed(one.file_name)
            )
            found.append(Problem("documents", place, message))
    return found
