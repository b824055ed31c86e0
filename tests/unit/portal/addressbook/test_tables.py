"""Address books as files: what is read, what is refused and at which line, and what is written."""

from __future__ import annotations

import codecs
import csv
import io
import time
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from portal.addressbook.rules import COLUMNS
from portal.addressbook.tables import MOST_BYTES, guarded, read, unguarded, write
from portal.profile.loader import load_profile
from portal.web import catalogs

OFFICE = Path(__file__).parents[4] / "inventories/test/office.yml"
LANGUAGES = ["en", "fr"]
HEAD = "Kind,Name,Street or post-office box,Town or city,Postcode,Country,E-mail address,Telephone\r\n"
AMINA = {
    "kind": "natural", "name": "Amina Diallo", "street": "3 Court Lane", "city": "Nairobi", "postcode": "00101",
    "country": "KE", "email": "amina@agents.example", "phone": "+254 20 123",
}  # fmt: skip
ROW = "person,Amina Diallo,3 Court Lane,Nairobi,00101,Kenya,amina@agents.example,+254 20 123\r\n"


@pytest.fixture(autouse=True)
def words_can_be_asked_for():
    catalogs.compile_stale()
    app = Flask("portal")
    app.config["PROFILE"] = load_profile(OFFICE)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogs.TRANSLATIONS)
    Babel(app)
    with app.test_request_context():
        yield


def entries(content: str | bytes) -> list[dict[str, str]]:
    table = read(content.encode() if isinstance(content, str) else content, LANGUAGES)
    assert table.faults == []
    return table.entries


def faults(content: str | bytes) -> list[tuple[int, str]]:
    table = read(content.encode() if isinstance(content, str) else content, LANGUAGES)
    assert table.faults
    return [(fault.line, str(fault.reason)) for fault in table.faults]


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_with_and_without_the_mark_and_with_every_line_end(mark, end):
    assert entries(mark + (HEAD + ROW).replace("\r\n", end).encode()) == [AMINA]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_part_the_cells(delimiter):
    """A spreadsheet takes what the country's decimal sign leaves."""
    assert entries((HEAD + ROW).replace(",", delimiter)) == [AMINA]


def test_what_spreadsheets_call_unicode_text_is_read():
    assert entries((HEAD + ROW).replace(",", "\t").encode("utf-16")) == [AMINA]


def test_headings_kinds_and_countries_in_the_offices_other_language():
    with force_locale("fr"):
        head = next(write([]))
    row = '"personne";"Amina Diallo";"3 Court Lane";"Nairobi";"00101";"Kénya";"amina@agents.example";"+254 20 123"'
    assert entries(head.replace(",", ";") + row + "\n") == [AMINA]


def test_columns_in_any_order_unknown_ones_told_and_short_lines_taken():
    table = read(b"Fax,Name,Kind,Notes\n1,Amina,person\n,,,\n\n2,Acme,legal,x\n", LANGUAGES)
    assert [(one["kind"], one["name"], one["country"]) for one in table.entries] == [
        ("natural", "Amina", ""),
        ("legal", "Acme", ""),
    ]
    assert table.unused == ["Fax", "Notes"]


@pytest.mark.parametrize("typed", ["KE", "ke", "Kenya", "KENYA", " kenya ", "Kénya"])
def test_a_country_is_known_by_name_and_by_code(typed):
    assert entries(f"Kind,Name,Country\nperson,A,{typed}\n")[0]["country"] == "KE"


def test_an_address_of_several_lines_is_one_line():
    assert entries('Kind,Name,Street or post-office box\nperson,A,"12 Road\nFloor 2\n"\n')[0]["street"] == (
        "12 Road, Floor 2"
    )


