"""The pictures of a mark as its application form shows them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from portal.documents.display import Shown, shown
from portal.documents.store import DocumentStore
from portal.drafting.application import Application
from portal.filing.st96 import MARK_IMAGE

WIDEST, HIGHEST = 120.0, 90.0
"""Millimetres that a picture may have on the form."""
LARGEST_DOT = 0.5
"""Millimetres of a pixel at most: a tiny picture is not blown up beyond recognition."""
THINNEST = 0.2


@dataclass(frozen=True)
class MarkPicture:
    """A picture of the mark; `shown` is None when the form can only name it. `pages` are those of a TIFF."""

    file_name: str
    description: str
    shown: Shown | None
    pages: int | None = None

    def unshown(self) -> MarkPicture:
        """The same, only named."""
        return replace(self, shown=None)

    def printed(self) -> dict[str, Any]:
        """What the template shows, in the language of the moment."""
        if self.shown is None:
            note = _(
                "The picture %(name)s cannot be shown on this paper. The office keeps the file exactly as it was "
                "received.",
                name=self.file_name,
            )
            return {"svg": None, "note": note}
        width, height = size_on_paper(self.shown.width, self.shown.height)
        note = _("%(name)s, scaled to fit. The office keeps the file exactly as it was received.", name=self.file_name)
        if (self.pages or 1) > 1:
            note += " " + _("Shown is page 1 of %(pages)s.", pages=self.pages)
        about = self.description or self.file_name
        alt = _("Picture of the mark: %(description)s", description=about)
        return {"svg": _svg(self.shown), "width": width, "height": height, "alt": alt, "note": note}


def mark_pictures(application: Application, store: DocumentStore) -> list[MarkPicture]:
    """The pictures of an application's mark, made ready for print; raises StoreError."""
    description = application.mark.description if application.mark else ""
    found = []
    for document in application.documents:
        if document.kind == MARK_IMAGE:
            with store.open(document.sha512) as picture:
                found.append(MarkPicture(document.file_name, description, shown(picture), document.pages))
    return found


def size_on_paper(width: int, height: int) -> tuple[float, float]:
    """Millimetres for a picture of so many pixels: it fits, in its own proportions."""
    dot = min(WIDEST / width, HIGHEST / height, LARGEST_DOT)
    return max(THINNEST, width * dot), max(THINNEST, height * dot)


def _svg(picture: Shown) -> str:
    """The picture within an SVG: Typst takes text from outside, and no other bytes."""
    data = base64.b64encode(picture.content).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<image {size} preserveAspectRatio="none" href="data:{picture.media_type};base64,{data}"/></svg>'
    )
