"""A submission's processor time by step, on SQLite: a trademark with one document of 1 MB, a patent with 40 of them,
among which a description of 500 pages and 20 MB. And what the form of a design with 200 views takes.

The steps are those of `portal.filing.service.submit`, timed where they happen; what is none of them is the database.

    python tests/bench/bench_submission.py
"""

from __future__ import annotations

import io
import resource
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

ROUNDS = {"1 document": 15, "40 documents": 8}
DOCUMENT = 1_000_000
DESCRIPTION = 20_000_000
KINDS = (
    "description",
    "claims",
    "drawings",
    "power-of-attorney",
    "priority-document",
    "restoration-evidence",
    "small-entity-proof",
    "assignment",
)
EACH = 5
"""Documents of each kind: 40 in all."""
VIEWS = 200
STEPS = (
    "check and assemble",
    "read and check the documents",
    "XML",
    "print the form",
    "print the receipt",
    "sign",
    "store",
)
REST = "database and the rest"


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
    """The median of each step over as many submissions as a case has rounds, and the 95th percentile of the whole."""
    rows: list[Row] = []
    with portal() as email:
        from portal.accounts.models import User
        from portal.db import db

        user = db.session.query(User).filter_by(email=email).one()
        for name, draft in (("1 document", _mark), ("40 documents", _patent)):
            found = [_submitted(user, draft(user, index)) for index in range(ROUNDS[name] + 1)]
            rows += _rows(name, found[1:])
        rows += _views()
    return rows


def _mark(user: Any, index: int) -> str:
    """A trademark with its power of attorney and a priority document of 1 MB."""
    from tests.support.drafts import attach, complete_draft, pdf_bytes

    draft = complete_draft(user, f"MARK {index}")
    attach(draft, user, "priority-document", "priority.pdf", pdf_bytes() + b"%" + b"x" * DOCUMENT)
    return draft


def _patent(user: Any, index: int) -> str:
    """A patent with 40 documents: a description of 500 pages and 20 MB, and 39 of half a megabyte."""
    from tests.support.drafts import attach, draft_of, pdf_bytes
    from tests.support.rights import PATENT

    draft = draft_of(user, "patent-national", PATENT)
    attach(draft, user, "description", "description.pdf", pdf_bytes(500) + b"%" + b"x" * DESCRIPTION, pages=500)
    for number in range(1, EACH * len(KINDS)):
        content = pdf_bytes(2, f"{index} {number}") + b"%" + b"x" * 500_000
        attach(draft, user, KINDS[number % len(KINDS)], f"{number}.pdf", content)
    return draft


def _submitted(user: Any, draft: str) -> dict[str, float]:
    """Processor time by step of one submission."""
    from portal.documents.store import LocalStore
    from portal.drafting import service as drafting
    from portal.filing import package, papers, printed_form, service

    places: list[tuple[Any, str, str]] = [
        (drafting, "application", STEPS[0]),
        (LocalStore, "get", STEPS[1]),
        (package, "application_xml", STEPS[2]),
        (printed_form, "form", STEPS[3]),
        (papers, "receipt", STEPS[4]),
        (package, "sign_pdf", STEPS[5]),
        (service, "sign_patiently", STEPS[5]),
        (LocalStore, "put", STEPS[6]),
        (LocalStore, "name", STEPS[6]),
    ]
    clock = Clock()
    with ExitStack() as patches:
        for place, name, step in places:
            patches.enter_context(mock.patch.object(place, name, clock.around(step, getattr(place, name))))
        declared = service.quote_draft(draft, user, "en").fingerprint
        filing = clock.around(REST, service.submit)(draft, user, "en", declared)
    assert filing.receipt_sha512
    return clock.spent


def _views() -> list[Row]:
    """The pictures and the form of a design with 200 views, each a photograph of its own of 2000 pixels."""
    from dataclasses import replace

    from PIL import Image, ImageDraw

    from portal.filing import printed_form, rules
    from portal.filing.pictures import Subject, pictures
    from tests.support.applications import DESIGNS, PURPOSES, circumstances

    class Shelf:
        number = 0

        def get(self, _sha512: str) -> bytes:
            self.number += 1
            picture, out = Image.effect_noise((250, 190), 60).resize((2000, 1520)).convert("RGB"), io.BytesIO()
            ImageDraw.Draw(picture).text((100, 100), str(self.number), fill="red", font_size=200)
            picture.save(out, "JPEG", quality=88)
            return out.getvalue()

    views = tuple(replace(DESIGNS.documents[0], position=f"1.{number}") for number in range(1, VIEWS + 1))
    application = replace(DESIGNS, documents=views)
    began = _spent(resource.RUSAGE_CHILDREN)  # the processes that scale down; the views are drawn in this one
    found = pictures(Subject.of(application), PURPOSES, Shelf())  # type: ignore[arg-type]
    scaled = _spent(resource.RUSAGE_CHILDREN) - began
    manifest, began = rules.manifest(application, circumstances(), []), _spent(resource.RUSAGE_SELF)
    form = printed_form.form(manifest, b"<a/>", {"designs": []}, found).document
    printed = _spent(resource.RUSAGE_SELF) - began
    return [
        {"what": "200 views: scale down", "value": round(scaled, 1), "unit": "s processor"},
        {"what": "200 views: print the form", "value": round(printed, 1), "unit": "s processor"},
        {"what": "200 views: the form", "value": round(len(form) / 1e6, 1), "unit": "MB"},
    ]


def _spent(who: int) -> float:
    """Processor seconds of this process, or of those that it started and that ended."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _rows(name: str, found: list[dict[str, float]]) -> list[Row]:
    def row(what: str, seconds: float) -> Row:
        return {"what": f"submission, {name}: {what}", "value": round(seconds * 1000, 1), "unit": "ms processor"}

    rows = [row(step, statistics.median(one[step] for one in found)) for step in (*STEPS, REST)]
    whole = sorted(sum(one.values()) for one in found)
    highest = statistics.quantiles(whole, n=20, method="inclusive")[-1]
    return [*rows, row("whole", statistics.median(whole)), row("whole, 95th percentile", highest)]


if __name__ == "__main__":
    tell(run())
