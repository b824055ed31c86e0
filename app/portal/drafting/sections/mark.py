"""What a trademark application is for: the mark, and goods and services by the classes of the Nice Classification."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Around, Data, Field, Kind, Problem, Rows, Section, input_name
from portal.drafting.words import Words, as_typed
from portal.web.texts import lines_of

CLASSES = range(1, 46)
LONGEST_TERM = 500
MOST_IN_CLASS = 20000
"""Characters of all terms of one class."""
VIENNA = re.compile(r"\d{1,2}\.\d{1,2}(\.\d{1,2})?")

KINDS: dict[str, Words] = {
    "word": _("Word mark"),
    "figurative": _("Figurative mark"),
    "three-dimensional": _("Three-dimensional mark"),
    "sound": _("Sound mark"),
    "colour": _("Colour mark"),
}
USES: dict[str, Words] = {
    "individual": _("One owner's own mark"),
    "collective": _("Collective mark"),
    "certification": _("Certification mark"),
}
PICTURED = frozenset({"figurative", "three-dimensional", "colour"})
"""The kinds of mark that a picture represents."""


def _has_words(data: Data) -> bool:
    return data.get("kind") in ("word", "figurative", "three-dimensional", "")


def _mark_problems(data: Data, around: Around) -> list[Problem]:
    kind, found = data.get("kind"), []
    if kind == "word" and not data.get("text"):
        found.append(Problem("mark", "text", _("Enter the words of the mark.")))
    if kind in PICTURED and not data.get("description"):
        found.append(Problem("mark", "description", _("Describe what the picture of the mark shows.")))
    if kind == "sound" and not data.get("description"):
        found.append(Problem("mark", "description", _("Describe the sound, for example its notes and instruments.")))
    if kind == "colour" and not data.get("colours"):
        found.append(Problem("mark", "colours", _("Name the colours that are the mark.")))
    wrong = [code for code in lines_of(data.get("vienna", "")) if not VIENNA.fullmatch(code)]
    if wrong:
        message = _("%(code)s is not a code of the Vienna Classification, such as 26.11.1.", code=as_typed(wrong[0]))
        found.append(Problem("mark", "vienna", message))
    return found


MARK = Section(
    "mark",
    _("The mark"),
    (
        Field(
            "kind",
            _("Kind of mark"),
            Kind.CHOICE,
            choices=KINDS,
            missing=_("Choose what kind of mark it is."),
            hints={
                "word": _("Words, letters or numbers in ordinary writing."),
                "figurative": _("A picture, or words in a special design. Attach the picture under Documents."),
                "three-dimensional": _("A shape, such as a bottle's. Attach its views in one picture under Documents."),
                "sound": _("Attach the recording under Documents."),
                "colour": _("One or more colours without an outline. Attach a sample under Documents."),
            },
        ),
        Field(
            "use",
            _("Who will use the mark?"),
            Kind.CHOICE,
            told=_("Use of the mark"),
            choices=USES,
            default="individual",
            hints={
                "individual": _("The applicants, and those whom they allow."),
                "collective": _("The members of an association, by its regulations."),
                "certification": _("Whoever meets a standard that the applicant certifies, by its regulations."),
            },
        ),
        Field(
            "text",
            _("Words of the mark"),
            hint=_("The words of the mark, in their own script. A picture without words has none."),
            when=_has_words,
            depends=True,
        ),
        Field(
            "description",
            _("Description"),
            Kind.LINES,
            hint=_("What the picture shows, or how the sound goes. A word mark needs no description."),
            longest=2000,
            depends=True,
        ),
        Field(
            "colours",
            _("Colours claimed"),
            hint=_("Only when colours are claimed, for example: green, white."),
            longest=500,
            depends=True,
        ),
        Field(
            "vienna",
            _("Codes of the Vienna Classification"),
            Kind.ITEMS,
            hint=_("For the elements of a picture, one code on each line, such as 26.11.1. The office completes them."),
            longest=500,
            pick="vienna",
            when=lambda data: data.get("kind") in PICTURED,
        ),
    ),
    check=_mark_problems,
)


def class_number(typed: str) -> int | None:
    """The class of the Nice Classification that was typed, if it is one."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 and int(typed) in CLASSES else None


def _goods_problems(data: Data, around: Around) -> list[Problem]:
    found: list[Problem] = []
    seen: set[int] = set()
    for index, row in enumerate(data.get("classes", [])):
        number, terms = class_number(row["number"]), lines_of(row["terms"])
        if row["number"] and number is None:
            message: Words = _("Enter the class as a number from 1 to 45.")
            found.append(Problem("goods", input_name("number", index), message))
        elif number in seen:
            message = _("Class %(number)s is here twice. Put all its terms in one place.", number=number)
            found.append(Problem("goods", input_name("number", index), message))
        seen |= {number} if number else set()
        if any(len(term) > LONGEST_TERM for term in terms):
            message = _("Shorten the terms: each may have at most %(length)s characters.", length=LONGEST_TERM)
            found.append(Problem("goods", input_name("terms", index), message))
    return found


def _class_called(index: int, row: Data) -> Words:
    return _("Class %(number)s", number=row["number"]) if row.get("number") else _("A class")


def _class_removed(index: int, row: Data) -> Words:
    return _("Remove class %(number)s", number=row["number"]) if row.get("number") else _("Remove this class")


def _class_told(index: int, row: Data, language: str) -> tuple[str, Words, Words]:
    number = class_number(row["number"])
    label = _("Class %(number)s", number=row["number"]) if row["number"] else _("Class without a number")
    return f"class-{number or f'row-{index}'}", label, row["terms"]


GOODS = Section(
    "goods",
    _("Goods and services"),
    (
        Field(
            "number",
            _("Number of the class"),
            Kind.CODE,
            missing=_("Enter the class as a number from 1 to 45."),
            longest=10,
            width=2,
        ),
        Field(
            "terms",
            _("Goods or services, one on each line"),
            Kind.ITEMS,
            missing=_("Enter at least one term, one on each line."),
            longest=MOST_IN_CLASS,
            pick="nice",
        ),
    ),
    Rows(
        "classes",
        one=_class_called,
        add=_("Add another class"),
        remove=_class_removed,
        most=45,
        least=1,
        missing=_("Add at least one class with its goods or services."),
        told=_class_told,
    ),
    intro=_(
        "Classes 1 to 34 are goods, 35 to 45 are services, by the Nice Classification. Write one term on each line."
    ),
    check=_goods_problems,
)
