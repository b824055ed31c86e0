"""What a stage of the tests found. Pure: reading results, adding them up, telling them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET  # reads only what pytest wrote on this machine
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

NOT_HERE = "not here: "
"""How the reason of a skip begins when what a test needs is no part of the clone: the one skip that is no failure."""


@dataclass
class Outcome:
    """One stage: how many of its tests passed and failed, how long it took, and what failed.

    `not_here` counts, by what they lack, tests that could not run for want of something that is not the clone's own.
    """

    stage: str
    passed: int = 0
    failed: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    not_here: Counter[str] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        """Say whether the stage proves what it is for: something passed and nothing failed."""
        return self.failed == 0 and self.passed > 0

    @property
    def not_run(self) -> int:
        """Return how many tests could not run for want of something that is not the clone's own."""
        return self.not_here.total()

    @property
    def notices(self) -> list[str]:
        """Return a plain line for each thing that tests lacked."""
        return [
            f"{count} {'tests were' if count > 1 else 'test was'} not run: {lacking}"
            for lacking, count in self.not_here.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the stage as a part of a JSON document."""
        return {
            "stage": self.stage,
            "passed": self.passed,
            "failed": self.failed,
            "not_run": self.not_run,
            "seconds": round(self.seconds, 1),
            "notes": [*self.notes, *self.notices],
        }


def from_junit(stage: str, text: str) -> Outcome:
    """Read pytest's JUnit file. A skipped test proves nothing, and counts as failed.

    The one exception is a skip whose reason begins with NOT_HERE: it counts neither as passed nor as failed.
    """
    outcome = Outcome(stage)
    for case in ET.fromstring(text).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        bad = [child for child in case if child.tag in {"failure", "error", "skipped"}]
        if not bad:
            outcome.passed += 1
            continue
        why = ((bad[0].get("message") or bad[0].tag).strip().splitlines() or [bad[0].tag])[0]
        skipped = bad[0].tag == "skipped"
        if skipped and len(bad) == 1 and why.startswith(NOT_HERE):
            outcome.not_here[why.removeprefix(NOT_HERE)] += 1
            continue
        outcome.failed += 1
        word = "skipped, which proves nothing: " if skipped else ""
        outcome.notes.append(f"{case.get('classname')}::{case.get('name')}: {word}{why[:200]}")
    return outcome


def from_second_apply(text: str) -> Outcome:
    """Read what a second `apply --json` wrote: each host that changed nothing is one passed test."""
    outcome = Outcome("second apply")
    try:
        hosts: dict[str, dict[str, int]] = json.loads(text)["hosts"]
    except (ValueError, KeyError, TypeError):
        outcome.failed = 1
        outcome.notes.append("apply did not end well")
        return outcome
    for host, counts in sorted(hosts.items()):
        if counts["changed"] or counts["failed"] or counts["unreachable"]:
            outcome.failed += 1
            outcome.notes.append(
                f"{host}: changed {counts['changed']}, failed {counts['failed'] + counts['unreachable']}"
            )
        else:
            outcome.passed += 1
    return outcome


def from_verification(text: str, code: int) -> Outcome:
    """Read what `verify --json` wrote: each item that passed or is waived is one passed test.

    `code` is how the command ended: a bad end without a failed item is a failure of its own.
    """
    outcome = Outcome("acceptance")
    try:
        items = [item for part in json.loads(text)["parts"] for item in part["items"]]
    except (ValueError, KeyError, TypeError):
        items = []
    for item in items:
        if item["state"] in {"passed", "waived"}:
            outcome.passed += 1
        elif item["state"] == "failed":
            outcome.failed += 1
            outcome.notes.append(f"{item['id']}: {item['title']['en']}")
    if not outcome.failed and (code != 0 or not items):
        outcome.failed += 1
        outcome.notes.append(f"bin/kit verify ended with {code}")
    return outcome


def total(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Return passed and failed of all stages. A stage that proved nothing counts as one failure."""
    passed = failed = 0
    for outcome in outcomes:
        passed += outcome.passed
        failed += outcome.failed if outcome.failed or outcome.passed else 1
    return passed, failed
