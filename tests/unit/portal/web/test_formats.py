"""How dates, money and sizes are written for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from portal.profile.loader import load_profile
from portal.web import assets, formats, language, safe


@pytest.fixture(autouse=True)
def office() -> Iterator[None]:
    """The formats ask the current application for the office's zone and currency."""
    app = Flask("formats")
    app.config["PROFILE"] = load_profile(Path(__file__).parents[4] / "inventories/test/office.yml")
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (date(2026, 4, 3), "en", "3 April 2026"),
        (date(2026, 4, 3), "fr", "3 avril 2026"),
        (date(2026, 4, 1), "fr", "1er avril 2026"),
        (date(2026, 4, 11), "fr", "11 avril 2026"),
        (None, "en", ""),
        (datetime(2026, 4, 2, 21, 0, tzinfo=UTC), "en", "3 April 2026"),  # midnight in Nairobi
        (datetime(2026, 4, 2, 20, 59, 59, tzinfo=UTC), "en", "2 April 2026"),
    ],
)
def test_day(value: date | None, code: str, text: str) -> None:
    """3/4 is two dates; and a date is the office's, not the server's (PCT Rule 80.4)."""
    assert formats.day(value, code) == text


@pytest.mark.parametrize(
    ("code", "text"), [("en", "22 November 2026, 16:57 (UTC+3)"), ("fr", "22 novembre 2026, 16:57 (UTC+3)")]
)
def test_instant(code: str, text: str) -> None:
    """A time without its zone decides nothing on the last day of a term."""
    assert formats.instant(datetime(2026, 11, 22, 13, 57, 40, tzinfo=UTC), code) == text


@pytest.mark.parametrize(
    ("amount", "currency", "code", "text"),
    [
        ("1234.5", None, "en", "USD\xa01,234.50"),
        ("1234.5", None, "fr", "1\u202f234,50\xa0USD"),
        ("-82.5", None, "en", "-USD\xa082.50"),
        ("0", "EUR", "fr", "0,00\xa0EUR"),
    ],
)
def test_money(amount: str, currency: str | None, code: str, text: str) -> None:
    """A dollar sign is the sign of twenty currencies."""
    assert formats.money(Decimal(amount), currency, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0, "en", "0\xa0bytes"),
        (999, "en", "999\xa0bytes"),
        (1000, "en", "1\xa0KB"),
        (1_250_000, "en", "1.2\xa0MB"),
        (1_250_000, "fr", "1,2\xa0Mo"),
        (999_600, "en", "1\xa0MB"),
        (26_214_400, "en", "26.2\xa0MB"),
        (5_000_000_000_000, "en", "5,000\xa0GB"),
    ],
)
def test_size(value: int, code: str, text: str) -> None:
    """An agent compares it with what the own computer shows."""
    assert formats.size(value, code) == text


def test_text_falls_back_to_the_first_language() -> None:
    """A missing translation must not be an empty label."""
    assert formats.text({"en": "Bill", "fr": "Facture"}, "fr") == "Facture"
    assert formats.text({"en": "Bill", "fr": "Facture"}, "sw") == "Bill"


@pytest.mark.parametrize("value", ["/docket", "/docket?page=2", "/drafts/a-b_c/mark#text"])
def test_own_paths_may_be_followed(value: str) -> None:
    """A link in a mail leads through sign-in to its page."""
    assert safe.next_path(value) == value


@pytest.mark.parametrize(
    "value",
    [None, "", "docket", "//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "/a\r\nSet-Cookie: x",
     "javascript:alert(1)", "/" + "a" * 2000, "\t//evil.example"],
)  # fmt: skip
def test_other_addresses_are_never_followed(value: str | None) -> None:
    """Browsers read //, /\\ and control characters as another site."""
    assert safe.next_path(value) is None


def test_contrast_follows_wcag() -> None:
    """Known pairs: black on white 21, grey #767676 on white 4.54 (WCAG 2.2, 1.4.3)."""
    assert round(assets.contrast("#000000", "#ffffff"), 2) == 21
    assert round(assets.contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(("colour", "text"), [("#1d4f6e", "#ffffff"), ("#ffdd00", "#0b0c0c")])
def test_text_on_the_offices_colour_can_be_read(colour: str, text: str) -> None:
    """An office with a light colour must not get white letters on it."""
    assert f"--office-text-colour:{text}" in assets.office_colours(colour)


def test_languages_call_themselves_by_their_own_names() -> None:
    """A reader who is lost in another language looks for a word of their own."""
    assert [language.own_name(code) for code in ("en", "fr", "pt-BR")] == ["English", "Français", "Português (Brasil)"]
