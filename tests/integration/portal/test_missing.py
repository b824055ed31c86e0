"""The checklist of what is missing."""

from __future__ import annotations

from tests.integration.portal.drafts import DraftPages


def main(page: str) -> str:
    return page.partition("<main")[2]


def test_an_empty_draft_lists_what_is_missing_section_by_section(agent):
    draft = DraftPages.begin(agent, "ZOE/17")
    page = main(draft.get("/missing"))
    assert "3 things are missing before this can be filed." in page
    assert page.index("Enter who applies.") < page.index("Choose what kind of mark it is.")
    text = agent.get(f"{draft.path}/missing.txt")
    assert text.mimetype == "text/plain"
    assert "Applicants\n[ ] Enter who applies.\n" in text.text
    assert "Your reference: ZOE/17." in text.text
    assert "Representative" not in text.text  # optional and not begun: nobody has to do anything


def test_documents_comments_and_fees_are_in_it(agent):
    draft = DraftPages.begin(agent)
    draft.complete()
    draft.save("mark", kind="figurative", description="A tree.")
    agent.post(f"{draft.path}/comments", data={"section": "mark", "text": "Which tree?"})
    text = agent.get(f"{draft.path}/missing.txt").text
    assert "[ ] Attach this document: Representation of the mark." in text
    assert "[ ] Representation of the mark\n" in text
    assert "The mark\nDemonstration Agent: Which tree?" in text
    assert "Fees as of today: USD\xa0120.00" in text
    page = main(draft.get("/missing"))
    assert "1 thing is missing" in page
    assert "Which tree?" in page
    assert text.strip().splitlines()[0] in page


def test_a_complete_draft_says_so(agent):
    draft = DraftPages.begin(agent)
    draft.complete()
    assert "Nothing is missing: the application can be filed." in draft.get("/missing")
    assert "Nothing is missing: the application can be filed." in agent.get(f"{draft.path}/missing.txt").text


def test_it_speaks_the_readers_language(agent):
    draft = DraftPages.begin(agent)
    agent.get("/language/fr")
    text = agent.get(f"{draft.path}/missing.txt").text
    assert "Enter who applies." not in text
    assert "[ ] " in text


def test_it_is_reached_from_the_task_list_and_the_check_page(agent):
    draft = DraftPages.begin(agent)
    for page in ("", "/check"):
        assert f'href="{draft.path}/missing"' in draft.get(page)
