"""What this portal's XML says in words where ST.96 has no element for it: the writer and the reader agree here.

Why each of them stands where it does: docs/decisions/0071-st96.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

DAS = "WIPO DAS access code: "
"""In the comment of a trademark's priority document: tmk:Priority has no place for the code."""
RESTORATION = "Restoration of the right of priority is requested: "
"""In the comment of a trademark's or design's priority claim."""
COLOURS = "Colours claimed: "
"""In the comment of a trademark that no picture represents: the standard has a place for them in a picture only."""
UTILITY_MODEL = "Utility model application"
PATENT = "Patent application"
"""The plain language designation of the kind of document (ST.9, INID code 12)."""

Note = tuple[str, ...]
"""What a note is of, and its values."""


def joined(notes: Iterable[Note]) -> str:
    """Notes as one text: a line each, its values apart by tabs, a value's further lines behind a tab.

    No value that people type holds a tab, so that the way back is exact.
    """
    return "\n".join("\t".join([f"{name}:", *values]).replace("\n", "\n\t") for name, *values in notes)


def split(text: str) -> list[Note]:
    """The notes of such a text; a text that somebody else wrote holds none, or other names."""
    found = []
    for line in re.split(r"\n(?!\t)", text):
        name, *values = line.replace("\n\t", "\n").split("\t")
        if name.endswith(":") and values:
            found.append((name[:-1], *values))
    return found
