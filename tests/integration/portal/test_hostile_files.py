"""Files that someone could upload to harm who opens them: each is refused by its own rule, within time and memory."""

from __future__ import annotations

import pytest

from portal.documents.names import safe_name
from portal.documents.sandbox import check_safely
from portal.documents.verdict import Limits
from portal.documents.wording import words
from tests.support.examined import examined
from tests.support.hostile_files import HOSTILE, INNOCENT, NAMES

LONGEST = 20.0
"""Seconds on a busy machine; the limit of an examination is 30."""


def test_there_are_enough_of_them():
    """The brief of the portal asks for 50."""
    assert len(HOSTILE) >= 50


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_the_limits(name, tmp_path):
    """A worker that one file keeps busy, or fills, serves nobody else."""
    one = HOSTILE[name]
    path = tmp_path / "file"
    path.write_bytes(one.make())
    verdict, seconds, peak = examined(path, one.format)
    assert {reason.rule for reason in verdict.reasons} & set(one.rules), verdict.reasons
    assert all(words(reason) for reason in verdict.reasons)
    assert seconds < LONGEST
    assert peak < Limits().memory


@pytest.mark.parametrize("name", INNOCENT)
def test_what_only_looks_odd_is_accepted(name, tmp_path):
    """Beside each refusal stands a file that must not be refused."""
    as_format, make = INNOCENT[name]
    path = tmp_path / "file"
    path.write_bytes(make())
    assert check_safely(path, as_format).reasons == ()


@pytest.mark.parametrize("given", NAMES)
def test_a_hostile_name_is_made_safe_and_an_honest_one_stays(given):
    assert safe_name(given) == NAMES[given]
