"""What the office offers: services, their sections and their documents."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from portal.profile.base import Code, Strict, Text
from portal.profile.calendar import ReceptionOverride
from portal.profile.documents import LIMITED, DocumentFormat, DocumentLimits


class Right(StrEnum):
    """The kind of right that a service leads to."""

    PATENT = "patent"
    UTILITY_MODEL = "utility-model"
    TRADEMARK = "trademark"
    DESIGN = "design"


class SectionName(StrEnum):
    """The sections that a service's form can be made of; what each holds is in `portal.drafting.sections`."""

    APPLICANTS = "applicants"
    REPRESENTATIVE = "representative"
    INVENTORS = "inventors"
    DESIGNERS = "designers"
    MARK = "mark"
    GOODS = "goods"
    INVENTION = "invention"
    DEPOSITS = "deposits"
    DESIGNS = "designs"
    PUBLICATION = "publication"
    PRIORITY = "priority"
    EXHIBITION = "exhibition"
    EARLIER = "earlier"
    DOCUMENTS = "documents"
    FEES = "fees"


ALWAYS = {SectionName.APPLICANTS, SectionName.DOCUMENTS, SectionName.FEES}
OF_PATENTS = {SectionName.INVENTION, SectionName.INVENTORS, SectionName.DEPOSITS}
OF_RIGHT = {
    Right.PATENT: OF_PATENTS,
    Right.UTILITY_MODEL: OF_PATENTS,
    Right.TRADEMARK: {SectionName.MARK, SectionName.GOODS},
    Right.DESIGN: {SectionName.DESIGNS, SectionName.DESIGNERS, SectionName.PUBLICATION},
}
"""The sections that only services of a right have."""
SUBJECT = {
    Right.PATENT: {SectionName.INVENTION},
    Right.UTILITY_MODEL: {SectionName.INVENTION},
    Right.TRADEMARK: {SectionName.MARK, SectionName.GOODS},
    Right.DESIGN: {SectionName.DESIGNS},
}
"""The sections without which an application for a right is for nothing."""


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
    """A document that a service asks for or takes.

    The pages of a kind that `counts_pages` count in the fees. Documents of a `numbered` kind have a place of their own,
    "design.view" such as 1.2, as the Hague Agreement numbers the reproductions of designs. Where DOCX is taken, it is
    the original, and a PDF goes with it as its `rendering`.
    """

    code: Code
    name: Text
    formats: list[DocumentFormat] = Field(min_length=1)
    required: Required = Required.NEVER
    max_bytes: int = Field(gt=0)
    max_count: int = Field(default=1, gt=0)
    limits: DocumentLimits = DocumentLimits()
    counts_pages: bool = False
    numbered: bool = False
    rendering: Literal["required", "optional"] = "required"

    @model_validator(mode="after")
    def limits_concern_its_formats(self) -> Self:
        """A limit that no document of this kind can meet or miss is a mistake: it would be thought to hold."""
        takes = {*self.formats, *([DocumentFormat.PDF] if DocumentFormat.DOCX in self.formats else [])}
        for name in sorted(self.limits.model_fields_set):
            if not takes & LIMITED[name]:
                formats = ", ".join(self.formats)
                raise ValueError(f"has the limit '{name}', which says nothing of its formats ({formats})")
        if "rendering" in self.model_fields_set and DocumentFormat.DOCX not in self.formats:
            raise ValueError("has a 'rendering', which only an original in DOCX needs")
        return self

    @property
    def takes_renderings(self) -> bool:
        """Whether a PDF can be attached as the rendering of an original."""
        return DocumentFormat.DOCX in self.formats


class Service(Strict):
    """A service that agents can use, with its form and its documents."""

    code: Code
    right: Right
    name: Text
    number_type: str = Field(pattern=r"^\d{2}$", description="WIPO ST.13, type of right")
    sections: list[SectionName]
    documents: list[DocumentKind] = []
    required_sections: list[SectionName] = []
    """Sections that agents may else leave empty and that this office asks for."""
    priority_months: int = Field(gt=0, description="Paris Convention 4C: 12 or 6")
    max_designs: int = Field(default=100, gt=0)
    max_deferment_months: int = Field(default=30, ge=0)
    open: bool = True
    reception: ReceptionOverride | None = None
    """What the service does otherwise than the office's `reception`."""

    @model_validator(mode="after")
    def sections_fit(self) -> Self:
        if len(set(self.sections)) != len(self.sections):
            raise ValueError("a section is given twice")
        if missing := (ALWAYS | SUBJECT[self.right]) - set(self.sections):
            raise ValueError(f"lacks the sections: {', '.join(sorted(missing))}")
        foreign = set().union(*OF_RIGHT.values()) - OF_RIGHT[self.right]
        if wrong := foreign & set(self.sections):
            raise ValueError(f"has sections of another right: {', '.join(sorted(wrong))}")
        if absent := set(self.required_sections) - set(self.sections):
            raise ValueError(f"requires sections that it does not have: {', '.join(sorted(absent))}")
        return self
