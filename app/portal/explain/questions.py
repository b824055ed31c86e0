"""The questions that can be asked, each in a module of its own: a form, an answer, and a command.

A new question is a module with `QUESTION` and `command`, and one line in `MODULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, SelectField

from portal.context import profile
from portal.explain.rules import Explanation, Words
from portal.web.formats import text
from portal.web.forms import Form

MODULES = {
    "reception-date": "portal.explain.reception_date",
    "term": "portal.explain.term",
    "fees": "portal.explain.fees",
}


class Refused(ValueError):
    """What was asked has no answer; `words` say why, and what to ask instead."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(str(words))


class AskForm(Form):
    """The form of a question: asked for by an address that can be kept, so it changes nothing and has no token."""

    class Meta:
        csrf = False

    order: ClassVar[tuple[str, ...]] = ()
    """The fields in the order of the page, by their names."""
    kind = HiddenField()

    def fields(self) -> list[Field]:
        """What a person fills in, in order."""
        return [self[name] for name in self.order]


@dataclass(frozen=True)
class Question:
    """One question, as the page asks it.

    `forms` are its forms by their kind, the usual one first; `kinds` are their names. `answer` raises Refused.
    """

    name: str
    title: Words
    lead: Words
    forms: Mapping[str, type[AskForm]]
    answer: Callable[[Any], Explanation]
    kinds: Mapping[str, Words] = field(default_factory=dict)

    def form(self, asked: MultiDict[str, str]) -> AskForm:
        """The form of the kind that is asked for, filled with what was asked."""
        kind = asked.get("kind", "")
        known = kind if kind in self.forms else next(iter(self.forms))
        form = self.forms[known](formdata=asked if len(asked) > ("kind" in asked) else None)
        form.kind.data = known
        return form


def find(name: str) -> Question | None:
    """The question of this name."""
    if name not in MODULES:
        return None
    question: Question = import_module(MODULES[name]).QUESTION
    return question


def every() -> list[Question]:
    """All questions, in their order."""
    return [question for name in MODULES if (question := find(name))]


def branches() -> list[tuple[str, Words]]:
    """The office as a whole, and its branches, to choose from."""
    return [("", _("The whole office")), *((one.code, text(one.name)) for one in profile().branches)]


def choose(field: SelectField, choices: list[tuple[str, Words]]) -> None:
    """Give a field its choices, and take the first where an address names none."""
    field.choices = choices
    if not field.data and choices:
        field.data = choices[0][0]


UNKNOWN_BRANCH = _("The office has no such branch.")
BEYOND = _("No date can be given for this: it is too far away, or the office would not open for a year.")
