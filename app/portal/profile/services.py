"""What the office offers: services, their sections and their documents."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

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


class DocumentKind(Strict):
    """A document that a service asks for or takes."""

    code: Code
    name: Text
    formats: list[DocumentFormat] = Field(min_length=1)
    required: Literal["always", "never", "when-represented", "when-priority", "when-figurative", "when-discount"] = (
        "never"
    )
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
