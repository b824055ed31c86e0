"""What a page of a classification is asked for, and the entries that answer it: for reading and for picking alike."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, request

from portal.classification import service
from portal.classification.rules import SYMBOLS, Scheme
from portal.classification.search import LONGEST
from portal.classification.service import SIZE, Found, Listing
from portal.web.language import chosen
from portal.web.paging import asked_page

WHOLE = 50
"""How many entries the top of a classification has at most: Nice has 45 classes. They stand on one page."""
GROUPS = {Scheme.NICE, Scheme.LOCARNO, Scheme.VIENNA}
"""Where a search can be restricted on the page: the IPC has too many classes to choose from, and its symbols say it."""


@dataclass(frozen=True)
class Asked:
    """A page's question and answer: `typed` is the search, `symbol` where it was asked, `way` the symbol with those
    above it. `here` is the page's address, `kept` what its links carry on."""

    scheme: Scheme
    here: str
    kept: tuple[tuple[str, str], ...]
    typed: str
    symbol: str
    page: int
    way: list[Found]
    listing: Listing

    @classmethod
    def of(cls, scheme: Scheme, here: str, kept: tuple[tuple[str, str], ...] = (), symbol: str = "") -> Asked:
        """The question of this request; where it names no symbol, `symbol`, if the edition has it.

        404 for a symbol that the request names and the edition has not.
        """
        language, page = chosen(), asked_page()
        typed = request.args.get("q", "").strip()[:LONGEST]
        named = request.args.get("class")
        symbol = SYMBOLS[scheme].parse(symbol if named is None else named) or ""
        way = service.titled(scheme, language, symbol) if symbol else []
        if symbol and not way:
            if named is not None:
                abort(404)
            symbol = ""
        if typed:
            listing = service.search(scheme, language, typed, SYMBOLS[scheme].group(symbol), page)
        else:
            listing = service.children(scheme, language, symbol, page, SIZE if symbol else WHOLE)
        return cls(scheme, here, kept, typed, symbol, page, way, listing)

    @property
    def groups(self) -> list[Found]:
        """The classes that the search can be restricted to."""
        if self.scheme not in GROUPS:
            return []
        return service.children(self.scheme, chosen(), size=WHOLE).rows

    @property
    def group(self) -> str:
        """The class that it is restricted to, if any."""
        return SYMBOLS[self.scheme].group(self.symbol)

    def below(self, symbol: str) -> str:
        """The address of what stands below a symbol."""
        return self._address({"class": symbol})

    @property
    def url(self) -> str:
        """The address of this very page."""
        return self._beside(self.page)

    @property
    def everywhere(self) -> str:
        """The address of the same search without a class."""
        return self._address({"q": self.typed, "class": ""})

    @property
    def previous_url(self) -> str | None:
        return self._beside(self.page - 1) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        return self._beside(self.page + 1) if self.listing.has_next else None

    def _beside(self, page: int) -> str:
        return self._address({"q": self.typed, "class": self.symbol, "page": str(page)})

    def _address(self, values: dict[str, str]) -> str:
        named = [*self.kept, *((name, value) for name, value in values.items() if value or name == "class")]
        return f"{self.here}?{urlencode(named)}"
