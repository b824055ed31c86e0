"""What the office offers: services, their sections and their documents."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from portal.profile.base import Code, Strict, Text


class Right(StrEnum):
    """The kind of right that a service leads to."""

    PATENT = "patent"
    UTILITY_MODEL = "utility-model"
    TRADEMARK = "trademark"
    DESIGN = "design"


class DocumentFormat(StrEnum):
    PDF = "pdf"
    IMAGE = "image"
    SOUND = "sound"
    VIDEO = "video"
    DOCX = "docx"
    ST26 = "st26"


class Required(StrEnum):
    """When an application must have a kind of document. "when-discount": it is the proof of a claimed discount."""

    ALWAYS = "always"
    NEVER = "never"
    WHEN_REPRESENTED = "when-represented"
    WHEN_PRIORITY = "when-priority"
    WHEN_DISCOUNT = "when-discount"
    WHEN_FIGURATIVE = "when-figurative"
    """The mark has a picture: figurative, three-dimensional or colour."""
    WHEN_SOUND = "when-sound"
    WHEN_REGULATIONS = "when-regulations"
    """A collective or certification mark."""
    WHEN_DRAWINGS = "when-drawings"
    WHEN_SEQUENCES = "when-sequences"
    WHEN_DEPOSIT = "when-deposit"
    WHEN_EXHIBITION = "when-exhibition"
    WHEN_RESTORATION = "when-restoration"
    WHEN_LEGAL_APPLICANT = "when-legal-applicant"
    """The applicant of a patent is an organisation: its right comes from the inventor by assignment."""


class DocumentKind(Strict):
    """A document that a service asks for or takes."""

    code: Code
    name: Text
    formats: list[DocumentFormat] = Field(min_length=1)
    required: Required = Required.NEVER
    max_bytes: int = Field(gt=0)
    max_count: int = Field(default=1, gt=0)


class Service(Strict):
    """A service that agents can use, with its form and its documents."""

    code: Code
    right: Right
    name: Text
    number_type: str = Field(pattern=r"^\d{2}$", description="WIPO ST.13, type of right")
    sections: list[Code]
    documents: list[DocumentKind] = []
    priority_months: int = Field(gt=0, description="Paris Convention 4C: 12 or 6")
    open: bool = True
