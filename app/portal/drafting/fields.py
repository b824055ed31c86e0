"""How a section of an application is described: its fields once, from which its page, its reading, its checks and its
comparison all follow (docs/decisions/0070-sections.md).

A section holds either its fields (`{"text": "ZOË"}`) or rows of them (`{"classes": [{"number": "30"}]}`). What was
typed is kept as text. On the page an input has the field's name, in a row with the row's index behind it (`number-0`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.drafting.words import Words
from portal.profile.model import Service

Data = dict[str, Any]
"""What one section or one row of it holds."""

DATE_PARTS = ("day", "month", "year")
"""The keys of a date; a section or a row has one date at most."""


class Kind(StrEnum):
    """What is typed in a field."""

    TEXT = "text"
    LINES = "lines"
    """A text of several lines."""
    ITEMS = "items"
    """A list with one item on each line."""
    CHOICE = "choice"
    COUNTRY = "country"
    OFFICE = "office"
    DATE = "date"
    NUMBER = "number"
    CODE = "code"
    """Letters and digits of an identifier."""
    EMAIL = "email"
    PHONE = "phone"


UNTURNED = frozenset({Kind.DATE, Kind.NUMBER, Kind.CODE, Kind.EMAIL, Kind.PHONE})
CODED = frozenset({"ipc", "locarno", "vienna"})
"""The classifications whose symbols are letters and digits; the terms of Nice are words of any language."""


Choices = Mapping[str, Words] | Callable[[Service], Mapping[str, Words]]


@dataclass(frozen=True)
class Field:
    """One answer. `missing` is what a person is told who left it empty; without it the field is optional, unless
    another answer can make it required (`depends`). `default` is what stands in it before anything is saved.

    `when` says for which answers the field belongs to the section; `of_services` for which services it exists at all.
    `pick` is the classification from which its value can be picked, `width` how many characters its input shows. Where
    the page asks a question, `told` is what the answer is called on the check page and on paper.
    """

    name: str
    label: Words
    kind: Kind = Kind.TEXT
    hint: Words = ""
    missing: Words = ""
    longest: int = 300
    least: int = 0
    most: int = 9999
    choices: Choices = field(default_factory=dict)
    hints: Mapping[str, Words] = field(default_factory=dict)
    when: Callable[[Data], bool] | None = None
    of_services: Callable[[Service], bool] | None = None
    told: Words = ""
    default: str = ""
    depends: bool = False
    pick: str = ""
    width: int | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The keys under which the answer is kept."""
        return DATE_PARTS if self.kind is Kind.DATE else (self.name,)

    @property
    def first(self) -> str:
        """The name of its first input, to which an error leads."""
        return self.parts[0]

    @property
    def is_code(self) -> bool:
        """Whether it is written from left to right, with the digits 0 to 9, in every language."""
        return self.kind in UNTURNED or self.pick in CODED

    def offered(self, service: Service) -> Mapping[str, Words]:
        """What can be chosen, by value."""
        return self.choices(service) if callable(self.choices) else self.choices

    def belongs(self, data: Data) -> bool:
        """Whether the other answers ask for this one."""
        return self.when is None or self.when(data)


@dataclass(frozen=True)
class Problem:
    """What is missing or wrong: `field` is the input's name on the section's page."""

    section: str
    field: str
    message: Words


@dataclass(frozen=True)
class Around:
    """What a section's check may look at besides its own answers: the service, the other sections, today's date."""

    service: Service
    sections: Mapping[str, Data]
    today: date


Check = Callable[[Data, Around], list[Problem]]


@dataclass(frozen=True)
class Rows:
    """A section of rows. `name` is the key of the list, `one` what a row is called, `add` the button's words.

    `least` is how many there must be, and `missing` what is said otherwise. `told`, where given, tells a row of this
    index and language in one line (key, label, value); else each of its fields is told. `copies` is a section whose
    rows can be taken over.
    """

    name: str
    one: Callable[[int, Data], Words]
    add: Words
    remove: Callable[[int, Data], Words]
    most: int = 200
    least: int = 0
    missing: Words = ""
    told: Callable[[int, Data, str], tuple[str, Words, Words]] | None = None
    copies: str = ""
    copy: Words = ""


@dataclass(frozen=True)
class Section:
    """One page of a draft. `blank` is what the task list and the form say of it when nothing was typed."""

    name: str
    label: Words
    fields: tuple[Field, ...]
    rows: Rows | None = None
    intro: Words | Callable[[Service], Words] = ""
    optional: bool = False
    check: Check | None = None
    template: str = "drafting/section.html"

    def of(self, service: Service) -> tuple[Field, ...]:
        """The fields that exist for a service."""
        return tuple(one for one in self.fields if one.of_services is None or one.of_services(service))

    def items(self, data: Data) -> list[Data]:
        """Its rows; a section without rows is one."""
        if self.rows is None:
            return [data]
        found: list[Data] = data.get(self.rows.name, [])
        return found

    def picks(self, scheme: str) -> bool:
        """Whether one of its fields is picked from this classification."""
        return any(one.pick == scheme for one in self.fields)

    def told(self, service: Service) -> Words:
        """What its page says above the form."""
        return self.intro(service) if callable(self.intro) else self.intro


def input_name(name: str, index: int | None) -> str:
    """The name of a key's input, in the row of this index."""
    return name if index is None else f"{name}-{index}"
