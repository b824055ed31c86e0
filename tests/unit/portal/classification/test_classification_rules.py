"""Symbols as people and publications write them, and when two texts are the same term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.classification.rules import SYMBOLS, Scheme, in_force, nice_class, normalised, symbol_begun


@pytest.mark.parametrize(
    ("scheme", "typed", "kept"),
    [
        (Scheme.NICE, "9", "9"),
        (Scheme.NICE, " 09 ", "9"),
        (Scheme.NICE, "45", "45"),
        (Scheme.NICE, "46", None),
        (Scheme.NICE, "0", None),
        (Scheme.NICE, "٩", None),
        (Scheme.LOCARNO, "06-01", "06-01"),
        (Scheme.LOCARNO, "6-1", "06-01"),
        (Scheme.LOCARNO, "06.01", "06-01"),
        (Scheme.LOCARNO, "0601", "06-01"),
        (Scheme.LOCARNO, "6", "06"),
        (Scheme.LOCARNO, "31-00", "31-00"),
        (Scheme.LOCARNO, "0-01", None),
        (Scheme.LOCARNO, "6-001", None),
        (Scheme.VIENNA, "26.11.1", "26.11.1"),
        (Scheme.VIENNA, "26.11.01", "26.11.1"),
        (Scheme.VIENNA, "A 26.11.08", "26.11.8"),
        (Scheme.VIENNA, "26", "26"),
        (Scheme.VIENNA, "30.1", None),
        (Scheme.VIENNA, "26.11.1.1", None),
        (Scheme.IPC, "A61K 31/00", "A61K 31/00"),
        (Scheme.IPC, "a61k31/00", "A61K 31/00"),
        (Scheme.IPC, "A61K0031000000", "A61K 31/00"),
        (Scheme.IPC, "A61F0005580000", "A61F 5/58"),
        (Scheme.IPC, "A01B0001100000", "A01B 1/10"),
        (Scheme.IPC, "A62C0002035000", "A62C 2/035"),
        (Scheme.IPC, "A61", "A61"),
        (Scheme.IPC, "H", "H"),
        (Scheme.IPC, "I61K", None),
        (Scheme.IPC, "A61K 31", None),
        (Scheme.IPC, "", None),
    ],
)  # fmt: skip
def test_a_symbol_is_read_in_each_usual_writing(scheme, typed, kept):
    """The writings are those of WIPO's publications, of ST.8 (14 characters), and of people in a hurry."""
    assert SYMBOLS[scheme].parse(typed) == kept


@pytest.mark.parametrize(
    ("scheme", "symbol", "above"),
    [
        (Scheme.LOCARNO, "06-01", ["06"]),
        (Scheme.VIENNA, "26.11.1", ["26.11", "26"]),
        (Scheme.IPC, "A61K 31/12", ["A61K 31/00", "A61K", "A61", "A"]),
        (Scheme.IPC, "A61K 31/00", ["A61K", "A61", "A"]),
    ],
)
def test_what_stands_above_a_symbol(scheme, symbol, above):
    found = []
    while symbol := SYMBOLS[scheme].parent(symbol):
        found.append(symbol)
    assert found == above


@pytest.mark.parametrize(
    ("scheme", "symbol", "pickable"),
    [
        (Scheme.LOCARNO, "06", False),
        (Scheme.LOCARNO, "06-01", True),
        (Scheme.VIENNA, "26", False),
        (Scheme.VIENNA, "26.1", True),
        (Scheme.IPC, "A61", False),
        (Scheme.IPC, "A61K", True),
        (Scheme.NICE_CLASSES, "30", False),
    ],
)
def test_only_an_exact_symbol_can_be_picked(scheme, symbol, pickable):
    """An application that says only “class 6” says nothing that the office could use."""
    assert SYMBOLS[scheme].pickable(symbol) is pickable


@pytest.mark.parametrize(
    ("scheme", "typed", "begun"),
    [
        (Scheme.IPC, "a61k31/0", "A61K 31/0"),
        (Scheme.IPC, "A61K 3", "A61K 3"),
        (Scheme.IPC, "b62", "B62"),
        (Scheme.IPC, "bicycle", None),
        (Scheme.LOCARNO, "6", "06"),
        (Scheme.LOCARNO, "31", "31"),
        (Scheme.LOCARNO, "6-", "06-"),
        (Scheme.LOCARNO, "06-0", "06-0"),
        (Scheme.VIENNA, "26.1", "26.1"),
        (Scheme.NICE, "30", None),
    ],
)
def test_the_beginning_of_a_symbol_is_told_from_words(scheme, typed, begun):
    assert symbol_begun(scheme, typed) == begun


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE"),
        ("l’eau minérale", "L'EAU  MINERALE"),
        ("T-shirts", "t shirts"),
        ("mineral water [beverages]", "Mineral water (beverages)*"),
        ("Łódź", "lodz"),
        ("straße", "STRASSE"),
        ("ｃｏｆｆｅｅ", "coffee"),
        ("Ελλάδα", "ελλαδα"),
        ("مَشْرُوبَات", "مشروبات"),
        ("coffee\u200b", "coffee"),
    ],
)
def test_the_same_term_in_another_writing(one, other):
    assert normalised(one) == normalised(other) != ""


@pytest.mark.parametrize(("one", "other"), [("कि", "कु"), ("กิ", "กุ"), ("ぱ", "は"), ("tea", "tees")])
def test_what_is_another_word_stays_another(one, other):
    """The vowels of Indic and Thai words are marks as accents are, and without them a word is another one."""
    assert normalised(one) != normalised(other)


@given(st.text(st.characters()))
def test_any_text_at_all_is_normalised_once_and_for_all(text):
    """Lone surrogates, control characters and half emoji come in by copying; normalised twice is normalised once."""
    assert normalised(normalised(text)) == normalised(text)


@given(st.text(st.characters()), st.sampled_from(Scheme))
def test_no_text_makes_the_reading_of_symbols_fail(text, scheme):
    kept = SYMBOLS[scheme].parse(text)
    symbol_begun(scheme, text)
    assert kept is None or SYMBOLS[scheme].parse(kept) == kept


@given(st.integers(1, 45))
def test_each_of_the_45_classes_is_read(number):
    assert nice_class(f"{number:02}") == nice_class(str(number)) == str(number)


@dataclass
class _Edition:
    valid_from: date
    imported_at: datetime


def test_the_edition_that_counts_is_the_last_begun():
    """Editions of Nice change on 1 January: the next one is imported in December, and must not count before."""
    old = _Edition(date(2026, 1, 1), datetime(2025, 12, 3, tzinfo=UTC))
    new = _Edition(date(2027, 1, 1), datetime(2026, 12, 3, tzinfo=UTC))
    mended = _Edition(date(2027, 1, 1), datetime(2026, 12, 9, tzinfo=UTC))
    assert in_force([new, old], date(2026, 12, 31)) is old
    assert in_force([new, old], date(2027, 1, 1)) is new
    assert in_force([mended, new, old], date(2027, 3, 1)) is mended
    assert in_force([old], date(2025, 12, 31)) is None
