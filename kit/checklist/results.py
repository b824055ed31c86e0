"""The file in which a run of tests keeps what it saw, one JSON object a line.

A line is written as soon as its event happened, so that a run that dies leaves all that was seen before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.checklist.rules import Outcome, TestOutcome, base_node

VERSION = 1


@dataclass(frozen=True)
class Evidence:
    """One observation: on which host, by which command, what was seen, and when (UTC)."""

    host: str
    command: str
    observed: str
    at: str


@dataclass(frozen=True)
class TestResult:
    """One test of a run, with its evidence. `message` says in what it failed."""

    __test__ = False  # the name begins with Test, and pytest would collect it

    node: str
    items: tuple[str, ...]
    outcome: Outcome
    began: str
    seconds: float = 0.0
    message: str = ""
    evidence: tuple[Evidence, ...] = ()

    def as_outcome(self) -> TestOutcome:
        """What the rules need of it."""
        return TestOutcome(base_node(self.node), self.items, self.outcome)


@dataclass
class Run:
    """All that a results file tells; `finished` is False when pytest died before its end."""

    results: dict[str, TestResult] = field(default_factory=dict)
    collected: int = 0
    finished: bool = False


def now() -> str:
    """This moment, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def append(path: Path, event: str, **fields: Any) -> None:
    """Add one line for one event."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": event, "at": now(), **fields}, ensure_ascii=False) + "\n")


def read(lines: Iterable[str]) -> Run:
    """What the lines of a results file tell; a test that was collected and has no end is NOT_FINISHED."""
    run = Run()
    for line in lines:
        if not line.endswith("\n"):
            break  # the writer died within this line
        data = json.loads(line)
        match data["event"]:
            case "collected":
                run.collected = len(data["tests"])
                for node, items in data["tests"].items():
                    run.results[node] = TestResult(node, tuple(items), Outcome.NOT_FINISHED, data["at"])
            case "end":
                run.results[data["node"]] = TestResult(
                    data["node"],
                    tuple(data["items"]),
                    Outcome(data["outcome"]),
                    data["began"],
                    data["seconds"],
                    data["message"],
                    tuple(Evidence(**one) for one in data["evidence"]),
                )
            case "finished":
                run.finished = True
            case _:
                pass
    return run


def read_file(path: Path) -> Run:
    """The same from a file; one that was never written is a run that saw nothing."""
    if not path.is_file():
        return Run()
    with path.open(encoding="utf-8", newline="\n") as file:
        return read(file)
