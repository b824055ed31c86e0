"""One verification of a tier: runs the acceptance suite past failures, and puts the report together."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from kit.checklist.load import items_of, load_parts, load_signoffs, load_waivers
from kit.checklist.marks import marked_tests
from kit.checklist.model import TIERS
from kit.checklist.results import Run, read_file
from kit.checklist.rules import State, unkept_claims, unknown_ids, unknown_waived_tests
from kit.errors import Exit, KitError
from kit.paths import LOGS, ROOT, STATE, VENV, private_directory
from kit.report.collect import About, collect
from kit.report.model import Report
from kit.report.write import write
from kit.tier import Tier

LONGEST_RUN = 600.0
WORKERS = "3"
"""Processes that look at once: most tests wait for a server. `KIT_VERIFY_WORKERS=1` has one after the other."""


@dataclass(frozen=True)
class Verification:
    """A verification that came to its end: its report, where it lies, and the log of the tests."""

    found: Report
    folder: Path
    log: Path

    @property
    def ok(self) -> bool:
        """Say whether no item failed and every test that exists came to its end."""
        return self.found.result == "passed"

    @property
    def report(self) -> Path:
        """Return the page that people read."""
        return self.folder / "report.html"

    @property
    def passed(self) -> int:
        """Return how many items passed."""
        return self.found.counts[State.PASSED]

    @property
    def failed(self) -> int:
        """Return how many items failed."""
        return self.found.counts[State.FAILED]

    @property
    def waived(self) -> int:
        """Return how many items are waived."""
        return self.found.counts[State.WAIVED]

    @property
    def not_run(self) -> int:
        """Return how many items no test observed."""
        return self.found.counts[State.NOT_RUN]

    @property
    def summary(self) -> str:
        """Return one plain line: `33 items: 10 passed, 1 waived, 18 not run, 4 needs sign-off`."""
        return summary(self.found)

    @property
    def document(self) -> dict[str, Any]:
        """Return what `--json` writes, without its kind and version."""
        return {"folder": str(self.folder), **self.found.model_dump(mode="json", exclude={"kind", "version"})}


def summary(report: Report) -> str:
    """How many items are in which state, in one line."""
    counts = ", ".join(f"{count} {state.value}" for state, count in report.counts.items() if count)
    return f"{sum(report.counts.values())} items: {counts}"


def verify(tier: Tier, on_progress: Callable[[Run], None]) -> Verification:
    """Look at the tier's servers, and write its report. `on_progress` is told what is known so far, twice a second.

    Raises KIT-313 to KIT-315 when the checklist, the waivers or the tests do not fit each other or cannot run.
    """
    if tier.name not in TIERS:
        raise KitError(
            "KIT-313",
            f"The checklist does not say what {tier.name} must prove.",
            where=str(ROOT / "checklists"),
            why=f"its items are for {', '.join(TIERS)}",
            fix="verify one of these, or add the tier to the checklist's items",
            exit_code=Exit.USAGE,
        )
    parts = load_parts(ROOT / "checklists")
    items = items_of(parts)
    marked = marked_tests(ROOT / "tests")
    waivers = load_waivers(tier.waivers_files, items)
    signoffs = load_signoffs(tier.signoffs_file, items, ROOT)
    problems = [
        f"{node} is marked with {', '.join(ids)}, which the checklist does not have"
        for node, ids in unknown_ids(marked, items).items()
    ]
    problems += unkept_claims(items, marked) + unknown_waived_tests(waivers, marked)
    if problems:
        raise KitError(
            "KIT-314",
            "The checklist and its tests do not fit each other.",
            where=str(ROOT / "checklists"),
            why="\n".join(problems),
            fix="correct the checklist, the waiver or the test's mark: a claim without a test proves nothing",
            exit_code=Exit.USAGE,
        )
    began = datetime.now(UTC)
    folder = tier.reports / began.strftime("%Y%m%dT%H%M%SZ")
    log = private_directory(LOGS) / f"{folder.name}-{tier.name}-verify.log"
    results = folder / "results.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    command = pytest_command(tier, results)
    code = _run(command, log, lambda: on_progress(read_file(results)))
    run = read_file(results)
    if not run.collected:
        raise KitError(
            "KIT-315",
            "The acceptance tests could not begin.",
            where=str(log),
            why=_last_lines(log),
            fix=f"the line above says why; by hand: {shlex.join(command)}",
            exit_code=Exit.INTERNAL if code != Exit.USAGE else Exit.USAGE,
        )
    about = About(
        tier=tier.name,
        rehearsal=tier.rehearsal,
        office=_office_name(tier),
        release=_release(),
        began=began,
        ended=datetime.now(UTC),
        command_line=tier.command_hint("verify"),
    )
    report = collect(about, parts, run, signoffs, waivers, began.date())
    write(report, folder)
    return Verification(report, folder, log)


def pytest_command(tier: Tier, results: Path) -> list[str]:
    """The command that runs the acceptance suite on `tier` and keeps what it saw in `results`."""
    return [
        sys.executable,
        "-m",
        "pytest",
        str(ROOT / "tests" / "acceptance"),
        f"--rootdir={ROOT}",
        "-p",
        "no:cacheprovider",
        "--tb=short",
        "-q",
        f"--tier={tier.name}",
        *(["--rehearsal"] if tier.rehearsal else []),
        f"--results={results}",
        *_side_by_side(os.environ.get("KIT_VERIFY_WORKERS") or WORKERS),
    ]


def _side_by_side(workers: str) -> list[str]:
    """Tests of one file stay in order in one process: a scan and the service that it must not see share a file."""
    if workers == "1":
        return ["-p", "no:xdist"]
    return ["-p", "xdist", "-n", workers, "--dist=loadfile", "--no-loadscope-reorder"]


def _run(command: list[str], log: Path, on_progress: Callable[[], None]) -> int:
    """Run pytest to its end, or stop it after LONGEST_RUN: a server that hangs must not hang the report."""
    environment = {
        **os.environ,
        "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}",
        # each worker imports anew: no plugins that these tests do not use, and no bytecode in the clone
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPYCACHEPREFIX": str(STATE / "pycache"),
    }
    deadline = time.monotonic() + LONGEST_RUN
    with log.open("w") as file:
        file.write(f"$ {shlex.join(command)}\n\n")
        file.flush()
        log.chmod(0o600)
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment
        )
        try:
            while process.poll() is None:
                if time.monotonic() > deadline:
                    process.terminate()
                    process.wait(10)
                on_progress()
                time.sleep(0.3)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(10)
    on_progress()
    return process.returncode


def _office_name(tier: Tier) -> str:
    """The office's name in its languages, from its profile; a profile that lacks it is the portal's to refuse."""
    profile = yaml.safe_load(tier.office_file.read_text(encoding="utf-8"))
    name = profile.get("office", {}).get("name", {})
    return " · ".join(name.values()) if isinstance(name, dict) and name else tier.name


def _release() -> str | None:
    """The clone's commit, with a plus when files were changed since; None outside a clone."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").strip().splitlines()[-8:])
