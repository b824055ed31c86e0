"""pytest plugin: checks the `checklist` marks, gives tests the `evidence` fixture, and keeps what was seen.

`--results FILE` names the file (kit.checklist.results). Marks with an unknown ID, and claims of checklists/ that no
test keeps, stop the collection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kit.checklist.load import items_of, load_parts
from kit.checklist.marks import marked_tests
from kit.checklist.results import Evidence, append, now
from kit.checklist.rules import base_node, nodes_of_other_tiers, unkept_claims, unknown_ids
from kit.errors import KitError

LONGEST_TEXT = 4000
LONGEST_MESSAGE = 2000


class EvidenceBook:
    """What one test writes down of what it saw."""

    def __init__(self, keep: Callable[[tuple[str, object]], None]) -> None:
        self._keep = keep

    def observe(self, host: str, command: str, text: str) -> str:
        """Write down what `command` showed on `host`, and return it; long texts are cut in the middle."""
        text = text.strip()
        if len(text) > LONGEST_TEXT:
            half = LONGEST_TEXT // 2
            text = f"{text[:half]}\n… {len(text) - LONGEST_TEXT} characters left out …\n{text[-half:]}"
        self._keep(("evidence", asdict(Evidence(host, command.strip(), text, now()))))
        return text


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> EvidenceBook:
    """The book in which a test writes what it observed: it ends up in the report."""
    return EvidenceBook(request.node.user_properties.append)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the results file."""
    group = parser.getgroup("checklist")
    group.addoption("--results", type=Path, default=None, help="file to keep outcomes and evidence in (JSON lines)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stop when a mark or a claim is wrong, before anything is taken for proved."""
    marked = {item.nodeid: _ids(item) for item in items}
    root = config.rootpath
    try:
        checklist = items_of(load_parts(root / "checklists"))
    except KitError as error:
        raise pytest.UsageError(error.as_text()) from error
    problems = [
        f"{node} is marked with {', '.join(ids)}, which the checklist does not have"
        for node, ids in unknown_ids(marked, checklist).items()
    ]
    problems += unkept_claims(checklist, marked_tests(root / "tests"))
    if problems:
        raise pytest.UsageError(*problems)
    for item in items:
        item.user_properties.append(("checklist", list(marked[item.nodeid])))
    tier = config.getoption("--tier", None)
    if tier is not None:
        elsewhere = nodes_of_other_tiers(checklist, tier)
        config.hook.pytest_deselected(items=[one for one in items if base_node(one.nodeid) in elsewhere])
        items[:] = [one for one in items if base_node(one.nodeid) not in elsewhere]


def pytest_configure(config: pytest.Config) -> None:
    """Register the recorder, in the process that reports (not in a worker of pytest-xdist)."""
    path = config.getoption("--results", None)
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(path), "checklist-recorder")


def _ids(item: pytest.Item) -> tuple[str, ...]:
    return tuple(str(one) for mark in item.iter_markers("checklist") for one in mark.args)


class Recorder:
    """Writes each event of the run as it happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("", encoding="utf-8")
        self._began: dict[str, str] = {}
        self._parts: dict[str, list[pytest.TestReport]] = {}
        self._collected = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write which tests there are, before the first one runs."""
        append(self.path, "collected", tests={item.nodeid: list(_ids(item)) for item in session.items})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Write the same when workers collect: each of them finds all tests, and the first one to say so is enough."""
        if not self._collected:
            marked = marked_tests(node.config.rootpath / "tests")
            self._collected = True
            append(self.path, "collected", tests={one: list(marked.get(base_node(one), ())) for one in ids})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Write that a test begins."""
        self._began[nodeid] = now()
        append(self.path, "begin", node=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write how a test ended, once its teardown is through."""
        parts = self._parts.setdefault(report.nodeid, [])
        parts.append(report)
        if report.when != "teardown":
            return
        failed = next((one for one in parts if one.failed), None)
        outcome = "failed" if failed else "skipped" if any(one.skipped for one in parts) else "passed"
        kept: dict[str, list[Any]] = {"evidence": [], "checklist": []}
        for name, value in report.user_properties:
            kept.setdefault(name, []).append(value)
        append(
            self.path,
            "end",
            node=report.nodeid,
            items=[i for ids in kept["checklist"] for i in ids],
            outcome=outcome,
            began=self._began.get(report.nodeid, now()),
            seconds=round(sum(one.duration for one in parts), 3),
            message=_message(failed),
            evidence=kept["evidence"],
        )
        del self._parts[report.nodeid]

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write that pytest came to its own end."""
        append(self.path, "finished", exit=int(exitstatus))


def _message(failed: pytest.TestReport | None) -> str:
    """Why a test failed, as its assertion says it; where it failed in setup, that is said too."""
    if failed is None:
        return ""
    crash = getattr(failed.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else failed.longreprtext
    text = text.removeprefix("AssertionError: ")
    where = "" if failed.when == "call" else f"in its {failed.when}: "
    return f"{where}{text}"[:LONGEST_MESSAGE]
