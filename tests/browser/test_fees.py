"""Fees in a browser: worked out by anyone, quoted, claimed with a proof, refused, and paid as a balance."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.support.documents import pdf_of_size

REASON = "The certificate ended in 2024."


@pytest.mark.parametrize(("language", "width", "javascript"), [("en", 1280, True), ("fr", 390, False)])
def test_anyone_works_out_what_a_filing_costs(visit, language, width, javascript):
    """Without an account, and without scripts; the address holds the whole calculation."""
    someone: Person = visit("agent", language, width, javascript=javascript)
    page = someone.page
    someone.go("/fees")
    someone.look("fees-services")
    page.click("main a[href*='service=patent-national']")
    someone.look("fees-calculator")
    page.fill("[name=claim]", "many")
    page.click("main form button")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    someone.look("fees-calculator-wrong")
    page.fill("[name=claim]", "25")
    page.fill("[name=page]", "120")
    page.check("[name=discount][value=student]")
    page.check("[name=late]")
    page.click("main form button")
    page.wait_for_url(re.compile("claim=25"))
    total = page.locator(".fees-table tfoot").inner_text()
    someone.look("fees-calculated")
    someone.go("/" + page.url.split("/", 3)[3].partition("#")[0])
    assert page.locator(".fees-table tfoot").inner_text() == total
    page.click("main a[href='/fees/schedule']")
    someone.look("fees-schedule")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 390)])
def test_a_claimed_reduction_from_its_quote_to_its_refusal(visit, language, width):
    """What the agent was promised, what the officer found, and what is owed then, each on its own page."""
    title = f"QUOTED {secrets.token_hex(4).upper()}"
    agent: Person = visit("agent", language, width)
    agent.sign_in()
    draft = agent.new_draft("quoted")
    agent.word_mark(draft, title)
    agent.go(f"{draft}/fees")
    agent.choose("discount", "small-entity")
    agent.save()
    agent.go(f"{draft}/documents")
    agent.upload("small-entity-proof", "certificate.pdf", pdf_of_size(20_000), "application/pdf")
    agent.go(f"{draft}/fees")
    agent.look("fees-before-quote")
    agent.page.click("main form[action$='/quote'] button")
    agent.page.wait_for_url(re.compile(r"/quotes/Q\d+"))
    agent.look("quote")
    agent.go(f"{draft}/check")
    agent.look("check-quoted")
    agent.go(f"{draft}/submit")
    number = agent.submit()

    officer: Person = visit("officer", language, width)
    officer.sign_in()
    officer.go(f"/office/discounts?q={number}")
    officer.look("discounts")
    officer.page.click("tbody a")
    officer.look("discount")
    officer.page.click("main a[href$='/refuse']")
    officer.page.click("main form button")
    expect(officer.page.locator(".govuk-error-summary")).to_be_visible()
    officer.look("discount-refuse-wrong")
    officer.page.fill("[name=reason]", REASON)
    officer.page.click("main form button")
    expect(officer.page.locator(".desk-defects")).to_have_text(REASON)
    officer.look("discount-refuse-confirm")
    officer.page.click("button[name=step][value=send]")
    expect(officer.page.locator(".govuk-notification-banner--success")).to_be_visible()
    officer.look("discount-refused")
    officer.page.click("main a[href$='/fees']")
    officer.look("fees-explained")

    agent.go(f"/filings/{number}")
    agent.look("filing-with-balance")
    agent.page.locator("main a[href^='/bills/']").last.click()
    expect(agent.page.locator("main")).to_contain_text(REASON)
    agent.look("bill-balance")
