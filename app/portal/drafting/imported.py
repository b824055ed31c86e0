"""What a draft remembers of the file that it was begun from, as its task list tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.drafting.sections import LABELS
from portal.drafting.words import Words

MOST_LINES = 8


@dataclass(frozen=True)
class Left:
    """A part of the file that was not taken over, wherever it stands: the lines (from 1), and its first texts."""

    name: str
    lines: tuple[int, ...]
    texts: tuple[str, ...]

    @property
    def more(self) -> int:
        """In how many more lines it stands."""
        return max(0, len(self.lines) - MOST_LINES)


@dataclass(frozen=True)
class Summary:
    """The file, what was left of it, and the documents that were attached to the filing that it is of.

    `sections` are parts for which this office's form has no place. Of a document the flag says whether the same file,
    or one of its name, is attached to the draft by now.
    """

    file_name: str
    office: str
    number: str
    left: tuple[Left, ...]
    more: int
    sections: tuple[Words, ...]
    documents: tuple[tuple[str, str, bool], ...]

    @property
    def waiting(self) -> int:
        """How many documents still have to be attached."""
        return sum(1 for _kind, _name, is_attached in self.documents if not is_attached)


def summary(imported: dict[str, Any] | None, attached: Iterable[Any]) -> Summary | None:
    """The summary for a draft with these documents; None for one that was begun by hand."""
    if not imported:
        return None
    documents = list(attached)
    known = {document.sha512 for document in documents} | {document.file_name for document in documents}
    return Summary(
        file_name=imported["file"],
        office=imported["origin"].get("office", ""),
        number=imported["origin"].get("number", ""),
        left=_left(imported["left"]),
        more=imported["more"],
        sections=tuple(LABELS[name] for name in imported["sections"] if name in LABELS),
        documents=tuple((kind, name, digest in known or name in known) for kind, name, digest in imported["documents"]),
    )


def _left(parts: list[dict[str, Any]]) -> tuple[Left, ...]:
    """The parts by their names, in the order in which they first stand in the file."""
    lines: dict[str, list[int]] = {}
    texts: dict[str, dict[str, None]] = {}
    for part in parts:
        lines.setdefault(part["name"], []).append(part["line"])
        texts.setdefault(part["name"], {})[part["text"]] = None
    return tuple(Left(name, tuple(found), tuple(texts[name])[:3]) for name, found in lines.items())
