"""How long an agent waits while drafting: a section's own save, the task list and the check page of a patent.

Whole requests through the application on SQLite, wall clock, p95 of many; the ratio to the cheapest signed-in page of
the same run says how much of it is the page's own work.

    python tests/bench/bench_drafting.py
"""

from __future__ import annotations

import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

from tests.bench.measures import Row, portal, tell  # noqa: E402

ROUNDS = 200
JSON = {"Accept": "application/json", "X-Portal-Save": "1"}


def p95(act: Callable[[int], Any], rounds: int = ROUNDS) -> float:
    """The 95th percentile of a call's wall time in milliseconds; each call is given its number."""
    for number in range(5):
        act(number)
    found = []
    for number in range(rounds):
        begun = time.perf_counter()
        act(number)
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.quantiles(found, n=20)[-1]


def run() -> list[Row]:
    """Measure on one draft with every section filled."""
    from flask import current_app

    from portal.accounts.models import User
    from portal.db import db
    from portal.drafting import service
    from tests.integration.portal_client import PortalClient
    from tests.support import built
    from tests.support.rights import PATENT

    logging.disable(logging.INFO)  # a line a request would be most of what is seen
    built.everything()
    with portal() as email:
        user = db.session.query(User).filter_by(email=email).one()
        draft = service.create("patent-national", "BENCH", user, current_app.config["PROFILE"]).id
        for name, data in PATENT.items():
            if name != "about":
                service.save_section(draft, name, data, 0, user)
        current_app.test_client_class = PortalClient
        client: Any = current_app.test_client()
        assert client.sign_in(email, "a long password of the agents").status_code == 303
        token, version = client.csrf_token(), 1

        def save(number: int) -> None:
            nonlocal version
            form = {**PATENT["invention"], "title": f"A cup {number} {time.perf_counter_ns()}", "csrf_token": token}
            answer = client.post(
                f"/drafts/{draft}/invention", data={**form, "version": str(version), "page": "p"}, headers=JSON
            )
            assert answer.status_code == 200, answer.text
            version = answer.json["version"]

        def page(path: str) -> Callable[[int], None]:
            def get(_number: int) -> None:
                assert client.get(path).status_code == 200

            return get

        least = p95(page("/account"))
        measured = {
            "a section saves itself": p95(save),
            "task list": p95(page(f"/drafts/{draft}")),
            "check your answers": p95(page(f"/drafts/{draft}/check")),
        }
    rows: list[Row] = [
        {"what": "drafting: the account page, for comparison", "value": round(least, 1), "unit": "ms p95"}
    ]
    for what, value in measured.items():
        rows.append({"what": f"drafting: {what}", "value": round(value, 1), "unit": "ms p95"})
        rows.append({"what": f"drafting: {what}, to it", "value": round(value / least, 2), "unit": "times"})
    return rows


if __name__ == "__main__":
    tell(run())
