"""An operator at three in the morning acts on what an error says: each part must be there, and nothing empty."""

from __future__ import annotations

import pytest

from kit.cli import main
from kit.errors import Exit, KitError


def test_every_part_of_an_error_stands_under_its_label():
    """A fix that is printed without its label is read as part of the reason."""
    error = KitError("KIT-999", "It broke.", where="here", why="because\nof this", fix="mend it")
    assert error.as_text().splitlines() == [
        "KIT-999  It broke.",
        "  where here",
        "  why   because",
        "        of this",
        "  fix   mend it",
    ]


def test_empty_parts_are_left_out():
    """A label without text makes an operator look for what is missing."""
    assert KitError("KIT-999", "It broke.").as_text() == "KIT-999  It broke."


def test_exit_codes_are_those_that_scripts_rely_on():
    """The codes are a promise of the design: a changed one breaks every script around the kit."""
    assert [int(code) for code in Exit] == [0, 1, 2, 3, 4, 5, 6]
    assert (Exit.UNREACHABLE, Exit.LOCKED, Exit.REFUSED) == (4, 5, 6)


@pytest.mark.parametrize("arguments", [["upp"], ["apply"], ["apply", "nowhere"], ["apply", "test", "--nonsense"]])
def test_wrong_usage_ends_with_2(arguments, capsys):
    """A script must be able to tell a typing mistake from a failed server."""
    assert main(arguments) == 2
    assert capsys.readouterr().err.strip()


def test_an_unknown_verb_is_answered_with_the_nearest_one(capsys):
    """A mistyped verb costs a look into the help otherwise."""
    main(["aply", "test"])
    assert "Did you mean apply?" in capsys.readouterr().err


def test_an_unknown_tier_is_answered_with_the_nearest_one(capsys):
    """`tset` must not be taken for a tier that merely has no servers yet."""
    main(["plan", "tset"])
    told = capsys.readouterr().err
    assert "KIT-020" in told
    assert "did you mean test?" in told
