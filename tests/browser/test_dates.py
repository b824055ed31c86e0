"""Why a date is what it is, and when the office is closed: what staff and everyone else can see of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person

FIELDS = {"on-day": "24", "on-month": "12", "on-year": "2026", "at": "17:00:01"}
RESULT = {"en": "Tuesday 29 December 2026", "fr": "mardi 29 décembre 2026"}


def _ask(officer: Person, language: str) -> None:
    officer.go("/explain")
    officer.page.click("main a[href='/explain/reception-date']")
    for name, value in FIELDS.items():
        officer.page.fill(f"[name={name}]", value)
    officer.page.click("main form button")
    expect(officer.page.locator(".explain-answer__result")).to_have_text(RESULT[language])


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 390)])
def test_the_help_desk_explains_a_date_and_sends_its_address(visit, language, width):
    """The answer is on the telephone while the caller waits: a form, its steps, and an address for the file."""
    officer: Person = visit("officer", language, width)
    officer.sign_in()
    officer.go("/explain")
    officer.look("explain")
    _ask(officer, language)
    officer.look("explain-reception")
    address = officer.page.url
    officer.go("/explain")
    officer.page.goto(address)
    expect(officer.page.locator(".explain-answer__result")).to_have_text(RESULT[language])
    officer.page.emulate_media(media="print")
    expect(officer.page.locator(".explain-answer")).to_be_visible()
    expect(officer.page.locator("main form")).to_be_hidden()
    officer.page.emulate_media(media="screen")
    officer.go("/explain/reception-date?at=26:00")
    officer.look("explain-wrong")
    officer.go("/explain/term?kind=renewal")
    officer.look("explain-term")
    assert officer.troubles == []


def test_a_date_is_explained_without_scripts(visit):
    officer: Person = visit("officer", javascript=False)
    officer.sign_in()
    _ask(officer, "en")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 390)])
def test_everyone_reads_the_closed_days(visit, language, width):
    """Nobody needs an account to know until when a term runs."""
    anyone: Person = visit("agent", language, width)
    anyone.go("/sign-in")
    anyone.page.click("footer a[href='/closed-days']")
    anyone.look("closed-days")
    anyone.go("/closed-days/2026")
    expect(anyone.page.locator("main table tbody tr")).not_to_have_count(0)
    assert anyone.troubles == []