def test_each_wrong_line_is_told_by_its_own_number():
    """Behind a cell of two lines the count must still be the file's."""
    content = 'Kind,Name,E-mail address\nperson,"A\nB",a@b.example\nperson,,x\nrobot,C,\n'
    assert faults(content) == [
        (4, "Name: Enter the name."),
        (4, "E-mail address: Enter the e-mail address in the form name@example.org."),
        (5, "Kind: Choose a person or an organisation."),
    ]


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"", 1, "The file is empty."),
        (b"\r\n \r\n", 1, "The file is empty."),
        (codecs.BOM_UTF8, 1, "The file is empty."),
        (HEAD.encode(), 1, "nothing else"),
        (b"Amina,Nairobi\nB,C\n", 1, "The first line must hold the headings"),
        (b"Name,City\nAmina,Nairobi\n", 1, "The first line must hold the headings"),
        (b"Kind,Name,Name\nperson,A,B\n", 1, "stands there twice"),
        (b"Kind,Name\nperson,Z\xfcrich\n", 2, "not in UTF-8"),
        ("Kind,Name\nperson,Zoë\n".encode("latin-1"), 2, "not in UTF-8"),
        (b"\xff\xfe\x00", 1, "not in UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff\xff", 1, "not in UTF-8"),
        (b'Kind,Name\nperson,"A\n', 2, "a quotation mark is not closed"),
        (b'Kind,Name\nperson,"A"B\n', 2, "a quotation mark is not closed"),
        (b"Kind,Name\nperson,A,B,C\n", 2, "more cells than there are headings"),
        (b"Kind,Name\nperson,A\x00B\n", 2, "invisible control characters"),
        ("Kind,Name\nperson,A\u202eB\n".encode(), 2, "invisible control characters"),
        ("Kind,Name\nperson,A\u2066B\u2069\n".encode(), 2, "invisible control characters"),
        (b"Kind,Name\nperson," + b"x" * 301 + b"\n", 2, "at most 300 characters"),
        (b"Kind,Name\nperson," + b"x" * 200_000 + b"\n", 2, "a cell is too long"),
    ],
)
def test_a_file_that_cannot_be_taken_says_where_and_why(content, line, told):
    found = faults(content)
    assert found[0][0] == line
    assert told in found[0][1]


def test_a_million_columns_are_refused_quickly():
    began = time.monotonic()
    assert "1000002 columns" in faults(b"Kind,Name" + b"," * 1_000_000 + b"\nperson,A\n")[0][1].replace("\xa0", "")
    assert "more cells" in faults(b"Kind,Name\nperson,A" + b",x" * 1_000_000 + b"\n")[0][1]
    assert time.monotonic() - began < 20


def test_a_file_that_is_too_large_is_not_even_decoded():
    assert "8 MB" in faults(b"\xff" * (MOST_BYTES + 1))[0][1]


def test_of_many_faults_the_first_hundred_are_told():
    table = read(("Kind,Name\n" + "robot,A\n" * 250).encode(), LANGUAGES)
    assert (len(table.faults), table.more_faults) == (100, 150)


def test_more_than_ten_thousand_entries_are_refused():
    table = read(("Kind,Name\n" + "person,A\n" * 10_001).encode(), LANGUAGES)
    assert [(one.line, "at most 10000" in str(one.reason)) for one in table.faults] == [(10_002, True)]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "'=1", "'", "''", "=", "+254 20 1"],
)
def test_no_cell_that_is_written_can_run(cell):
    """Source: OWASP, CSV Injection. A name is typed by anyone, and the export is opened by somebody else."""
    kept = guarded(cell)
    assert kept.startswith("'")
    assert unguarded(kept) == cell


@given(st.text())
def test_guarding_is_undone_by_reading(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("cell", ["Amina", "O'Hara", "Zoë", "", "3 Court Lane", "شركة"])
def test_what_is_harmless_is_written_as_it_is(cell):
    assert guarded(cell) == cell


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_is_read_again_whatever_the_readers_language(language):
    evil = {**AMINA, "kind": "legal", "name": '=cmd|"/C calc"!A1, "x"; y', "street": "'quoted", "phone": "+254 20 1"}
    with force_locale(language):
        raw = "".join(write([AMINA, evil])).encode()
    assert raw.startswith(codecs.BOM_UTF8)
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows[0]) == len(COLUMNS)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert entries(raw) == [AMINA, evil]


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(raw):
    """Whatever is uploaded: entries or faults, and never an error page."""
    app = Flask("portal")
    app.config["PROFILE"] = load_profile(OFFICE)
    Babel(app)
    with app.test_request_context():
        table = read(raw, ["en"])
        assert table.entries or table.faults


@given(st.text(alphabet=st.sampled_from('Kind,Name\n\r";\t\x00\u202e=’a'), max_size=80))
def test_no_table_breaks_the_reader(text):
    app = Flask("portal")
    app.config["PROFILE"] = load_profile(OFFICE)
    Babel(app)
    with app.test_request_context():
        table = read(f"Kind,Name\n{text}".encode(), ["en"])
        assert table.entries or table.faults
