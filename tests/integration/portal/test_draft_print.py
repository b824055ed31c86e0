"""The print of a draft, and that the page on which answers are checked and the paper tell the same."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from lxml import html

from portal.drafting import service as drafting
from tests.integration.portal.desks import person
from tests.support import hostile
from tests.support.drafts import attach, complete_draft
from tests.support.rights import DESIGN, PATENT, TRADEMARK

AGENT = "agent@demo.example"
OF_RIGHTS = {"trademark-national": TRADEMARK, "patent-national": PATENT, "design-national": DESIGN}


def drafted(app, service: str, sections) -> str:
    """A draft with these sections and no document."""
    with app.app_context():
        user = person(AGENT)
        draft = drafting.create(service, "", user, app.config["PROFILE"])
        for name, data in sections.items():
            drafting.save_section(draft.id, name, data, 1 if name == "about" else 0, user)
        return draft.id


def pages(content: bytes, tmp_path: Path) -> list[str]:
    """The text of each page, spaces as single ones."""
    path = tmp_path / "draft.pdf"
    path.write_bytes(content)
    told = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    return [" ".join(page.split()) for page in told.split("\f")[:-1]]


def checked(page: str) -> list[tuple[str, str]]:
    """Label and value of each answer on the check page; a section without any is one row."""
    rows = html.fromstring(page).xpath("//div[contains(@class, 'govuk-summary-list__row')]")
    return [(_plain(row.xpath("dt")[0]), _plain(row.xpath("dd")[0])) for row in rows]


def _plain(element) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize(("service", "sections"), OF_RIGHTS.items(), ids=OF_RIGHTS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_check_page_and_the_paper_tell_the_same(app, agent, tmp_path, service, sections, language):
    """What an agent checks is what the office reads: a row that is on one of them only is a trap."""
    draft = drafted(app, service, sections)
    agent.post("/language", data={"language": language, "next": "/drafts"})
    rows = checked(agent.get(f"/drafts/{draft}/check").text)
    assert len(rows) > 10
    told = " ".join(pages(agent.get(f"/drafts/{draft}/draft.pdf").data, tmp_path)).replace("\u00a0", " ")
    for label, value in rows:
        assert label.replace("\u00a0", " ") in told or value == "–"
        assert value.replace("\u00a0", " ") in told or value in ("–", "Missing", "Manquant")


def test_every_page_says_that_it_was_not_filed(app, agent, tmp_path):
    """A client who takes the print for a receipt misses the term."""
    draft = drafted(app, "design-national", DESIGN | {"priority": {"claims": []}})
    content = agent.get(f"/drafts/{draft}/draft.pdf").data
    found = pages(content, tmp_path)
    assert len(found) >= 2
    assert all("TEST – no legal effect – Draft, not filed" in page for page in found)
    assert "Before it can be filed: • Documents: Attach this document: Views of the designs." in found[0]
    assert "Application number" not in " ".join(found)
    assert "I declare" not in " ".join(found)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.attachments) == 0
        assert b"<pdfaid:part>3</pdfaid:part>" in document.Root.Metadata.read_bytes()


def test_an_empty_draft_is_printed_with_all_that_is_missing(app, agent, tmp_path):
    draft = drafted(app, "patent-national", {})
    told = " ".join(pages(agent.get(f"/drafts/{draft}/draft.pdf").data, tmp_path))
    assert "Applicants: Enter who applies." in told
    assert "The invention: Enter the title of the invention." in told


def test_the_print_shows_the_picture_of_the_mark(app, agent, tmp_path):
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        mark = {"kind": "figurative", "text": "", "description": "A cup.", "colours": ""}
        drafting.save_section(draft, "mark", mark, 1, user)
        attach(draft, user, "mark-image", "logo.png", hostile.picture(), "image/png")
    told = " ".join(pages(agent.get(f"/drafts/{draft}/draft.pdf").data, tmp_path))
    assert "logo.png, scaled to fit." in told
    assert "Before it can be filed" not in told


def test_the_check_page_offers_the_print(app, agent):
    draft = drafted(app, "patent-national", {})
    assert f'href="/drafts/{draft}/draft.pdf"' in agent.get(f"/drafts/{draft}/check").text


def test_nobody_else_prints_a_draft(app, rival, officer, client):
    draft = drafted(app, "patent-national", PATENT)
    assert rival.get(f"/drafts/{draft}/draft.pdf").status_code == 404
    assert officer.get(f"/drafts/{draft}/draft.pdf").status_code == 403
    assert client.get(f"/drafts/{draft}/draft.pdf").status_code in (303, 401)
