"""A complete application, as it is filed: what the other features read. It knows of no draft and no database.

One shape serves every right: `mark` and `goods` belong to trademarks, `invention` to patents and utility models,
`designs` to industrial designs; what a right does not have is None or empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from portal.profile.model import Right, Unit

MarkKind = Literal["word", "figurative", "three-dimensional", "sound", "colour"]
MarkUse = Literal["individual", "collective", "certification"]


@dataclass(frozen=True)
class Party:
    """An applicant, representative, inventor or designer; `country` is ISO 3166-1 alpha-2."""

    kind: Literal["natural", "legal"]
    name: str
    street: str
    city: str
    postcode: str
    country: str
    email: str
    phone: str


@dataclass(frozen=True)
class Mark:
    """The mark: `text` is its words (a figurative mark may have none); its picture or sound is a document.

    `vienna` are codes of the Vienna Classification, such as 26.11.1.
    """

    kind: MarkKind
    text: str
    description: str
    colours: str
    use: MarkUse = "individual"
    vienna: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassTerms:
    """The goods or services of one class of the Nice Classification, 1 to 45."""

    number: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Deposit:
    """Biological material deposited under the Budapest Treaty; `authority` is the depositary's name."""

    authority: str
    number: str
    date: date


@dataclass(frozen=True)
class Invention:
    """A patent's or utility model's subject: `claims` and `drawings` are how many the application says it has.

    `symbols` are those of the International Patent Classification that the agent proposes, such as A61K 31/00.
    """

    title: str
    abstract: str
    claims: int
    drawings: int
    symbols: tuple[str, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    sequences: bool = False


@dataclass(frozen=True)
class Design:
    """One design of an application, numbered from 1; `locarno` is class and subclass, such as 06-01."""

    number: int
    product: str
    locarno: str
    description: str = ""


@dataclass(frozen=True)
class PriorityClaim:
    """An earlier first filing; `office` is its WIPO ST.3 code, `das` its access code of WIPO DAS.

    `restoration` asks the office to restore a right whose period has ended (PCT Rule 26bis.3); it holds the reason.
    """

    office: str
    number: str
    date: date
    das: str = ""
    restoration: str = ""


@dataclass(frozen=True)
class Exhibition:
    """A first showing at an official or officially recognised international exhibition (Paris Convention 11)."""

    name: str
    place: str
    country: str
    date: date


@dataclass(frozen=True)
class Earlier:
    """The application that this one divides out of, or the international one that it enters from.

    `kind` is divisional, pct, madrid or hague; `date` is that application's filing (for Madrid: registration) date.
    """

    kind: Literal["divisional", "pct", "madrid", "hague"]
    number: str
    date: date


@dataclass(frozen=True)
class Attached:
    """A document as it was received: `sha512` (hex) and `size` (bytes) are those of the received bytes.

    `position` numbers it among its like: a view of a design as "design.view", such as 1.2; empty where it has none.
    `rendering_of` is the SHA-512 of the original that this PDF shows, empty for an original, which is the record.
    `waiting` is one that the virus scanner has not seen yet; with it nothing can be filed.
    """

    kind: str
    file_name: str
    format: str
    media_type: str
    size: int
    sha512: str
    pages: int | None
    received_at: datetime
    position: str = ""
    rendering_of: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class Application:
    """Everything that an agent files; `reference` is the agent's own, `discount` the code of a claimed one.

    `authority` is the number of a general power of attorney that the office has; empty where it is given per case.
    `deferment` is for how many months the publication of designs is to be deferred, 0 for not at all.
    `paged` are the kinds of document whose pages count in the fees, `free_terms` how many terms of goods and services
    are not in the office's list.
    """

    service: str
    right: Right
    language: str
    reference: str
    applicants: tuple[Party, ...]
    representative: Party | None
    documents: tuple[Attached, ...]
    discount: str | None
    authority: str = ""
    creators: tuple[Party, ...] = ()
    mark: Mark | None = None
    goods: tuple[ClassTerms, ...] = ()
    invention: Invention | None = None
    designs: tuple[Design, ...] = ()
    deferment: int = 0
    priorities: tuple[PriorityClaim, ...] = ()
    exhibitions: tuple[Exhibition, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    paged: frozenset[str] = frozenset()
    free_terms: int = 0

    @property
    def applicant(self) -> Party:
        """The applicant who is named first."""
        return self.applicants[0]

    @property
    def title(self) -> str:
        """How lists name it: the invention's title, the mark's words or description, the first design's product."""
        if self.invention:
            return on_one_line(self.invention.title)
        if self.mark:
            return on_one_line(self.mark.text or self.mark.description)
        return on_one_line(self.designs[0].product) if self.designs else ""

    def has(self, kind: str) -> bool:
        """Whether a document of this kind is attached."""
        return any(document.kind == kind for document in self.documents)

    def counts(self) -> dict[Unit, int]:
        """How many it has of each unit that fees count."""
        return {
            Unit.FILING: 1,
            Unit.CLASS: len(self.goods),
            Unit.TERM: sum(len(one.terms) for one in self.goods),
            Unit.FREE_TERM: self.free_terms,
            Unit.CLAIM: self.invention.claims if self.invention else 0,
            Unit.PAGE: pages_of(self.documents, self.paged),
            Unit.DESIGN: len(self.designs),
            Unit.VIEW: sum(1 for document in self.documents if document.position),
            Unit.PRIORITY: len(self.priorities),
        }


def pages_of(documents: Iterable[Attached], paged: frozenset[str]) -> int:
    """The pages of the documents of these kinds: a picture is one page, an original has those of its rendering."""
    counted = [document for document in documents if document.kind in paged]
    rendered = {document.rendering_of for document in counted}
    return sum(document.pages or 1 for document in counted if document.sha512 not in rendered)


def on_one_line(text: str) -> str:
    """A text as lists show it: at most 300 characters on one line."""
    return " ".join(text.split())[:300]
