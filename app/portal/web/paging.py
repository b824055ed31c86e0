"""Pages of a long list: a page's rows and the way to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

T = TypeVar("T")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page. Ask the database for `size + 1` rows: the one too many says that there is a next page."""

    rows: Sequence[T]
    number: int
    has_next: bool

    @classmethod
    def of(cls, found: Sequence[T], number: int, size: int = SIZE) -> Page[T]:
        """The page from up to `size + 1` rows that were found."""
        return cls(found[:size], number, len(found) > size)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    def address(self, number: int) -> str:
        """This list's address at another page, with its filters kept."""
        values = [(k, v) for k, v in request.args.items(multi=True) if k != "page"]
        return f"{request.path}?{urlencode([*values, ('page', str(number))])}"


def asked_after() -> int:
    """The serial after which the request asks for rows, 0 when it names none that a database could hold."""
    value = request.args.get("after", 0, type=int)
    return value if 0 <= value < 2**63 else 0


def asked_page() -> int:
    """The page that the request asks for, 1 when it asks for none or nonsense."""
    value = request.args.get("page", 1, type=int)
    return value if 1 <= value <= 1_000_000 else 1
