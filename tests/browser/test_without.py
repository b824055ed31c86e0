"""The portal without what a browser may lack: scripts, a mouse, a session that lasted."""

from __future__ import annotations

import secrets

from playwright.sync_api import expect

from tests.browser.people import PARTY, Person


def test_a_filing_without_scripts(visit):
    """Old machines and strict networks run no scripts: everything must work, and a double click files once."""
    title = f"PLAIN {secrets.token_hex(4).upper()}"
    agent: Person = visit("agent", javascript=False)
    agent.sign_in()
    draft = agent.new_draft("plain")
    agent.word_mark(draft, title)
    agent.go(f"{draft}/check")
    agent.page.click(f"main a[href='{draft}/submit']")
    number = agent.submit(clicks=2)
    agent.go(f"/docket?q={title}")
    links = agent.page.locator("tbody a")
    assert [link.get_attribute("href") for link in links.all()] == [f"/filings/{number}"]
    agent.go(f"/drafts/{draft.rsplit('/', 1)[1]}/submit")
    assert agent.page.locator("[name=code]").count() == 0, "a filed draft can be submitted again"

    officer: Person = visit("officer", javascript=False)
    officer.sign_in()
    officer.go(f"/office/reception/{number}/return")
    officer.page.fill("[name=defects]", "Sign it.")
    officer.page.click("main form button")
    officer.page.click("button[name=step][value=send]")
    agent.go(f"/filings/{number}")
    expect(agent.page.locator(".desk-defects")).to_have_text("Sign it.")
    agent.go("/inbox")
    agent.page.locator(".desk-inbox__notice", has_text=number[-9:]).first.locator("form button").click()
    expect(agent.page.locator(".desk-inbox__notice", has_text=number[-9:]).first).not_to_have_class(
        "desk-inbox__notice desk-inbox__notice--unread"
    )


def test_a_form_with_the_keyboard_alone(visit):
    """Who cannot use a mouse must reach every field, see where they are, and send."""
    agent: Person = visit("agent", width=390)
    agent.sign_in()
    draft = agent.new_draft("keys")
    agent.go(f"{draft}/applicants")
    page = agent.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("govuk-skip-link")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || ''")
        shown = page.evaluate(
            "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
        )
        if name:
            assert shown or name == "kind-0", f"nothing shows that the focus is on {name}"
            reached.append(name)
        if name == "kind-0":
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Space")
        elif name == "country-0":
            page.keyboard.type("Ken")
        elif name.removesuffix("-0") in PARTY:
            page.keyboard.type(PARTY[name.removesuffix("-0")])
        elif name == "action" and page.evaluate("document.activeElement.value") == "save":
            page.keyboard.press("Enter")
            break
    fields = ["kind", "name", "street", "city", "postcode", "country", "email", "phone"]
    assert reached[: len(fields)] == [f"{name}-0" for name in fields]
    assert set(reached[len(fields) :]) == {"action"}  # the address book, another applicant, and save
    page.wait_for_url(f"**{draft}")
    agent.go(f"{draft}/applicants")
    assert page.input_value("[name=name-0]") == PARTY["name"]
    assert page.input_value("[name=country-0]") == "KE"
    assert page.is_checked("[name=kind-0][value=legal]")


def test_what_was_typed_when_the_session_ended_is_there_after_sign_in(visit):
    """An hour of typing lost at a lunch break is why agents go back to paper."""
    agent: Person = visit("agent")
    agent.sign_in()
    draft = agent.new_draft("lunch")
    agent.go(f"{draft}/mark")
    page = agent.page
    agent.choose("kind", "word")
    agent.page.context.clear_cookies()
    page.fill("[name=text]", "TYPED & “KEPT”")
    page.fill("[name=description]", "line one\nline two")
    agent.save()
    expect(page.locator("[name=password]")).to_be_visible()
    agent.look("sign-in-kept")
    agent.type_sign_in()
    expect(page.locator("[name=text]")).to_have_value("TYPED & “KEPT”")
    expect(page.locator("[name=description]")).to_have_value("line one\nline two")
    assert page.is_checked("[name=kind][value=word]")
    agent.look("mark-kept")
    agent.save()
    agent.go(f"{draft}/mark")
    assert page.input_value("[name=text]") == "TYPED & “KEPT”"


def test_a_section_saves_itself(visit):
    """A closed laptop must not cost what was typed."""
    agent: Person = visit("agent")
    agent.sign_in()
    draft = agent.new_draft("self")
    agent.go(f"{draft}/mark")
    with agent.page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        agent.page.fill("[name=text]", "SAVED BY ITSELF")
    agent.go(f"{draft}/mark")
    assert agent.page.input_value("[name=text]") == "SAVED BY ITSELF"
    assert agent.troubles == []


def test_staff_have_no_way_into_drafts_and_agents_none_into_the_office(visit):
    """A draft is nobody's business but its firm's, and a desk is for those who work at it."""
    agent: Person = visit("agent")
    agent.sign_in()
    draft = agent.new_draft("private")
    assert [agent.go(path) for path in ("/office/reception", "/office/cashier")] == [403, 403]
    agent.look("forbidden")
    for who in ("officer", "cashier"):
        staff: Person = visit(who)
        staff.sign_in()
        assert staff.go(draft) == 403
        assert staff.page.locator("main").inner_text().find("private") == -1
