"""The sections that a service's form is made of; the profile says which of them a service has, and in which order."""

from __future__ import annotations

from portal.drafting.fields import Section
from portal.drafting.sections import design, invention, mark, origin, parties
from portal.drafting.sections.general import ABOUT, DOCUMENTS, FEES

ALL: dict[str, Section] = {
    section.name: section
    for section in (
        ABOUT,
        parties.APPLICANTS,
        parties.REPRESENTATIVE,
        parties.INVENTORS,
        parties.DESIGNERS,
        mark.MARK,
        mark.GOODS,
        invention.INVENTION,
        invention.DEPOSITS,
        design.DESIGNS,
        design.PUBLICATION,
        origin.PRIORITY,
        origin.EXHIBITION,
        origin.EARLIER,
        DOCUMENTS,
        FEES,
    )
}
LABELS = {name: section.label for name, section in ALL.items()}
TYPED = tuple(name for name, section in ALL.items() if section.fields)
"""The sections with a page of their own kind of form; documents have another."""


def is_subject(name: str) -> bool:
    """Whether a section says what is filed: without it neither documents nor fees are known."""
    return name in ("mark", "invention", "designs")
