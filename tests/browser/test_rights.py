"""Each right from a draft to its receipt, in each language: what an agent files besides a word or a picture mark."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.browser.receipts import assert_signed
from tests.support.documents import pdf_of_size, png

Answers = dict[str, dict[str, str]]

PERSON = {"name-0": "Amina Diallo", "street-0": "3 Court Lane", "city-0": "Lumeria City", "country-0": "KE"}
ABSTRACT = "A cup of two walls with air between them. What is in it stays warm for three hours."
INVENTION = {"abstract": ABSTRACT, "claims": "12", "drawings": "1", "sequences": "no", "symbols": "A47G 19/22"}


def _pdf(agent: Person, kind: str) -> None:
    agent.upload(kind, f"{kind}.pdf", pdf_of_size(20_000, kind), "application/pdf")


def _of_a_patent(agent: Person) -> None:
    for kind in ("description", "claims", "drawings", "assignment"):
        _pdf(agent, kind)


def _of_a_design(agent: Person) -> None:
    for number in (1, 2):
        agent.upload("view", f"view {number}.png", png(600 + number, 400), "image/png")


def _patent(title: str) -> Answers:
    return {"inventors": PERSON, "invention": {"title": title, **INVENTION}}


def _design(title: str) -> Answers:
    return {
        "designers": PERSON,
        "designs": {"product-0": title, "locarno-0": "07-01", "description-0": "The handle is of cork."},
        "publication": {"deferred": "yes", "months": "6"},
    }


RIGHTS: dict[str, tuple[Callable[[str], Answers], Callable[[Person], None]]] = {
    "patent-national": (_patent, _of_a_patent),
    "utility-model": (_patent, _of_a_patent),
    "design-national": (_design, _of_a_design),
}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 390)])
@pytest.mark.parametrize("service", RIGHTS)
def test_each_right_from_a_draft_to_its_receipt(visit, tmp_path, service, language, width):
    """An office that takes marks only keeps its paper desk for everything else."""
    title = f"Cup {secrets.token_hex(4).upper()}"
    answers, attach = RIGHTS[service]
    agent: Person = visit("agent", language, width)
    agent.sign_in()
    draft = agent.new_draft(f"REF {title}", service)
    agent.look(f"{service}-tasks-new")
    agent.go(f"{draft}/applicants")
    agent.party()
    agent.save()
    agent.go(f"{draft}/representative")
    agent.choose("represented", "no")
    agent.save()
    for section, values in answers(title).items():
        agent.go(f"{draft}/{section}")
        agent.save()
        expect(agent.page.locator(".govuk-error-summary")).to_be_visible()
        agent.look(f"{service}-{section}-wrong")
        agent.fill(values)
        agent.save()
        agent.go(f"{draft}/{section}")
        agent.look(f"{service}-{section}")
    agent.go(f"{draft}/documents")
    attach(agent)
    agent.look(f"{service}-documents")
    agent.go(f"{draft}/fees")
    agent.look(f"{service}-fees")
    agent.save()
    agent.go(draft)
    agent.look(f"{service}-tasks")
    agent.go(f"{draft}/check")
    agent.look(f"{service}-check")
    expect(agent.page.locator("main")).to_contain_text(title)
    agent.page.click(f"main a[href='{draft}/submit']")
    number = agent.submit()
    assert_signed(agent.receipt(), tmp_path)
    agent.go(f"/filings/{number}")
    agent.look(f"{service}-filing")
    expect(agent.page.locator("main")).to_contain_text(title)
