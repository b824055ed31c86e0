"""A file of somebody else's, element by element: what was read of it is remembered, so that the rest can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from portal.filing.st96.elements import NAMESPACES

LONGEST_EXCERPT = 200
WHITE = " \t\r\n"
"""What XML takes for space: any other kind may belong to a name."""
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
"""A date, a month or a year (com:DateType); a zone behind it says nothing about a day."""


@dataclass(frozen=True)
class Left:
    """What was not taken over: the line it stands in (from 1), the element's name, and the beginning of its text."""

    line: int
    name: str
    text: str


@dataclass(frozen=True)
class Node:
    """An element of the file, or none where the file has not what was looked for.

    Paths are prefixed names with slashes between them, such as `com:Contact/com:Name`. Whatever is read or skipped is
    remembered for the whole file.
    """

    element: Any
    seen: set[Any] = field(default_factory=set, repr=False)

    def __bool__(self) -> bool:
        return self.element is not None

    def all(self, path: str) -> list[Node]:
        """Every element at a path."""
        if self.element is None:
            return []
        return [Node(found, self.seen) for found in self.element.iterfind(path, NAMESPACES)]

    def at(self, path: str) -> Node:
        """The first element at a path, or none."""
        return next(iter(self.all(path)), Node(None, self.seen))

    def plain(self) -> str:
        """The text of this element, only looked at: it does not count as read."""
        return "".join(self.element.itertext()).strip(WHITE) if self.element is not None else ""

    def text(self, path: str = "") -> str:
        """The text of this element, or of the first at a path, without the space around it; empty where it has none."""
        found = self.at(path) if path else self
        if found.element is None:
            return ""
        self.seen.add(found.element)
        return found.plain()

    def texts(self, path: str) -> list[str]:
        """The texts of every element at a path that has one."""
        return [told for found in self.all(path) if (told := found.text())]

    def any(self, *paths: str) -> str:
        """The text of the first of these paths that has one."""
        return next((told for path in paths if (told := self.text(path))), "")

    def attribute(self, name: str) -> str:
        """An attribute in the common namespace."""
        value: str = self.element.get(f"{{{NAMESPACES['com']}}}{name}", "") if self.element is not None else ""
        return value.strip()

    def skip(self, *paths: str) -> None:
        """Pass over what stands at these paths, with all that is in it: it is not copied, and need not be told."""
        for path in paths:
            self.seen.update(found.element for found in self.all(path))

    def left(self) -> list[Left]:
        """What nobody read of this element, each part as a whole, in the order of the file."""
        opened = {above for one in self.seen for above in one.iterancestors()}
        return list(self._left(self.element, opened)) if self.element is not None else []

    def _left(self, element: Any, opened: set[Any]) -> Iterator[Left]:
        if element in self.seen:
            return
        if element in opened:
            for child in element.iterchildren(tag=etree.Element):
                yield from self._left(child, opened)
        elif told := " ".join("".join(f"{one} " for one in element.itertext()).split()):
            yield Left(element.sourceline or 1, etree.QName(element).localname, told[:LONGEST_EXCERPT])


def day_parts(text: str) -> dict[str, str]:
    """Day, month and year as they are typed in three boxes; what is not said is empty."""
    found = DATE.match(text)
    year, month, day = found.groups() if found else ("", "", "")
    return {"day": _plain(day), "month": _plain(month), "year": year or ""}


def _plain(number: str | None) -> str:
    return str(int(number)) if number else ""
