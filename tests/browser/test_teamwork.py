"""A firm at one draft, and its client: every page looked at in both languages, and used without scripts."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.people import PARTY, Person


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_of_a_team_and_its_client(visit, language):
    """From a restricted draft with comments to a client's approval by a link."""
    title = f"TEAM {secrets.token_hex(4).upper()}"
    agent: Person = visit("agent", language)
    agent.sign_in()
    draft = agent.new_draft("team")
    agent.word_mark(draft, title)
    agent.go(f"{draft}/team")
    agent.page.click(f"form[action='{draft}/team/access'] button")
    agent.look("team")
    agent.go(f"{draft}/comments")
    agent.page.select_option("[name=section]", "goods")
    agent.page.fill("[name=text]", "Also class 35?")
    agent.page.click("#write button")
    agent.look("comments")
    agent.go(f"{draft}/missing")
    agent.look("missing")
    agent.go(f"{draft}/approval")
    agent.page.fill("[name=client]", "Ms Baobab")
    agent.page.check("[name=may_download]")
    agent.page.click(f"form[action='{draft}/approval'] button")
    agent.look("approval")
    link = agent.page.locator("#link-1").input_value()

    client: Person = visit("agent", language, width=390, javascript=False)
    client.go(link)
    if client.page.locator("html").get_attribute("lang") != language:
        client.page.click(f"header a[hreflang={language}]")
    expect(client.page.locator("h1")).to_have_text(title)
    client.look("client")
    client.page.check("[name=decision][value=approve]")
    client.page.fill("[name=name]", "Ms Baobab")
    client.page.click("#answer button")
    expect(client.page.locator(".govuk-panel")).to_be_visible()
    client.look("client-thanked")
    client.go(link[:-2])
    client.look("client-wrong-link")

    agent.go(draft)
    agent.look("tasks-approved")
    agent.go(f"{draft}/template")
    agent.page.fill("[name=name]", title)
    agent.page.click(f"form[action='{draft}/template'] button")
    agent.look("templates")
    agent.go("/drafts/begin-from")
    agent.look("begin-from")
    agent.page.get_by_role("link", name=title).first.click()
    agent.look("copy")
    assert agent.troubles == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_address_book_without_scripts(visit, language):
    """A file is imported, an entry found without its accents, and taken into a draft."""
    name = f"Café Źółć {secrets.token_hex(4)}"
    agent: Person = visit("agent", language, javascript=False)
    agent.sign_in()
    agent.go("/address-book/import")
    agent.look("import")
    rows = f"Kind,Name,Country\nrobot,{name},KE\n".encode()
    agent.page.set_input_files("[name=file]", {"name": "wrong.csv", "mimeType": "text/csv", "buffer": rows})
    agent.page.click("main form button")
    agent.look("import-refused")
    rows = rows.replace(b"robot", b"legal")
    agent.page.set_input_files("[name=file]", {"name": "right.csv", "mimeType": "text/csv", "buffer": rows})
    agent.page.click("main form button")
    agent.look("import-preview")
    agent.page.click("main form button")
    agent.go(f"/address-book?q=cafe+zolc+{name[-8:]}")
    agent.look("address-book")
    expect(agent.page.locator("main")).to_contain_text(name)
    draft = agent.new_draft("book")
    agent.go(f"{draft}/applicants")
    agent.page.fill("[name=name-0]", PARTY["name"])
    agent.page.click("button[name=action][value=take]")
    agent.page.fill("[name=q]", name[-8:])
    agent.page.click("form[role=search] button")
    agent.look("choose-party")
    agent.page.click("main form[method=post] button")
    expect(agent.page.locator("[name=name-0]")).to_have_value(PARTY["name"])
    expect(agent.page.locator("[name=name-1]")).to_have_value(name)
    agent.look("applicants-taken")
