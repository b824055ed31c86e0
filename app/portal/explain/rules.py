"""An answer with its reasons: what a help desk, a receipt and a page say of a date or a sum, in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

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

    def as_dict(self) -> dict[str, str]:
        return {"words": str(self.words), "value": str(self.value), "rule": self.rule, "source": self.source}


@dataclass(frozen=True)
class Explanation:
    """A question, its result (as data: an ISO date, an amount), and the steps in their order."""

    question: Words
    result: str
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as one JSON object, in the language of the moment."""
        steps = [step.as_dict() for step in self.steps]
        return {"question": str(self.question), "result": self.result, "steps": steps}
