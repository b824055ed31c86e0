"""One submission's processor time by step: a trademark application with one document of 1 MB, on SQLite.

The steps are those of `portal.filing.service.submit`, timed where they happen; what is none of them is the database.

    python tests/bench/bench_submission.py
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

from tests.bench.measures import Row, portal, tell  # noqa: E402

ROUNDS = 15
DOCUMENT = 1_000_000
STEPS = (
    "check and assemble",
    "read and check the documents",
    "XML",
    "print the form",
    "print the receipt",
    "sign",
    "store",
)


class Clock:
    """Processor time by step; a step within another counts for the inner one only."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._within: list[float] = []

    def around(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.process_time()
            self._within.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                whole = time.process_time() - begun
                self.spent[step] += whole - self._within.pop()
                if self._within:
                    self._within[-1] += whole

        return timed


def run() -> list[Row]:
    """Measure submissions of as many drafts, and give the median of each step."""
    from portal.documents.store import LocalStore
    from portal.drafting import service as drafting
    from portal.filing import package, papers, service
    from tests.support.drafts import attach, complete_draft, pdf_bytes

    content = pdf_bytes() + b"%" + b"x" * DOCUMENT
    places = [
        (drafting, "application", STEPS[0]),
        (LocalStore, "get", STEPS[1]),
        (package, "trademark_application", STEPS[2]),
        (papers, "form", STEPS[3]),
        (papers, "receipt", STEPS[4]),
        (package, "sign_pdf", STEPS[5]),
        (service, "sign_pdf", STEPS[5]),
        (LocalStore, "put", STEPS[6]),
        (LocalStore, "name", STEPS[6]),
    ]
    found: list[dict[str, float]] = []
    with portal() as email:
        from portal.accounts.models import User
        from portal.db import db

        user = db.session.query(User).filter_by(email=email).one()
        for index in range(ROUNDS + 1):
            draft = complete_draft(user, f"MARK {index}")
            attach(draft, user, "priority-document", "priority.pdf", content)
            clock = Clock()
            with ExitStack() as patches:
                for place, name, step in places:
                    patches.enter_context(mock.patch.object(place, name, clock.around(step, getattr(place, name))))
                declared = service.quote_draft(draft, user, "en").fingerprint
                submit = clock.around("database and the rest", service.submit)
                filing = submit(draft, user, "en", declared)
            assert filing.receipt_sha512
            found.append(clock.spent)
    return _rows(found[1:])


def _rows(found: list[dict[str, float]]) -> list[Row]:
    def row(what: str, seconds: list[float]) -> Row:
        return {
            "what": f"submission: {what}",
            "value": round(statistics.median(seconds) * 1000, 1),
            "unit": "ms processor",
        }

    rows = [row(step, [one[step] for one in found]) for step in (*STEPS, "database and the rest")]
    return [*rows, row("whole", [sum(one.values()) for one in found])]


if __name__ == "__main__":
    tell(run())
