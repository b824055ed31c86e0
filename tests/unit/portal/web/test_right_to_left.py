"""Our own styles serve both directions of writing: what names a side of the page names its beginning or its end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kit import assets
from portal.web.bidi import bdi, isolated
from portal.web.texts import typed_number
from tests.support import built

SIDED = re.compile(
    r"(?:^|[\s;{])(?:"
    r"(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*\s*:"
    r"|(?:left|right)\s*:"
    r"|(?:text-align|float|clear|justify-content|justify-self|justify-items)\s*:\s*(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius\s*:"
    r")"
)
FOUR_SIDES = re.compile(r"(?:^|[\s;{])(?:margin|padding|inset|border-width|border-color|border-style)\s*:\s*([^;}!]+)")
ALLOWED = {
    "right-to-left.css": {"border-width: 0 0 5px 5px", "border-width: 0 0 3px 3px"},  # the tick, the same everywhere
}
"""By file, the declarations that mean a side of the paper and not of the line."""

OWN = sorted(assets.SOURCES.glob("*.css"))


def sided(css: str) -> set[str]:
    """The declarations of a style sheet that name left or right, or give the two sides different values."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found = {match[0].strip(" ;{\n") for match in SIDED.finditer(plain)}
    for match in FOUR_SIDES.finditer(plain):
        values = re.findall(r"(?:[\w-]+\([^)]*\)|\S)+", match[1])
        if len(values) == 4 and values[1] != values[3]:
            found.add(match[0].strip(" ;{\n"))
    return found


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.name)
def test_own_styles_name_no_side_of_the_page(file: Path) -> None:
    """A margin on the left is on the wrong side for everyone who reads from the right."""
    assert sided(file.read_text("utf-8")) - ALLOWED.get(file.name, set()) == set()


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 1px }", "a{padding-right:0}", "a { float: left; }", "a { text-align: right }",
        "a { position: absolute; left: 0; }", "a { padding: 1px 2px 3px 4px; }", "a { border-left-color: red; }",
        "a { inset: 0 auto 0 calc(1px + 2px) }",
    ],
)  # fmt: skip
def test_the_scan_sees_what_it_looks_for(css: str) -> None:
    """A scan that finds nothing anywhere would let everything pass."""
    assert sided(css)


@pytest.mark.parametrize(
    "css",
    ["a { margin-inline-start: 1px; text-align: start; padding: 1px 2px 3px 2px }", "a { padding: 0 0 4px }",
     "a { min-left: 1; } /* left: 0 */", ".left { color: red }"],
)  # fmt: skip
def test_the_scan_lets_the_rest_pass(css: str) -> None:
    """A scan that complains of what is right would be switched off."""
    assert not sided(css)


def test_the_design_systems_sheet_is_turned_round() -> None:
    """Half turned is worse than not at all: what is on the left there is on the right here, and there is as much."""
    built.everything()
    names = json.loads((assets.DIST / "manifest.json").read_text())
    there, here = (
        (assets.DIST / names[name]).read_text("utf-8")
        for name in ("govuk-frontend.min.css", "govuk-frontend.rtl.min.css")
    )
    assert ".govuk-list--bullet{padding-left:20px" in there
    assert ".govuk-list--bullet{padding-right:20px" in here
    for left, right in (("float:left", "float:right"), ("text-align:left", "text-align:right")):
        assert there.count(left) > 5
        assert (there.count(left), there.count(right)) == (here.count(right), here.count(left))
    assert len(re.findall(r"[{}]", there)) == len(re.findall(r"[{}]", here))
    assert here.startswith("/*! govuk-frontend")


def test_what_stands_in_a_page_is_isolated_and_escaped() -> None:
    """A title comes from people: it is text, whatever is in it."""
    assert bdi("XX T 40") == "<bdi>XX T 40</bdi>"
    assert bdi("<b>") == "<bdi>&lt;b&gt;</bdi>"


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        ("+000 555 0100", "ar", "\u2068+000 555 0100\u2069"),
        ("زهرة", "en", "\u2068زهرة\u2069"),
        ("BAOBAB", "en", "BAOBAB"),
        ("", "ar", ""),
    ],
)
def test_what_stands_in_a_plain_text_is_isolated_where_directions_meet(value: str, language: str, text: str) -> None:
    """A telephone number in an Arabic mail would end with its plus sign."""
    assert isolated(value, language) == text


@pytest.mark.parametrize(
    ("typed", "number"),
    [("٣٠", "30"), ("۱۲۳۴۵۶", "123456"), ("\u200e165.00\u200f", "165.00"), ("\u2068RF12\u2069", "RF12"), ("²", "²"),
     ("A61K 31/00", "A61K 31/00")],
)  # fmt: skip
def test_a_number_is_read_as_each_keyboard_types_it(typed: str, number: str) -> None:
    """Arabic and Persian keyboards have digits of their own; what is raised is no digit of a number."""
    assert typed_number(typed) == number
