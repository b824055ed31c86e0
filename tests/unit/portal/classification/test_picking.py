"""What was picked stands beside what was typed; nothing that was there is lost."""

from __future__ import annotations

import pytest

from portal.classification.picking import Pick, with_design_class, with_symbols, with_terms
from portal.classification.rules import Scheme


def rows(*pairs):
    return {"classes": [{"number": number, "terms": terms} for number, terms in pairs]}


@pytest.mark.parametrize(
    ("before", "row", "picks", "after"),
    [
        (rows(("30", "tea")), None, [("30", "coffee")], rows(("30", "tea\ncoffee"))),
        (rows(("030", "tea")), None, [("30", "coffee")], rows(("030", "tea\ncoffee"))),
        (rows(("30", "Coffee ")), None, [("30", "coffee")], rows(("30", "Coffee "))),
        (rows(("", "my own words")), 0, [("30", "coffee")], rows(("30", "my own words\ncoffee"))),
        (rows(("32", "beer")), 0, [("30", "coffee")], rows(("32", "beer"), ("30", "coffee"))),
        ({}, 5, [("30", "tea"), ("30", "rice"), ("43", "bars")], rows(("30", "tea\nrice"), ("43", "bars"))),
        (rows(("x", "?")), 0, [("30", "coffee")], rows(("x", "?"), ("30", "coffee"))),
    ],
)  # fmt: skip
def test_terms_go_into_the_row_of_their_class(before, row, picks, after):
    assert with_terms(before, row, [Pick(*pick) for pick in picks]) == after


def test_what_is_given_is_not_changed():
    """The saved data is compared with the new: the same object would hide the difference."""
    before = rows(("30", "tea"))
    with_terms(before, None, [Pick("30", "coffee")])
    assert before == rows(("30", "tea"))


def test_a_design_gets_its_class():
    designs = {"designs": [{"product": "Chair", "locarno": "", "description": ""}]}
    assert with_design_class(designs, 0, [Pick("06", "06-01")])["designs"][0]["locarno"] == "06-01"
    more = with_design_class(designs, 7, [Pick("06", "06-01")])["designs"]
    assert [row["product"] for row in more] == ["Chair", ""]
    assert more[1]["locarno"] == "06-01"


def test_symbols_stand_one_on_each_line():
    data = {"title": "A thing", "symbols": "A61K 31/00"}
    assert with_symbols(data, [Pick("A61", "A61K 31/00"), Pick("A61", "A61P")], "symbols") == {
        "title": "A thing",
        "symbols": "A61K 31/00\nA61P",
    }
    assert with_symbols({}, [Pick("26", "26.1.1")], "vienna") == {"vienna": "26.1.1"}


@pytest.mark.parametrize(
    ("scheme", "sent", "pick"),
    [
        (Scheme.NICE, "30:tea: green", Pick("30", "tea: green")),
        (Scheme.NICE, "46:tea", None),
        (Scheme.NICE, "30:", None),
        (Scheme.NICE, "tea", None),
        (Scheme.LOCARNO, "6-1", Pick("06", "06-01")),
        (Scheme.LOCARNO, "06", None),
        (Scheme.IPC, "A61K 31/00", Pick("A61", "A61K 31/00")),
        (Scheme.IPC, "<script>", None),
    ],
)
def test_what_a_checkbox_sends_is_read_again(scheme, sent, pick):
    """It comes from outside: anything could be sent."""
    assert Pick.read(scheme, sent) == pick
