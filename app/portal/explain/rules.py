"""An answer with its reasons: what a help desk, a receipt and a page say of a date or a sum, in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

Words: TypeAlias = LazyString | str
"""A text for people: translated when it is shown."""


@dataclass(frozen=True)
class Step:
    """One step to the result.

    `words` say what was done, `value` what came of it; `rule` is the way within the office's profile
    (`reception.cut_off`), empty where no office may choose; `source` is the law or standard behind it.
    """

    words: Words
    value: Words
    rule: str = ""
    source: str = ""

    @property
    def joint(self) -> str:
        """What stands between words and value: a colon, or a space after a whole sentence."""
        if not str(self.value):
            return ""
        return " " if str(self.words).endswith(".") else str(_(": "))

    def __str__(self) -> str:
        return f"{self.words}{self.joint}{self.value}"

    def as_dict(self) -> dict[str, str]:
        return {"words": str(self.words), "value": str(self.value), "rule": self.rule, "source": self.source}


@dataclass(frozen=True)
class Explanation:
    """A question, its result (as data: an ISO date, an amount; empty while it is to come), and the steps in order."""

    question: Words
    result: str
    steps: tuple[Step, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    """What else was found, as data for programs: further dates, the instants that counted, a percentage."""
    shown: Words = ""
    """The result as a page shows it: a date in words, an amount with its currency; else `result` as it is."""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as one JSON object, in the language of the moment."""
        steps = [step.as_dict() for step in self.steps]
        return {"question": str(self.question), "result": self.result, "steps": steps, "data": dict(self.data)}
