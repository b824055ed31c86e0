"""The pictures that an application form shows: of a mark, of designs, the first drawing of an invention."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from portal.documents.display import MOST_SIDE, Shown, shown_together
from portal.documents.store import DocumentStore
from portal.drafting.application import Application, Attached
from portal.drafting.checks import Held
from portal.filing.rules import Purposes, of_kind
from portal.profile.model import Required, Right

LARGEST_DOT = 0.5
"""Millimetres of a pixel at most: a tiny picture is not blown up beyond recognition."""
THINNEST = 0.2
IMAGE = "image/"


class Of(StrEnum):
    """What a picture shows; the value is the section of the form in which it stands."""

    MARK = "mark"
    DRAWING = "invention"
    VIEW = "designs"


BOXES = {Of.MARK: (120.0, 90.0), Of.DRAWING: (120.0, 110.0), Of.VIEW: (49.0, 49.0)}
"""Millimetres of width and height that a picture may have on the form; views stand three in a row."""
SIDES = {Of.MARK: MOST_SIDE, Of.DRAWING: MOST_SIDE, Of.VIEW: 580}
"""Pixels of the longer side: 300 dots an inch in their box, so that 200 views stay a file of a few megabytes."""


@dataclass(frozen=True)
class Picture:
    """A picture for the form; `shown` is None when the form can only name it.

    `pages` are those of a TIFF, `position` the number of a view ("design.view"), `description` says it in words.
    """

    of: Of
    file_name: str
    description: str
    shown: Shown | None
    pages: int | None = None
    position: str = ""

    @property
    def design(self) -> int | None:
        """The number of the design that a view shows."""
        number = self.position.partition(".")[0]
        return int(number) if number.isdecimal() else None

    def unshown(self) -> Picture:
        """The same, only named."""
        return replace(self, shown=None)

    def printed(self) -> dict[str, Any]:
        """What the template shows, in the language of the moment."""
        label = self.position or None
        if self.shown is None:
            return {"svg": None, "label": label, "note": self._not_shown()}
        width, height = size_on_paper(self.shown.width, self.shown.height, self.of)
        return {
            "svg": _svg(self.shown),
            "width": width,
            "height": height,
            "alt": self._in_words(),
            "label": label,
            "note": self._note(),
        }

    def _in_words(self) -> str:
        about = self.description or self.file_name
        if self.of is Of.VIEW:
            return str(_("View %(number)s: %(description)s", number=self.position, description=about))
        if self.of is Of.DRAWING:
            return str(_("Drawing of the invention: %(description)s", description=about))
        return str(_("Picture of the mark: %(description)s", description=about))

    def _note(self) -> str:
        if self.of is Of.VIEW:
            return self.file_name
        kept = _("%(name)s, scaled to fit. The office keeps the file exactly as it was received.", name=self.file_name)
        pages = _("Shown is page 1 of %(pages)s.", pages=self.pages) if (self.pages or 1) > 1 else ""
        return f"{kept} {pages}".strip()

    def _not_shown(self) -> str:
        return str(
            _(
                "The picture %(name)s cannot be shown on this paper. The office keeps the file exactly as it was "
                "received.",
                name=self.file_name,
            )
        )


@dataclass(frozen=True)
class Subject:
    """What an application shows pictures of: its right, what they show in words, and what is attached to it.

    `words` describe the mark or name the invention; `products` are those of the designs, by their numbers.
    """

    right: Right
    words: str
    products: Mapping[int, str]
    documents: tuple[Attached, ...]

    @classmethod
    def of(cls, application: Application) -> Subject:
        """The subject of a complete application."""
        words = application.mark.description if application.mark else application.title
        products = {one.number: one.product for one in application.designs}
        return cls(application.right, words, products, application.documents)

    @classmethod
    def of_draft(cls, held: Held) -> Subject:
        """The subject of what a draft holds, complete or not."""
        mark, invention = held.sections.get("mark", {}), held.sections.get("invention", {})
        words = mark.get("description") or invention.get("title") or ""
        designs = held.sections.get("designs", {}).get("designs", [])
        products = {number: row["product"] for number, row in enumerate(designs, start=1)}
        arrived = tuple(document for document in held.documents if not document.waiting)
        return cls(held.service.right, words, products, arrived)


def pictures(subject: Subject, purposes: Purposes, store: DocumentStore) -> list[Picture]:
    """A subject's pictures, made ready for print; raises StoreError."""
    made: list[Picture] = []
    for of, documents in _chosen(subject, purposes).items():
        ready = shown_together((store.open(document.sha512) for document in documents), SIDES[of])
        made += [_picture(of, document, subject, one) for document, one in zip(documents, ready, strict=True)]
    return made


def _picture(of: Of, document: Attached, subject: Subject, shown: Shown | None) -> Picture:
    picture = Picture(of, document.file_name, subject.words, shown, document.pages, document.position)
    if of is not Of.VIEW:
        return picture
    return replace(picture, description=subject.products.get(picture.design or 0, ""))


def _chosen(subject: Subject, purposes: Purposes) -> dict[Of, list[Attached]]:
    """What is shown of a right: every picture of a mark and view of a design, the first drawing that is a picture."""
    images = [document for document in subject.documents if document.media_type.startswith(IMAGE)]
    if subject.right is Right.TRADEMARK:
        return {Of.MARK: of_kind(purposes, Required.WHEN_FIGURATIVE, images)}
    if subject.right is Right.DESIGN:
        return {Of.VIEW: [document for document in images if document.position]}
    return {Of.DRAWING: of_kind(purposes, Required.WHEN_DRAWINGS, images)[:1]}


def size_on_paper(width: int, height: int, of: Of) -> tuple[float, float]:
    """Millimetres for a picture of so many pixels: it fits in its box, in its own proportions."""
    widest, highest = BOXES[of]
    dot = min(widest / width, highest / height, LARGEST_DOT)
    return max(THINNEST, width * dot), max(THINNEST, height * dot)


def _svg(picture: Shown) -> str:
    """The picture within an SVG: Typst takes text from outside, and no other bytes."""
    data = base64.b64encode(picture.content).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<image {size} preserveAspectRatio="none" href="data:{picture.media_type};base64,{data}"/></svg>'
    )
