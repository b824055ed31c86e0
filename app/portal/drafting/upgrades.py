"""Drafts outlive a release: what an earlier one kept, in the shape of this one.

A draft remembers the shape in which it was kept. A step leads from one shape to the next; it takes and returns what
all sections hold, and never loses an answer. When sections change, a step is added here, and a test with a draft of the
shape before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Sections = dict[str, dict[str, Any]]


def _several_applicants(sections: Sections) -> Sections:
    """Shape 1 had one applicant, and a power of attorney for each case."""
    moved = {name: data for name, data in sections.items() if name != "applicant"}
    if "applicant" in sections:
        moved["applicants"] = {"parties": [sections["applicant"]]}
    if sections.get("representative", {}).get("represented") == "yes":
        moved["representative"] = {**sections["representative"], "authority": "case", "authority_number": ""}
    if "mark" in sections:
        moved["mark"] = {"use": "individual", "vienna": "", **sections["mark"]}
    return moved


STEPS: Mapping[int, Callable[[Sections], Sections]] = {1: _several_applicants}
"""From each earlier shape to the one after it."""
SHAPE = max(STEPS) + 1
"""The shape that this release keeps."""


def modern(shape: int, sections: Sections) -> Sections:
    """What sections of an earlier shape hold, in the present one."""
    for step in range(shape, SHAPE):
        sections = STEPS[step](sections)
    return sections
