"""A filing from sign-in to the office's decision, by everyone who has a part in it, in each language."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.browser.receipts import assert_signed

DEFECTS = "1. The power of attorney is not signed.\n2. Class 30: “tea” needs a kind."


def _draft(agent: Person, title: str) -> str:
    """Fill every section, looking at each page once empty or wrong and once filled."""
    page = agent.page
    draft = agent.new_draft(f"REF {title}")
    agent.look("tasks-new")
    agent.go(f"{draft}/applicants")
    agent.look("applicant")
    agent.save()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    agent.look("applicant-wrong")
    agent.party()
    agent.save()
    agent.go(f"{draft}/representative")
    agent.choose("represented", "yes")
    agent.party("")
    agent.choose("authority", "case")
    agent.look("representative")
    agent.save()
    agent.go(f"{draft}/mark")
    agent.choose("kind", "figurative")
    page.fill("[name=text]", title)
    page.fill("[name=description]", "A baobab before the rising sun.")
    agent.look("mark")
    agent.save()
    agent.go(f"{draft}/goods")
    page.fill("[name=number-0]", "30")
    page.fill("[name=terms-0]", "coffee\ntea")
    page.click("button[name=action][value=add]")
    page.wait_for_selector("[name=number-1]")
    page.fill("[name=number-1]", "43")
    page.fill("[name=terms-1]", "services for providing food and drink")
    agent.look("goods")
    agent.save()
    agent.go(f"{draft}/priority")
    agent.look("priority")
    agent.priority_claim()
    agent.save()
    _documents(agent, draft)
    agent.go(f"{draft}/fees")
    agent.look("fees")
    agent.save()
    return draft


def _documents(agent: Person, draft: str) -> None:
    agent.go(f"{draft}/documents")
    agent.look("documents")
    agent.upload("power-of-attorney", "power.pdf", b"This is not a PDF.", "application/pdf")
    expect(agent.page.locator(".govuk-error-summary")).to_be_visible()
    agent.look("documents-refused")
    agent.upload_picture()
    agent.upload_power()
    expect(agent.page.locator("main")).to_contain_text("power of attorney.pdf")
    agent.look("documents-attached")


def _submit(agent: Person, draft: str, tmp_path) -> str:
    agent.go(draft)
    agent.look("tasks")
    agent.go(f"{draft}/check")
    agent.look("check")
    agent.page.click(f"main a[href='{draft}/submit']")
    agent.look("submit")
    number = agent.submit(clicks=2)
    agent.look("received")
    assert_signed(agent.receipt(), tmp_path)
    return number


def _pay(cashier: Person, reference: str) -> None:
    """The cashier finds the bill by its printed reference, errs once, and records the payment."""
    page = cashier.page
    cashier.sign_in()
    cashier.go("/office/cashier")
    cashier.look("cashier")
    page.fill("[name=q]", reference)
    page.click(".desk-filter button")
    page.wait_for_url(re.compile(r"/office/cashier/RF"))
    total = re.search(r"\d+[.,]\d\d", page.locator(".fees-table tfoot").inner_text()).group(0)
    cashier.look("counter")
    page.fill("[name=receipt]", f"C-{secrets.token_hex(4)}")
    page.fill("[name=amount]", "1")
    page.click("main form button")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    cashier.look("counter-wrong")
    page.fill("[name=amount]", total)
    page.click("main form button")
    expect(page.locator("button[name=step][value=record]")).to_be_visible()
    cashier.look("counter-confirm")
    page.click("button[name=step][value=record]")
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()
    cashier.look("counter-paid")


def _accept(officer: Person, number: str) -> None:
    officer.page.click(f"main a[href='/office/reception/{number}/accept']")
    officer.look("accept")
    officer.page.click("main form button")


def _return(officer: Person, number: str) -> None:
    page = officer.page
    page.click(f"main a[href='/office/reception/{number}/return']")
    officer.look("return")
    page.click("main form button")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    officer.look("return-wrong")
    page.fill("[name=defects]", DEFECTS)
    page.click("main form button")
    expect(page.locator(".desk-defects")).to_have_text(DEFECTS)
    officer.look("return-confirm")
    page.click("button[name=step][value=send]")


def _listed(agent: Person) -> list[str]:
    """Numbers of the filings that the docket's page lists."""
    links = agent.page.locator("tbody a").all()
    return [str(link.get_attribute("href")).rsplit("/", 1)[1] for link in links]


@pytest.mark.parametrize(("language", "width", "decide"), [("en", 1280, _accept), ("fr", 390, _return)])
def test_a_filing_from_sign_in_to_the_offices_decision(visit, tmp_path, language, width, decide):
    """What each person does on the day when paper ends, at a desk in English and on a phone in French."""
    title = f"BAOBAB {secrets.token_hex(4).upper()}"
    agent: Person = visit("agent", language, width)
    agent.go("/")
    agent.look("sign-in")
    agent.page.click("main form[action='/sign-in'] button[type=submit]:not([aria-controls])")
    agent.look("sign-in-wrong")
    agent.sign_in()
    agent.go("/drafts")
    agent.look("drafts")
    agent.go("/drafts/new")
    agent.look("new")
    draft = _draft(agent, title)
    number = _submit(agent, draft, tmp_path)

    agent.go(f"/docket?q={title}")
    assert _listed(agent) == [number], "a double click filed twice, or not at all"
    agent.look("docket")
    agent.page.click(f"tbody a[href='/filings/{number}']")
    agent.look("filing")
    agent.page.click("main a[href^='/bills/']")
    agent.look("bill")
    reference = agent.page.locator(".desk-reference").inner_text()

    cashier: Person = visit("cashier", language, width)
    _pay(cashier, reference)
    agent.page.reload()
    agent.look("bill-paid")

    officer: Person = visit("officer", language, width)
    officer.sign_in()
    officer.go("/office/reception")
    officer.look("reception")
    officer.go(f"/office/reception/{number}")
    officer.look("reception-filing")
    decide(officer, number)
    expect(officer.page.locator(".govuk-notification-banner--success")).to_contain_text(number[-9:])

    agent.go("/inbox")
    notices = agent.page.locator(".desk-inbox__notice", has_text=number[-9:])
    assert notices.count() >= 3, "a receipt of the filing, its payment and the decision are notices"
    agent.look("inbox")
    agent.go(f"/filings/{number}")
    assert agent.page.locator(".desk-history__event").count() == 5
    if decide is _return:
        expect(agent.page.locator(".desk-defects")).to_have_text(DEFECTS)
    agent.look("filing-decided")
    agent.go("/account")
    agent.look("account")
    assert agent.go("/drafts/AAAAAAAAAAAAAAAA") == 404
    agent.look("not-found")
    assert agent.troubles + cashier.troubles + officer.troubles == []
