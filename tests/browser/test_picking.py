"""Picking from the classifications with the keyboard, on a phone, from right to left, and without the list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _active(page: Page) -> str:
    """The text of the option that a screen reader is led to; empty when there is none."""
    return str(
        page.evaluate(
            """() => {
                const id = document.activeElement.getAttribute("aria-activedescendant");
                const option = id && document.getElementById(id);
                return option ? `${option.getAttribute("aria-selected")} ${option.textContent}` : "";
            }"""
        )
    )


def _begin(agent: Person, section: str) -> str:
    agent.sign_in()
    draft = agent.new_draft("picking")
    agent.go(f"{draft}/{section}")
    return draft


def test_terms_are_picked_with_the_keyboard_alone(visit):
    """Hundreds of terms are typed in a year by people who never touch the mouse."""
    agent: Person = visit("agent")
    draft = _begin(agent, "goods")
    page = agent.page
    page.fill("[name=terms-0]", "dust of the moon")
    box = page.get_by_role("combobox")
    box.focus()
    page.keyboard.type("cofee")
    expect(page.get_by_role("option")).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".pick__status")).to_have_text("3 entries fit.")
    assert _active(page) == ""
    page.keyboard.press("ArrowDown")
    first = _active(page)
    assert first.startswith("true coffee")
    page.keyboard.press("End")
    last = _active(page)
    page.keyboard.press("ArrowDown")
    assert _active(page) == first, "after the last one comes the first"
    page.keyboard.press("ArrowUp")
    assert _active(page) == last
    page.keyboard.press("Home")
    assert _active(page) == first
    agent.look("picker-open")
    page.keyboard.press("Enter")
    expect(page.locator("[name=terms-0]")).to_have_value("dust of the moon\ncoffee")
    expect(page.locator("[name=number-0]")).to_have_value("30")
    expect(page.locator(".pick__status")).to_have_text("Added: coffee")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#terms-0-free")).to_contain_text("dust of the moon")
    page.keyboard.type("tea")
    expect(page.get_by_role("option")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("tea")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    assert page.url.endswith(f"{draft}/goods"), "Enter in the search box does not send the form"
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        page.keyboard.press("Shift+Tab")
    agent.go(f"{draft}/goods")
    expect(page.locator("[name=terms-0]")).to_have_value("dust of the moon\ncoffee")
    expect(page.locator("#terms-0-free")).to_contain_text("dust of the moon")
    assert agent.troubles == []


def test_a_finger_picks_on_a_phone_in_french(visit):
    agent: Person = visit("agent", "fr", 390)
    _begin(agent, "mark")
    page = agent.page
    agent.choose("kind", "figurative")
    page.get_by_role("combobox").fill("cercl")
    page.get_by_role("option").first.click()
    expect(page.locator("[name=vienna]")).to_have_value("26.1.1")
    expect(page.locator(".pick__status").first).to_have_text("Ajouté\xa0: 26.1.1")
    page.get_by_role("combobox").fill("etoile")
    expect(page.get_by_role("option")).not_to_have_count(0)
    agent.look("picker-phone")
    assert agent.troubles == []


def test_the_list_stands_under_its_box_from_right_to_left_too(visit):
    """Arabic, Persian and Urdu are read so; the page must mirror, not break."""
    agent: Person = visit("agent", width=390)
    _begin(agent, "goods")
    page = agent.page
    page.evaluate("document.documentElement.dir = 'rtl'")
    box = page.get_by_role("combobox")
    box.fill("co")
    expect(page.get_by_role("option")).not_to_have_count(0)
    under, above = page.get_by_role("listbox").bounding_box(), box.bounding_box()
    assert under is not None
    assert above is not None
    assert (round(under["x"]), round(under["width"])) == (round(above["x"]), round(above["width"]))
    assert page.evaluate("getComputedStyle(document.querySelector('[role=option]')).textAlign") in ("start", "right")
    assert page.evaluate(OVERFLOW) <= 0


def test_the_field_stays_free_to_type_in_while_the_list_is_away(visit):
    """A list that cannot be asked must not stop an agent on the last day of a term."""
    agent: Person = visit("agent")
    draft = _begin(agent, "goods")
    page = agent.page
    page.route("**/classification/**", lambda route: route.abort())
    page.get_by_role("combobox").fill("coffee")
    expect(page.locator(".pick__status")).to_contain_text("You can type the entry yourself.")
    page.fill("[name=number-0]", "30")
    page.fill("[name=terms-0]", "coffee")
    agent.save()
    agent.go(f"{draft}/goods")
    assert page.input_value("[name=terms-0]") == "coffee"


@pytest.mark.parametrize("javascript", [True, False])
def test_the_page_for_picking(visit, javascript):
    """It serves who has no scripts, and who would rather look around than search."""
    agent: Person = visit("agent", javascript=javascript)
    draft = _begin(agent, "goods")
    page = agent.page
    page.fill("[name=number-0]", "30")
    page.fill("[name=terms-0]", "my own tea")
    page.click("button[value=pick-nice-0]")
    page.wait_for_url("**/pick/nice?row=0")
    if javascript:
        agent.look("pick")
    page.fill("[name=q]", "bycicle sadle")
    page.select_option("[name=class]", "")
    page.click(".pick-search button")
    page.check("[name=pick][value='12:bicycle saddles']")
    if javascript:
        agent.look("pick-found")
    page.click("main form[method=post] button")
    page.wait_for_url(f"**{draft}/goods")
    assert page.input_value("[name=terms-0]") == "my own tea"
    assert page.input_value("[name=number-1]") == "12"
    assert page.input_value("[name=terms-1]") == "bicycle saddles"


def test_anybody_looks_around_in_the_classifications(visit):
    visitor: Person = visit("agent", "fr", 390)
    page = visitor.page
    visitor.go("/classification")
    visitor.look("classifications")
    page.click("main a[href='/classification/nice']")
    page.click("main a[href$='class=30']")
    visitor.look("classification-class")
    page.fill("[name=q]", "cafe")
    page.click(".pick-search button")
    expect(page.locator(".pick-list__entry").first).to_contain_text("café")
    visitor.look("classification-found")
    visitor.go("/classification/nice?q=xqzzw")
    visitor.look("classification-nothing")
    assert visitor.troubles == []
