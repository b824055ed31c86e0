"""Drafts that begin from an earlier filing or a template."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import db
from portal.drafting import service
from portal.drafting.models import Draft, DraftTemplate
from tests.integration.portal.drafts import DraftPages
from tests.integration.portal.teams import agent_of, join, user
from tests.support.drafts import complete_draft, file_draft

CLAIM = {
    "claims": [
        {"office": "FR", "number": "26/1", "day": "1", "month": "7", "year": "2026", "das": "", "restoration": ""}
    ]
}
SHOWN = {
    "exhibitions": [
        {"name": "Expo", "place": "Lumeria", "country": "KE", "day": "2", "month": "9", "year": "2026"},
    ]
}
BEFORE = {"earlier": [{"kind": "divisional", "number": "402025000000001", "day": "2", "month": "9", "year": "2025"}]}


@pytest.fixture
def filed(app, demo) -> str:
    """The number of a filing with everything that must not be taken over."""
    with app.app_context():
        person = user(agent_of(app, demo))
        draft = complete_draft(person, priority=CLAIM, exhibition=SHOWN, earlier=BEFORE)
        attach_certificate(draft, person)
        return file_draft(draft, person).number


def attach_certificate(draft: str, person) -> None:
    from tests.support.drafts import attach, pdf_bytes

    attach(draft, person, "exhibition-certificate", "certificate.pdf", pdf_bytes(1, "c"))


def data_of(app: Flask, draft_id: str) -> dict[str, dict]:
    with app.app_context():
        return service.data_of(db.session.get_one(Draft, draft_id))


def test_a_filing_is_begun_again_without_number_dates_documents_and_payment(app, agent, filed):
    """What slips over from another case is declared by the agent's signature: a wrong priority date costs the right."""
    assert f'href="/drafts/copy?filing={filed}"' in agent.get(f"/filings/{filed}").text
    page = agent.get(f"/drafts/copy?filing={filed}").text
    assert "Priority claims: It holds numbers and dates of the earlier case." in page
    answer = agent.post("/drafts/copy", data={"filing": filed, "service": "trademark-national", "reference": "NEW/1"})
    assert answer.status_code == 303
    tasks = agent.get(answer.location).text
    assert "Not taken over – Priority claims" in tasks
    made = data_of(app, answer.location.rpartition("/")[2])
    assert set(made) == {"about", "applicants", "representative", "mark", "goods"}
    assert made["about"] == {"reference": "NEW/1"}
    assert made["mark"]["text"] == "ZOË"
    assert made["goods"]["classes"][0] == {"number": "30", "terms": "Coffee\nTea"}
    with app.app_context():
        draft = db.session.scalars(select(Draft).where(Draft.state == "open")).one()
        assert (draft.documents, draft.title, draft.owner_id) == ([], "ZOË", agent_of_agent())
    assert "ZOË" in agent.get("/drafts?q=new").text


def agent_of_agent() -> int:
    from portal.accounts.models import User

    return db.session.scalars(select(User.id).where(User.email == "agent@demo.example")).one()


def test_the_number_of_a_general_power_is_taken_over(app, demo, agent):
    general = {
        "represented": "yes", "kind": "natural", "name": "Amina", "street": "3 Court Lane", "city": "L",
        "postcode": "", "country": "KE", "email": "a@agents.example", "phone": "", "authority": "general",
        "authority_number": "GP-77",
    }  # fmt: skip
    with app.app_context():
        person = user(agent_of(app, demo))
        number = file_draft(complete_draft(person, representative=general), person).number
    assert "The number of a general power of attorney is taken over." in agent.get(f"/drafts/copy?filing={number}").text
    answer = agent.post("/drafts/copy", data={"filing": number, "service": "trademark-national", "reference": ""})
    assert data_of(app, answer.location.rpartition("/")[2])["representative"]["authority_number"] == "GP-77"


def test_another_firms_filing_and_template_do_not_exist(app, agent, rival, filed):
    draft = DraftPages.begin(agent)
    draft.complete()
    agent.post(f"{draft.path}/template", data={"name": "Ours"})
    for query in (
        f"filing={filed}",
        "template=1",
        "template=0",
        "template=999999",
        "template=x",
        "filing=nonsense",
        "",
    ):
        assert rival.get(f"/drafts/copy?{query}").status_code == 404
    for values in ({"filing": filed}, {"template": "1"}):
        assert rival.post("/drafts/copy", data={**values, "service": "trademark-national"}).status_code == 404
    assert "Ours" not in rival.get("/drafts/begin-from").text
    assert "Ours" not in rival.get("/drafts/templates").text
    for action in ("", "/delete", "/restore"):
        assert rival.post(f"/drafts/templates/1{action}", data={"name": "Theirs"}).status_code == 404
    assert rival.get("/drafts/templates/1").status_code == 404


def test_a_service_that_is_closed_now_is_refused_in_plain_words(app, agent, filed):
    profile = app.config["PROFILE"]
    closed = [
        one.model_copy(update={"open": False}) if one.code == "trademark-national" else one for one in profile.services
    ]
    app.config["PROFILE"] = profile.model_copy(update={"services": closed})
    page = agent.get(f"/drafts/copy?filing={filed}")
    assert page.status_code == 200
    assert "The office takes no application of this kind at present" in page.text
    answer = agent.post("/drafts/copy", data={"filing": filed, "service": "trademark-national", "reference": ""})
    assert answer.status_code == 400
    assert "The office takes no application of this kind at present" in answer.text


