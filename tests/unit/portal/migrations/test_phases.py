"""Which versions of the schema may be run while an older release serves."""

from __future__ import annotations

import pytest

from portal.migrations import runner
from portal.migrations.rules import SkipsARelease, Step, UnknownVersion, bearable, pending, serves_on, standing

# Three releases: the first ends at b; the second adds c and no longer reads what d takes away; the third adds e.
STEPS = [
    Step("a", "expand"),
    Step("b", "expand"),
    Step("c", "expand"),
    Step("d", "contract"),
    Step("e", "expand"),
]
SECOND = STEPS[:4]


def names(steps: list[Step]) -> str:
    return "".join(step.revision for step in steps)


@pytest.mark.parametrize(("current", "missing"), [(None, "abcde"), ("a", "bcde"), ("d", "e"), ("e", "")])
def test_what_the_database_does_not_have(current, missing):
    assert names(pending(STEPS, current)) == missing


def test_a_new_database_takes_everything():
    assert names(bearable(STEPS, None, ["b"])) == "abcde"


def test_a_contraction_waits_while_a_release_serves_that_reads_what_goes():
    assert names(bearable(SECOND, "b", ["b"])) == "c"
    assert names(bearable(SECOND, "c", ["b"])) == ""


def test_a_contraction_runs_once_every_release_knows_of_it():
    assert names(bearable(SECOND, "c", ["d"])) == "d"
    assert names(bearable(STEPS, "c", ["d"])) == "de"
    assert names(bearable(STEPS, "c")) == "de"


def test_the_oldest_of_those_that_serve_decides():
    """An upgrade that was broken off leaves two releases."""
    assert names(bearable(SECOND, "b", ["d", "b"])) == "c"
    assert names(bearable(SECOND, "b", ["d", "d"])) == "cd"


def test_a_skipped_release_is_refused_by_name():
    """From the first to the third: d would take away what the first still reads, and e comes after d."""
    with pytest.raises(SkipsARelease) as refused:
        bearable(STEPS, "b", ["b"])
    assert refused.value.until == "d"
    assert "upgrade first to the release whose schema ends at d" in str(refused.value)


def test_a_database_of_a_newer_release_is_not_touched():
    with pytest.raises(UnknownVersion):
        bearable(SECOND, "e", ["d"])
    with pytest.raises(UnknownVersion):
        bearable(SECOND, "b", ["e"])


@pytest.mark.parametrize(
    ("current", "head", "serves"),
    [
        ("c", "b", True),  # the second's expansion ran, the first serves on
        ("d", "b", False),  # what the first reads is gone
        ("c", "d", True),  # the second serves while its contraction waits
        ("b", "d", False),  # the second lacks c
        ("e", "d", True),
        ("e", "b", False),
        (None, "a", False),
    ],
)
def test_which_release_can_serve(current, head, serves):
    assert serves_on(STEPS, current, head) is serves


def test_a_release_that_nobody_knows_cannot_be_judged():
    with pytest.raises(UnknownVersion):
        serves_on(SECOND, "c", "z")


def test_how_far_a_database_is():
    assert standing(SECOND, "b").lacks == ("c",)
    assert standing(SECOND, "b").waits == ("d",)
    assert (standing(SECOND, "c").lacks, standing(SECOND, "c").waits) == ((), ("d",))
    assert standing(STEPS, "c").lacks == ("d", "e")
    assert standing(SECOND, "e").newer
    assert standing(SECOND, None).lacks == ("a", "b", "c")


def test_every_version_of_this_release_says_its_phase():
    """Without it nobody could tell whether an older release bears it."""
    assert {step.phase for step in runner.steps()} <= {"expand", "contract"}
    assert runner.steps()[-1].revision == runner.head()
