"""The text with which a filing is returned."""

from __future__ import annotations

import pytest

from portal.office.rules import check_defects


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t\n"])
def test_a_return_without_a_text_is_refused(text):
    """An agent who reads only 'returned' cannot mend anything."""
    with pytest.raises(ValueError, match="what to mend"):
        check_defects(text)


def test_four_thousand_characters_are_the_most():
    assert len(check_defects("é" * 4000)) == 4000
    with pytest.raises(ValueError, match="4001"):
        check_defects("é" * 4001)


def test_line_ends_count_once_and_stay():
    """Browsers send two characters for one line end: an officer at the limit would be refused for it."""
    text = check_defects("\r\n1. The power of attorney is unsigned.\r\n2. Class 5 is empty.\r" + "x" * 3940)
    assert text.splitlines()[:2] == ["1. The power of attorney is unsigned.", "2. Class 5 is empty."]
    assert "\r" not in text
