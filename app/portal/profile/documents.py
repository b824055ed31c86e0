"""What a document must keep to: its formats, and limits of its pages, pixels, colours, resolution and length."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from portal.profile.base import Strict


class DocumentFormat(StrEnum):
    PDF = "pdf"
    IMAGE = "image"
    SOUND = "sound"
    VIDEO = "video"
    DOCX = "docx"
    ST26 = "st26"


class PageSize(StrEnum):
    """A size of paper, upright or on its side."""

    A3 = "a3"
    A4 = "a4"
    A5 = "a5"
    LETTER = "letter"
    LEGAL = "legal"


class Colours(StrEnum):
    """What a picture's pixels are: black and white alone, shades of grey, or colours."""

    BLACK_WHITE = "black-and-white"
    GREY = "grey"
    COLOUR = "colour"


PdfVersion = Literal["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"]


class _Range(Strict):
    @model_validator(mode="after")
    def not_empty(self) -> Self:
        low, high = getattr(self, "min", None), getattr(self, "max", None)
        if low is None and high is None:
            raise ValueError("needs 'min', 'max' or both")
        if low is not None and high is not None and low > high:
            raise ValueError(f"has a 'min' ({low}) above its 'max' ({high})")
        return self


class Between(_Range):
    """Both ends are allowed; one that is not given is not limited."""

    min: int | None = Field(default=None, gt=0)
    max: int | None = Field(default=None, gt=0)


class PdfVersions(_Range):
    min: PdfVersion | None = None
    max: PdfVersion | None = None


class DocumentLimits(Strict):
    """What an office asks of a kind of document beside its size; what is not given is not limited.

    `pages`: at most so many. `page_sizes`: each page has one of them, within 3 mm. `pixels`: width and height of a
    picture, each. `dpi`: dots an inch, as the picture's file says. `seconds`: how long a sound or video plays.
    """

    pages: int | None = Field(default=None, gt=0)
    page_sizes: list[PageSize] = []
    pixels: Between | None = None
    colours: list[Colours] = []
    dpi: Between | None = None
    seconds: Between | None = None
    pdf_versions: PdfVersions | None = None
    fonts_embedded: bool = True


_PDF, _IMAGE = frozenset({DocumentFormat.PDF}), frozenset({DocumentFormat.IMAGE})
LIMITED: dict[str, frozenset[DocumentFormat]] = {
    "pages": _PDF | _IMAGE,
    "page_sizes": _PDF,
    "pixels": _IMAGE,
    "colours": _IMAGE,
    "dpi": _IMAGE,
    "seconds": frozenset({DocumentFormat.SOUND, DocumentFormat.VIDEO}),
    "pdf_versions": _PDF,
    "fonts_embedded": _PDF,
}
"""The formats of which each limit says something."""
