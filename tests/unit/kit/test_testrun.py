"""What `bin/kit test` counts: a test that did not run must never look like one that passed."""

from __future__ import annotations

import json
import sys
import time

from kit.testrun.outcome import Outcome, from_junit, from_second_apply, from_verification, total
from kit.testrun.process import stream

JUNIT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="t" name="good"/>
<testcase classname="t" name="bad"><failure message="assert 1 == 2&#10;more"/></testcase>
<testcase classname="t" name="left"><skipped message="no reason"/></testcase>
<testcase classname="t" name="broken"><error message="fixture"/></testcase>
</testsuite></testsuites>"""


def test_a_skipped_test_counts_as_failed():
    """A skip is the quietest way to lose a proof."""
    outcome = from_junit("unit", JUNIT)
    assert (outcome.passed, outcome.failed) == (1, 3)
    assert any("t::left" in note and "proves nothing" in note for note in outcome.notes)
    assert not outcome.ok


LACKING = "the schemas are not beside this clone, see docs/development.md"


def junit(*cases: str) -> str:
    """A JUnit file with one test that passed and these."""
    tests = "".join(f'<testcase classname="t" name="n{n}">{case}</testcase>' for n, case in enumerate(("", *cases)))
    return f"<testsuites><testsuite>{tests}</testsuite></testsuites>"


def test_a_test_that_lacks_what_the_clone_does_not_hold_is_told_and_fails_nothing():
    """A stranger's clone must not be red for files that it was never given, nor may such a test look like a proof."""
    skip = f'<skipped type="pytest.skip" message="not here: {LACKING}">/tests/t.py:1: not here</skipped>'
    outcome = from_junit("unit", junit(skip, skip))
    assert (outcome.passed, outcome.failed, outcome.not_run) == (1, 0, 2)
    assert outcome.ok
    assert outcome.notices == [f"2 tests were not run: {LACKING}"]
    assert outcome.as_dict()["not_run"] == 2
    assert total([outcome]) == (1, 0)


def test_only_that_very_reason_excuses_a_skip():
    """Else any skip would be let through by a word in its reason, or a failed teardown beside it."""
    for case in (
        '<skipped message="nmap is not here: install it"/>',
        '<skipped message="Not here: the schemas"/>',
        '<skipped message="not here: the schemas"/><error message="teardown"/>',
        '<failure message="not here: the schemas"/>',
    ):
        outcome = from_junit("unit", junit(case))
        assert (outcome.passed, outcome.failed, outcome.not_run) == (1, 1, 0), case


def test_a_stage_of_which_nothing_ran_proves_nothing():
    outcome = from_junit(
        "unit", '<testsuite><testcase name="a"><skipped message="not here: x"/></testcase></testsuite>'
    )
    assert not outcome.ok
    assert total([outcome]) == (0, 1)


def test_a_stage_without_tests_is_a_failure():
    """An empty directory would pass otherwise."""
    assert not Outcome("browser").ok
    assert total([Outcome("unit", passed=3), Outcome("browser")]) == (3, 1)


def test_a_second_apply_that_changes_something_is_told_with_its_host():
    """Changed twice means that a run undoes or repeats something each time."""
    hosts = {
        "a": {"ok": 9, "changed": 0, "failed": 0, "unreachable": 0},
        "b": {"ok": 8, "changed": 2, "failed": 0, "unreachable": 0},
    }
    outcome = from_second_apply(json.dumps({"hosts": hosts}))
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert "b: changed 2" in outcome.notes[0]


def test_an_apply_that_wrote_no_document_failed():
    """No document, no proof."""
    assert from_second_apply("").failed == 1
    assert from_second_apply('{"error": {}}').failed == 1


def test_a_tool_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    """One hanging browser would cost the whole hour of CI."""
    began = time.monotonic()
    code = "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"
    done = stream([sys.executable, "-c", code], tmp_path / "log", limit=0.5, quiet=True)
    assert done.late
    assert time.monotonic() - began < 15


def test_what_a_tool_says_is_kept(tmp_path):
    """The log is all that is left of a run in CI."""
    done = stream([sys.executable, "-c", "print('words')"], tmp_path / "log", limit=20, quiet=True)
    assert done.code == 0
    assert (tmp_path / "log").read_text() == "words\n"


def report(*states: str) -> str:
    """What `verify --json` writes, as far as the count needs it."""
    items = [{"id": f"INF-{n:02}", "title": {"en": "an item"}, "state": state} for n, state in enumerate(states, 1)]
    return json.dumps({"parts": [{"items": items}]})


def test_an_item_that_was_not_run_counts_for_nothing():
    """Counting it as passed would make an empty checklist look proved."""
    outcome = from_verification(report("passed", "waived", "not run", "needs sign-off"), 0)
    assert (outcome.passed, outcome.failed) == (2, 0)


def test_a_failed_item_is_named():
    """The name is what leads to the remedy."""
    outcome = from_verification(report("passed", "failed"), 3)
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert outcome.notes == ["INF-02: an item"]


def test_a_verification_that_ended_badly_is_a_failure_whatever_its_document_says():
    """A test that did not finish leaves items that look sound."""
    assert not from_verification(report("passed"), 3).ok
    assert not from_verification("", 1).ok
    assert not from_verification(json.dumps({"items": []}), 0).ok
