"""A complete application, as it is filed: what the other features read. It knows of no draft and no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True)
class Party:
    """An applicant or a representative; `country` is ISO 3166-1 alpha-2."""

    kind: Literal["natural", "legal"]
    name: str
    street: str
    city: str
    postcode: str
    country: str
    email: str
    phone: str


@dataclass(frozen=True)
class Mark:
    """The mark: `text` is its words (a figurative mark may have none); its picture is a document."""

    kind: Literal["word", "figurative"]
    text: str
    description: str
    colours: str


@dataclass(frozen=True)
class ClassTerms:
    """The goods or services of one class of the Nice Classification, 1 to 45."""

    number: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class PriorityClaim:
    """An earlier first filing; `office` is its WIPO ST.3 code."""

    office: str
    number: str
    date: date


@dataclass(frozen=True)
class Attached:
    """A document as it was received: `sha512` (hex) and `size` (bytes) are those of the received bytes."""

    kind: str
    file_name: str
    format: str
    media_type: str
    size: int
    sha512: str
    pages: int | None
    received_at: datetime


@dataclass(frozen=True)
class Application:
    """Everything that an agent files; `reference` is the agent's own, `discount` the code of a claimed one."""

    service: str
    language: str
    reference: str
    applicant: Party
    representative: Party | None
    mark: Mark
    goods: tuple[ClassTerms, ...]
    priorities: tuple[PriorityClaim, ...]
    documents: tuple[Attached, ...]
    discount: str | None

    @property
    def title(self) -> str:
        """How lists name it: the mark's words, else the beginning of its description, on one line."""
        return title_of(self.mark.text, self.mark.description)

    def has(self, kind: str) -> bool:
        """Whether a document of this kind is attached."""
        return any(document.kind == kind for document in self.documents)


def title_of(text: str, description: str) -> str:
    """How lists name an application for a mark with these words and this description: at most 300 characters."""
    return " ".join((text or description).split())[:300]
