"""The stages of `bin/kit test`, in order. Each returns what it counted and never raises for a failed test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from kit import output, shell
from kit.paths import ROLES, ROOT, VENV
from kit.testrun.outcome import Outcome, from_junit, from_second_apply, from_verification
from kit.testrun.process import stream

MINUTE = 60.0
PROOFS, DRILLS = "tests/drills/test_proofs_can_fail.py", "tests/drills"


@dataclass(frozen=True)
class Run:
    """Where a test run keeps its logs, and the environment of its own rehearsal."""

    logs: Path
    tier: str = "test"
    instance: str = "check"

    @property
    def environment(self) -> dict[str, str]:
        """Return what tools need to see: a rehearsal of its own, tools of the clone, no colours in logs."""
        return {
            "KIT_INSTANCE": self.instance,
            "KIT_TIER": self.tier,
            "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}",
            "PYTHONUNBUFFERED": "1",
        }

    def on(self, tier: str) -> Run:
        """Return the same run on another tier, whose rehearsal stands beside the first."""
        return replace(self, tier=tier, instance=f"check-{tier}")

    def log(self, verb: str) -> Path:
        """Return where the words of a verb of the operator's command are kept."""
        return self.logs / f"{self.tier}-{verb}.log"

    def kit(self, *arguments: str, limit: float, keep_stdout: bool = False) -> tuple[int, str]:
        """Run the operator's command for the run's own rehearsal; return its exit code and its document."""
        done = stream(
            [sys.executable, "-P", "-m", "kit", *arguments],
            self.log(arguments[0]),
            limit=limit,
            env=self.environment,
            keep_stdout=keep_stdout,
        )
        return done.code, done.stdout


def lint(run: Run) -> Outcome:
    """Run what reads the sources without running them: each tool is one test."""
    tools: dict[str, Sequence[str]] = {
        "mypy": ["mypy"],
        "ansible-lint": ["ansible-lint", "--offline", "--strict", "-q"],
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "import-linter": ["lint-imports"],
        "yamllint": ["yamllint", "--strict", "."],
        "bash -n": ["bash", "-n", "bin/kit"],
    }
    outcome = Outcome("lint")

    def look(tool: str) -> tuple[str, int, Path]:
        log = run.logs / f"lint-{tool.replace(' ', '-')}.log"
        env = {**run.environment, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "NO_COLOR": "1"}
        return tool, stream(tools[tool], log, limit=10 * MINUTE, env=env, quiet=True).code, log

    with ThreadPoolExecutor(max_workers=2) as pool:
        for tool, code, log in pool.map(look, tools):
            output.progress(f"{tool}: {'clean' if code == 0 else 'complains'}")
            if code == 0:
                outcome.passed += 1
            else:
                outcome.failed += 1
                outcome.notes.append(f"{tool}: {log}")
                output.say(shell.last_lines(log.read_text(errors="replace"), 40))
    return outcome


def pytest_stage(
    name: str, folder: str, *arguments: str, limit: float = 15 * MINUTE, needs: str = ""
) -> Callable[[Run], Outcome]:
    """Return a stage that runs pytest on `folder`; what it counts is read from pytest's own file."""

    def stage(run: Run) -> Outcome:
        junit = run.logs / f"{name}.xml"
        command = [str(VENV / "bin" / "pytest"), folder, "-p", "no:cacheprovider", f"--junitxml={junit}", *arguments]
        done = stream(command, run.logs / f"{name}.log", limit=limit, env=run.environment)
        if not junit.is_file():
            why = f"ended after {limit / 60:.0f} minutes" if done.late else f"pytest ended with {done.code}"
            return Outcome(name, failed=1, notes=[f"{why}: {run.logs / (name + '.log')}"])
        outcome = from_junit(name, junit.read_text())
        if done.code not in {0, 1} or (done.code == 1 and not outcome.failed):
            outcome.failed += 1
            outcome.notes.append(f"pytest ended with {done.code}: {run.logs / (name + '.log')}")
        return outcome

    stage.__doc__ = needs
    return stage


