"""The documentation's pictures: there, none too many, and each one a browser test takes."""

from __future__ import annotations

import re

from kit.paths import ROOT
from tests.support.doc_pictures import DOCS, shown

SUFFIX = re.compile(r"-(en|fr|ar)-(1280|390)$")


def test_every_picture_is_there_and_shown():
    """A page with a broken picture, and a picture that nobody sees, are both left over from something."""
    assert {path.stem for path in (DOCS / "pictures").glob("*.png")} == set(shown())


def test_every_picture_says_what_it_shows():
    """Whoever cannot see it reads its words."""
    assert not [name for name, words in shown().items() if len(words.split()) < 3]


def test_every_picture_is_taken_by_a_browser_test():
    """A picture drawn by hand shows what somebody remembers."""
    sources = "".join(path.read_text() for path in sorted((ROOT / "tests/browser").glob("test_*.py")))
    looked = set(re.findall(r"look\(f?\"([^\"]+)\"\)", sources))
    patterns = [re.compile(re.sub(r"\\{\w+\\}", "[a-z-]+", re.escape(name))) for name in looked]
    for name in shown():
        assert SUFFIX.search(name), name
        assert any(one.fullmatch(SUFFIX.sub("", name)) for one in patterns), f"no browser test looks at {name}"