def test_another_service_of_the_same_right_takes_what_fits_and_tells_the_rest(app, agent, filed):
    profile = app.config["PROFILE"]
    first = profile.services[0]
    short = first.model_copy(
        update={
            "code": "trademark-short",
            "name": {"en": "Short trademark application", "fr": "Demande abrégée"},
            "sections": ["applicants", "mark", "goods", "documents", "fees"],
        }
    )
    app.config["PROFILE"] = profile.model_copy(update={"services": [*profile.services, short]})
    answer = agent.post("/drafts/copy", data={"filing": filed, "service": "trademark-short", "reference": ""})
    page = agent.get(answer.location).text
    assert "Not taken over – Representative: Short trademark application has no such section." in page
    assert set(data_of(app, answer.location.rpartition("/")[2])) == {"about", "applicants", "mark", "goods"}


def test_a_service_of_another_right_cannot_be_chosen(agent, filed):
    answer = agent.post("/drafts/copy", data={"filing": filed, "service": "patent-national", "reference": ""})
    assert answer.status_code == 400


def test_a_template_is_kept_listed_renamed_deleted_and_brought_back(app, agent):
    draft = DraftPages.begin(agent, "MINE/1")
    draft.complete()
    draft.save("priority", **{"office-0": "FR", "number-0": "26/1", "day-0": "1", "month-0": "7", "year-0": "2026"})
    answer = agent.post(f"{draft.path}/template", data={"name": "Usual client"})
    assert "Usual client" in agent.get(answer.location).text
    assert (
        "Your firm has a template of this name"
        in agent.post(f"{draft.path}/template", data={"name": " USUAL  cliènt "}).text
    )
    assert agent.post("/drafts/templates/1", data={"name": "Food clients"}).status_code == 303
    assert "Food clients" in agent.get("/drafts/begin-from").text
    answer = agent.post("/drafts/templates/1/delete")
    page = agent.get(answer.location).text
    assert "The template “Food clients” was deleted." in page
    assert agent.get("/drafts/copy?template=1").status_code == 404
    agent.post("/drafts/templates/1/restore")
    answer = agent.post("/drafts/copy", data={"template": "1", "service": "trademark-national", "reference": "N"})
    made = data_of(app, answer.location.rpartition("/")[2])
    assert made["applicants"]["parties"][0]["name"] == "Baobab Foods Ltd"
    assert "priority" not in made
    assert made["about"] == {"reference": "N"}


def test_a_template_does_not_follow_its_draft(app, agent):
    draft = DraftPages.begin(agent)
    draft.complete()
    agent.post(f"{draft.path}/template", data={"name": "T"})
    draft.save("mark", text="LATER")
    agent.post(f"{draft.path}/delete")
    answer = agent.post("/drafts/copy", data={"template": "1", "service": "trademark-national", "reference": ""})
    assert data_of(app, answer.location.rpartition("/")[2])["mark"]["text"] == "BAOBAB SUNRISE"


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\u202eb", "a\x00b"])
def test_a_template_needs_a_name_that_can_be_shown(agent, name):
    draft = DraftPages.begin(agent)
    assert agent.post(f"{draft.path}/template", data={"name": name}).status_code == 400


def test_of_a_restricted_draft_only_its_owner_makes_a_template(app, demo, agent):
    """The whole firm sees a template: an editor must not open by it what the owner had closed."""
    noor = join(app, demo, "Noor Haddad")
    draft = DraftPages.begin(agent)
    draft.complete()
    agent.post(f"{draft.path}/team/access", data={"only": "members"})
    agent.post(f"{draft.path}/team/members", data={"person": str(noor.id), "role": "editor"})
    assert noor.client.post(f"{draft.path}/template", data={"name": "Leak"}).status_code == 403
    assert f'href="{draft.path}/template"' not in noor.client.get(draft.path).text
    assert agent.post(f"{draft.path}/template", data={"name": "Fine"}).status_code == 303
    with app.app_context():
        assert [one.name for one in db.session.scalars(select(DraftTemplate))] == ["Fine"]


def test_deleted_templates_are_purged_after_a_month(app, agent):
    from datetime import timedelta

    from portal.drafting import copies

    draft = DraftPages.begin(agent)
    agent.post(f"{draft.path}/template", data={"name": "T"})
    agent.post(f"{draft.path}/template", data={"name": "Kept"})
    agent.post("/drafts/templates/1/delete")
    with app.app_context():
        assert copies.purge_templates() == 0
        assert copies.purge_templates(timedelta(0)) == 1
        assert [one.name for one in db.session.scalars(select(DraftTemplate))] == ["Kept"]


def test_filings_can_be_searched_to_begin_from(agent, filed):
    assert filed in agent.get("/drafts/begin-from").text.replace("\xa0", "")
    assert f"filing={filed}" in agent.get("/drafts/begin-from?q=ZO%C3%8B").text
    assert "No filing of your firm fits" in agent.get("/drafts/begin-from?q=nothing").text