def rehearsal(run: Run) -> Outcome:
    """Make a rehearsal for this run alone."""
    code, _ = run.kit("up", run.tier, "--no-verify", limit=20 * MINUTE)
    if code == 0:
        return Outcome("rehearsal", passed=1)
    return Outcome("rehearsal", failed=1, notes=[f"bin/kit up ended with {code}: {run.log('up')}"])


def second_apply(run: Run) -> Outcome:
    """Apply again: nothing may change."""
    _, document = run.kit("apply", run.tier, "--rehearsal", "--json", limit=10 * MINUTE, keep_stdout=True)
    return from_second_apply(document)


def acceptance(run: Run) -> Outcome:
    """Verify the tier: the checklist's automated items are the tests."""
    code, document = run.kit("verify", run.tier, "--rehearsal", "--json", limit=15 * MINUTE, keep_stdout=True)
    return from_verification(document, code)


def molecule(run: Run) -> Outcome:
    """Run every role's scenario on a plain container, two at a time."""
    outcome = Outcome("molecule")
    roles = sorted(path.parents[2].name for path in ROLES.glob("*/molecule/default/molecule.yml"))

    def converge(role: str) -> tuple[str, int, Path]:
        log = run.logs / f"molecule-{role}.log"
        command = [sys.executable, "-m", "kit.rehearsal.molecule", "run", role, "test"]
        return role, stream(command, log, limit=12 * MINUTE, env=run.environment, quiet=True).code, log

    with ThreadPoolExecutor(max_workers=2) as pool:
        for role, code, log in pool.map(converge, roles):
            output.progress(f"molecule {role}: {'passed' if code == 0 else 'failed'}")
            if code == 0:
                outcome.passed += 1
            else:
                outcome.failed += 1
                outcome.notes.append(f"{role}: {log}")
                output.say(shell.last_lines(log.read_text(errors="replace"), 60))
    return outcome


def on(tier: str, stage: Callable[[Run], Outcome]) -> Callable[[Run], Outcome]:
    """Return a stage that does the same on another tier."""
    return lambda run: stage(run.on(tier))


def take_down(run: Run) -> None:
    """Remove the run's own rehearsals."""
    for one in (run, run.on("demo"), run.on("production")):
        one.kit("down", one.tier, limit=5 * MINUTE)


# name → (stage, the stage without which it proves nothing)
FAST: dict[str, tuple[Callable[[Run], Outcome], str]] = {
    "lint": (lint, ""),
    "unit": (pytest_stage("unit", "tests/unit", "-n", "2", "-q"), ""),
}
ALL: dict[str, tuple[Callable[[Run], Outcome], str]] = {
    **FAST,
    "integration": (pytest_stage("integration", "tests/integration", "-n", "2", "-v", limit=35 * MINUTE), ""),
    "rehearsal": (rehearsal, ""),
    "second apply": (second_apply, "rehearsal"),
    "acceptance": (acceptance, "rehearsal"),
    "browser": (pytest_stage("browser", "tests/browser", "--rehearsal", "-v", limit=25 * MINUTE), "rehearsal"),
    "drills": (pytest_stage("drills", "tests/drills", "--rehearsal", "-v", limit=30 * MINUTE), "rehearsal"),
    "demo rehearsal": (on("demo", rehearsal), ""),
    "demo second apply": (on("demo", second_apply), "demo rehearsal"),
    "demo acceptance": (on("demo", acceptance), "demo rehearsal"),
    "molecule": (molecule, ""),
}
# More than an hour holds: `bin/kit test --only "demo rehearsal" --only "demo proofs"` runs them; production's likewise.
ASKED: dict[str, tuple[Callable[[Run], Outcome], str]] = {
    "demo proofs": (
        on("demo", pytest_stage("demo-proofs", PROOFS, "--rehearsal", "-v", limit=20 * MINUTE)),
        "demo rehearsal",
    ),
    "production rehearsal": (on("production", rehearsal), ""),
    "production second apply": (on("production", second_apply), "production rehearsal"),
    "production acceptance": (on("production", acceptance), "production rehearsal"),
    "production drills": (
        on("production", pytest_stage("production-drills", DRILLS, "--rehearsal", "-v", limit=60 * MINUTE)),
        "production rehearsal",
    ),
}
