"""The plugin under a pytest of its own: what it refuses, what it keeps, and what survives a run that dies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit.checklist.results import Run, read_file
from kit.checklist.rules import Outcome

ROOT = Path(__file__).resolve().parents[3]
PART = """
part: {part}
title: {{en: Part, fr: Partie}}
items:
  - id: {part}-01
    title: {{en: It, fr: Ceci}}
    proof: test
    remedy: {{en: Mend it, fr: À réparer}}
    clauses:
      - observe: {{en: It holds, fr: Cela tient}}
        tests: [{tests}]
        tiers: [{tiers}]
"""
GOOD = "tests/test_x.py::test_good"
TESTS = """
import os, pytest

@pytest.mark.checklist("INF-01")
def test_good(evidence):
    evidence.observe("host1", "uname -m", "x86_64" + "-" * 9000)

@pytest.mark.checklist("INF-01")
def test_bad():
    assert 1 == 2, "the disk is small"

@pytest.fixture
def broken():
    raise RuntimeError("no connection")

@pytest.mark.checklist("INF-01")
def test_unreached(broken):
    pass
"""


def run(
    folder: Path, tests: str = TESTS, claim: str = GOOD, tiers: str = "test", tier: str = ""
) -> tuple[int, str, Run]:
    """pytest with the plugin over `tests`, beside a checklist whose INF-01 claims `claim`."""
    (folder / "checklists").mkdir()
    (folder / "tests").mkdir()
    for part in ("PRJ", "INF", "OPS", "PAY", "REC"):
        own = claim if part == "INF" else ""
        text = PART.format(part=part, tests=own, tiers=tiers)
        (folder / "checklists" / f"{part}.yml").write_text(text, encoding="utf-8")
    (folder / "tests" / "test_x.py").write_text(tests, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = checklist\n", encoding="utf-8")
    plugins = ["-p", "kit.checklist.pytest_plugin", *(["-p", "tests.support.tier_plugin"] if tier else [])]
    options = ["-q", "--results=results.jsonl", *([f"--tier={tier}"] if tier else [])]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, read_file(folder / "results.jsonl")


def test_outcomes_and_evidence_are_kept(tmp_path: Path) -> None:
    code, _, kept = run(tmp_path)
    results = {node.rpartition("::")[2]: one for node, one in kept.results.items()}
    assert (code, kept.finished, kept.collected) == (1, True, 3)
    assert {name: one.outcome for name, one in results.items()} == {
        "test_good": Outcome.PASSED,
        "test_bad": Outcome.FAILED,
        "test_unreached": Outcome.FAILED,
    }
    seen = results["test_good"].evidence[0]
    assert (seen.host, seen.command) == ("host1", "uname -m")
    assert seen.observed.startswith("x86_64")
    assert "left out" in seen.observed
    assert results["test_bad"].message.startswith("the disk is small")
    assert "in its setup: RuntimeError: no connection" in results["test_unreached"].message
    assert results["test_good"].items == ("INF-01",)


def test_a_mark_with_an_unknown_id_stops_the_suite(tmp_path: Path) -> None:
    code, said, kept = run(tmp_path, TESTS.replace("INF-01", "INF-42", 2))
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "INF-42, which the checklist does not have" in said
    assert {one.outcome for one in kept.results.values()} == {Outcome.NOT_FINISHED}


def test_a_claim_of_a_test_that_does_not_exist_stops_the_suite(tmp_path: Path) -> None:
    code, said, kept = run(tmp_path, claim="tests/test_x.py::test_promised")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "INF-01 claims tests/test_x.py::test_promised, which does not exist" in said
    assert {one.outcome for one in kept.results.values()} == {Outcome.NOT_FINISHED}


def test_what_was_seen_before_pytest_died_is_kept(tmp_path: Path) -> None:
    _, _, kept = run(tmp_path, TESTS.replace('assert 1 == 2, "the disk is small"', "os._exit(9)"))
    outcomes = [one.outcome for one in kept.results.values()]
    assert not kept.finished
    assert outcomes == [Outcome.PASSED, Outcome.NOT_FINISHED, Outcome.NOT_FINISHED]


def test_a_test_of_another_tier_alone_is_not_run_here(tmp_path: Path) -> None:
    _, _, kept = run(tmp_path, tiers="production", tier="test")
    assert GOOD not in kept.results
    assert kept.collected == 2
