"""What the search of terms finds, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.classification.rules import normalised
from portal.classification.search import MOST, Line, TermIndex

TERMS = [
    ("30", "coffee"),
    ("30", "coffee beverages with milk"),
    ("30", "artificial coffee"),
    ("7", "coffee grinders, electric"),
    ("21", "coffee pots, non-electric"),
    ("30", "café au lait"),
    ("30", "tea"),
    ("21", "toothbrushes"),
    ("21", "toothbrushes, electric"),
    ("21", "floss for dental purposes"),
    ("3", "toothpaste"),
    ("12", "bicycle saddles"),
    ("12", "saddle covers for bicycles"),
    ("18", "saddlery"),
    ("32", "mineral water [beverages]"),
    ("30", "desert honey"),
    ("30", "dessert mousses"),
    ("30", "緑茶"),
    ("30", "茶飲料"),
    ("30", "شاي"),
    ("30", "चाय"),
]


def index(terms=TERMS):
    return TermIndex(Line(number, group, normalised(text)) for number, (group, text) in enumerate(terms))


def found(typed, group="", terms=TERMS):
    return [terms[number][1] for number in index(terms).search(typed, group)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("coffee", "coffee"),
        ("COFFEE", "coffee"),
        ("cof", "coffee"),
        ("cofee", "coffee"),
        ("ocffee", "coffee"),
        ("voffee", "coffee"),
        ("coffeee", "coffee"),
        ("cafe au lait", "café au lait"),
        ("café", "café au lait"),
        ("pots coffee", "coffee pots, non-electric"),
        ("bicicle sadle", "bicycle saddles"),
        ("saddles bicycle", "bicycle saddles"),
        ("tooth brush", "toothbrushes"),
        ("mineralwater", "mineral water [beverages]"),
        ("mineral watr", "mineral water [beverages]"),
        ("brushes", "toothbrushes"),
        ("desert", "desert honey"),
        ("緑", "緑茶"),
        ("飲料", "茶飲料"),
        ("شَاي", "شاي"),
        ("चाय", "चाय"),
    ],
)
def test_what_was_meant_comes_first(typed, first):
    assert found(typed)[0] == first


def test_terms_that_begin_so_come_before_terms_that_hold_it():
    answers = found("coffee")
    assert answers[0] == "coffee"
    assert [term.startswith("coffee") for term in answers] == [True, True, True, True, False]
    assert answers[4] == "artificial coffee"
    assert found("茶") == ["茶飲料", "緑茶"]


def test_a_word_more_narrows():
    assert found("coffee electric") == ["coffee grinders, electric", "coffee pots, non-electric"]


def test_a_word_that_is_nowhere_does_not_hide_the_others():
    """“Electric coffee maker” is no term here; what comes nearest is better than nothing."""
    assert "coffee grinders, electric" in found("electric coffee makerwhatsit")


def test_few_answers_are_filled_up_with_what_may_have_been_meant():
    assert set(found("desert")) == {"desert honey", "dessert mousses"}


def test_a_class_restricts():
    assert found("coffee", "7") == ["coffee grinders, electric"]
    assert found("tea", "12") == []
    assert found("tea", "44") == []


@pytest.mark.parametrize("typed", ["", "   ", "?!", "xqzzwv", "\ud800"])
def test_nothing_to_find(typed):
    assert found(typed) == []


def test_at_most_so_many():
    terms = [("1", f"coffee {number}") for number in range(MOST + 50)]
    assert len(found("coffee", "", terms)) == MOST


def test_an_empty_list_finds_nothing():
    assert index([]).search("coffee") == []
    assert len(index([])) == 0


texts = st.text(st.characters(), max_size=40)
lists = st.lists(st.tuples(st.sampled_from(["1", "2"]), texts), max_size=12)


@given(lists, texts, st.sampled_from(["", "1", "2", "45"]))
def test_no_text_makes_the_search_fail(terms, typed, group):
    """What is pasted into a search box is anything at all."""
    answers = index(terms).search(typed, group)
    assert len(set(answers)) == len(answers) <= MOST
    assert all(group in ("", terms[number][0]) for number in answers)


@given(lists, st.tuples(st.sampled_from(["1", "2"]), texts.filter(normalised)))
def test_an_exact_term_is_always_first(terms, exact):
    """However many terms are like it: an agent who types a term that there is must see it."""
    every = [*terms, exact]
    assert normalised(found(exact[1], "", every)[0]) == normalised(exact[1])
    assert normalised(found(exact[1], exact[0], every)[0]) == normalised(exact[1])


letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=7, max_size=12)


@given(letters, st.data())
def test_a_word_with_one_slip_is_found(word, data):
    """A letter too many, too few, wrong, or exchanged with the next, anywhere in a word of seven letters or more."""
    place = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    before, after = word[:place], word[place + 1 :]
    typed = data.draw(
        st.sampled_from(
            [before + after, before + letter + word[place:], before + letter + after,
             before + after[:1] + word[place] + after[1:]]
        )
    )  # fmt: skip
    assert found(typed, "", [("1", "something else"), ("1", word)])[:1] == [word]
