"""File names from outside are for showing only, and are made safe for that."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents.names import HIDDEN, ending_kind, safe_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("power of attorney.pdf", "power of attorney.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\logo.png", "logo.png"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("توكيل.pdf", "توكيل.pdf"),
        ("委任状.pdf", "委任状.pdf"),
        ("", "document"),
        ("..", "document"),
        ("/", "document"),
        ("a/..", "document"),
    ],
)
def test_a_name_is_kept_without_what_misleads(given_name, kept):
    """A right-to-left override makes `exe.pdf` of `fdp.exe`; a folder in a name writes elsewhere."""
    assert safe_name(given_name) == kept


def test_a_long_name_is_shortened_before_its_ending():
    """File systems take 255 bytes: a longer name would make the package impossible to unpack."""
    assert safe_name("a" * 251 + ".pdf") == "a" * 251 + ".pdf"
    shortened = safe_name("a" * 300 + ".pdf")
    assert shortened == "a" * 248 + "….pdf"
    assert len(shortened.encode()) == 255
    assert safe_name("状" * 300 + ".pdf") == "状" * 82 + "….pdf"


@given(st.text(max_size=400))
def test_no_name_is_ever_unsafe(given_name):
    kept = safe_name(given_name)
    assert 0 < len(kept.encode()) <= 255
    assert not set(kept) & (HIDDEN | set("/\\\x00"))
    assert not any(unicodedata.category(char) == "Cc" for char in kept)
    assert kept.strip(" .")
    assert safe_name(kept) == kept


def test_what_an_ending_says():
    assert ending_kind("a.PDF") == "pdf"
    assert ending_kind("a.jpeg") == ending_kind("b.jpg") == "jpeg"
    assert ending_kind("a.unknown") is None
    assert ending_kind("pdf") is None
