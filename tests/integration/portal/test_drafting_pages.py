"""An agent's drafts from the first page to the last check, through the portal's own pages and a real database."""

from __future__ import annotations

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.audit.models import AuditEntry
from portal.context import profile
from portal.db import db
from portal.drafting import service
from portal.drafting.models import Draft
from tests.integration.conftest import Demo
from tests.integration.portal.drafts import PARTY, SECTIONS, DraftPages, hidden
from tests.integration.portal_client import PortalClient
from tests.support import hostile


@pytest.fixture
def draft(agent: PortalClient) -> DraftPages:
    return DraftPages.begin(agent)


def events(app: Flask, draft: DraftPages) -> list[str]:
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.subject_id == draft.id).order_by(AuditEntry.id)
        return [entry.event for entry in db.session.scalars(query)]


def saved(app: Flask, draft: DraftPages, section: str) -> dict[str, object]:
    with app.app_context():
        found = db.session.get(Draft, draft.id)
        assert found is not None
        return service.data_of(found).get(section, {})


def test_from_nothing_to_ready(app, agent):
    """The whole way of a draft, without a script."""
    assert "There is no draft yet" in agent.get("/drafts").text
    assert "National trademark application" in agent.get("/drafts").text
    draft = DraftPages.begin(agent)
    assert "Not started" in draft.get()
    assert "Cannot start yet" in draft.get()
    assert "Before you can file" in draft.get("/check")
    draft.complete()
    page = draft.get("/check")
    assert "Before you can file" not in page
    assert f'href="{draft.path}/submit"' in page
    assert "BAOBAB SUNRISE" in page
    assert "USD\xa0120.00" in page
    assert "BAOBAB SUNRISE" in agent.get("/drafts").text
    assert events(app, draft) == ["draft-created", "section-saved", "section-saved", "section-saved"]


def test_what_is_saved_is_not_in_the_audit_trail(app, draft):
    """An applicant's address belongs in the draft, not in a trail that support staff read."""
    draft.save("applicants", **{"name-0": "Secret Holdings"})
    with app.app_context():
        data = [entry.data for entry in db.session.scalars(select(AuditEntry))]
    assert "Secret" not in json.dumps(data)


def test_the_application_of_a_complete_draft(app, draft):
    """What the other features file is what was typed."""
    draft.complete()
    draft.save("priority", **{"office-0": "FR", "number-0": "26/1", "day-0": "1", "month-0": "7", "year-0": "2026"})
    with app.app_context():
        found = db.session.get(Draft, draft.id)
        made = service.application(found, profile(), "fr")
    assert (made.title, made.language, made.reference) == ("BAOBAB SUNRISE", "fr", "ZOE/17")
    assert (made.applicant.name, made.applicant.country) == ("Baobab Foods Ltd", "KE")
    assert [(one.number, one.terms) for one in made.goods] == [(30, ("coffee", "tea"))]
    assert [one.office for one in made.priorities] == ["FR"]


def test_an_incomplete_draft_is_no_application(app, draft):
    with app.app_context(), pytest.raises(service.Incomplete) as error:
        service.application(db.session.get(Draft, draft.id), profile(), "en")
    assert {problem.section for problem in error.value.problems} == {"applicants", "mark", "goods"}


def test_what_is_incomplete_is_saved_and_told(app, draft):
    """A form that keeps nothing until it is perfect loses an afternoon's work."""
    answer = draft.save("applicants", **{"email-0": "legal@", "name-0": ""})
    assert answer.headers["Location"].endswith("/applicants")
    page = draft.get("/applicants")
    assert "Enter the name." in page
    assert "name@example.org" in page
    assert 'value="legal@"' in page
    assert saved(app, draft, "applicants")["parties"][0]["street"] == PARTY["street"]
    assert "In progress" in draft.get()


@pytest.mark.parametrize(
    "name",
    ["شركة البحر الأحمر للتجارة", "株式会社デザイン", "Nguye\u0302\u0303n Thi\u0323 Ho\u0302\u0300ng", "a\U0001f333b"],
)
def test_names_of_every_script_survive_the_database(app, draft, name):
    draft.save("applicants", **{"name-0": name})
    assert saved(app, draft, "applicants")["parties"][0]["name"] == unicodedata.normalize("NFC", name)
    assert "Remove the invisible" not in draft.get("/applicants")


def test_control_characters_are_refused_at_the_check_and_kept_in_the_draft(draft):
    draft.complete()
    draft.save("applicants", **{"name-0": "Baobab\u202edtL"})
    assert "Remove the invisible control characters" in draft.get("/applicants")
    assert "Remove the invisible control characters" in draft.get("/check")
    assert "/submit" not in draft.get("/check")


def test_a_section_saves_itself(app, draft):
    """The script's own save: small answers, a version that counts, and no page."""
    place = draft.open("mark")
    answer = draft.send("mark", {**place, "kind": "word", "text": "B"}, script=True)
    assert answer.status_code == 200
    assert answer.json["version"] == 1
    assert len(answer.json["saved_at"]) == 5
    again = draft.send("mark", {**place, "version": "1", "kind": "word", "text": "B"}, script=True)
    assert again.json["version"] == 1  # nothing changed, nothing counted
    assert saved(app, draft, "mark")["text"] == "B"


def test_the_save_button_is_not_stale_because_of_the_pages_own_automatic_save(draft):
    """The last automatic answer may come too late: the agent would be told that they overwrote themselves."""
    place = draft.open("mark")
    draft.send("mark", {**place, **SECTIONS["mark"], "text": "B"}, script=True)
    assert draft.send("mark", {**place, **SECTIONS["mark"], "text": "BA"}).status_code == 303
    late = draft.send("mark", {**place, **SECTIONS["mark"], "text": "B"}, script=True)
    assert late.status_code == 409


@pytest.fixture
def colleague(app: Flask, demo: Demo, draft: DraftPages) -> DraftPages:
    """The same draft, open to another agent of the same firm."""
    with app.app_context():
        agent = db.session.scalars(select(User).where(User.email == demo.agent.email)).one()
        other = User(
            email="colleague@demo.example", name="Noor Haddad", fs_uniquifier="colleague", firm=agent.firm,
            password=agent.password, roles=list(agent.roles),
        )  # fmt: skip
        db.session.add(other)
        db.session.commit()
    client = app.test_client()
    assert isinstance(client, PortalClient)
    assert client.sign_in("colleague@demo.example", demo.agent.password).status_code == 303
    return DraftPages(client, draft.path)


def test_a_stale_save_shows_both_values_and_loses_nothing(app, draft, colleague):
    """Two colleagues at one draft: the second to save must see what the first one wrote."""
    mine, theirs = draft.open("applicants"), colleague.open("applicants")
    row = SECTIONS["applicants"]
    colleague.send("applicants", {**theirs, **row, "name-0": "Theirs", "city-0": "Their City"})
    typed = {**row, "name-0": "Mine <b>", "city-0": "My City", "phone-0": "1"}
    answer = draft.send("applicants", {**mine, **typed})
    assert answer.status_code == 409
    page = answer.text
    assert "Theirs" in page
    assert 'value="Mine &lt;b&gt;"' in page
    assert "Noor Haddad saved this section on" in page
    assert saved(app, draft, "applicants")["parties"][0]["name"] == "Theirs"
    place = {name: hidden(page, name) for name in ("version", "page")}
    choices = {"take-name-0": "mine", "take-city-0": "theirs", "take-phone-0": "mine"}
    assert draft.send("applicants", {**place, **typed, **choices}).status_code == 303
    kept = saved(app, draft, "applicants")["parties"][0]
    assert (kept["name"], kept["city"], kept["phone"]) == ("Mine <b>", "Their City", "1")


def test_a_choice_made_on_an_old_comparison_is_compared_again(app, draft):
    """A third save in between: "take theirs" must not mean a value that the person never saw."""
    place = draft.open("mark")
    draft.save("mark", text="ONE")
    page = draft.send("mark", {**place, **SECTIONS["mark"], "text": "MINE"}).text
    draft.save("mark", text="TWO")
    place = {name: hidden(page, name) for name in ("version", "page")}
    answer = draft.send("mark", {**place, **SECTIONS["mark"], "text": "MINE", "take-text": "theirs"})
    assert answer.status_code == 409
    assert "TWO" in answer.text
    assert saved(app, draft, "mark")["text"] == "TWO"


def test_a_stale_automatic_save_is_told_in_a_sentence(draft, colleague):
    place = draft.open("mark")
    colleague.save("mark", text="THEIRS")
    answer = draft.send("mark", {**place, "kind": "word", "text": "MINE"}, script=True)
    assert answer.status_code == 409
    assert "Noor Haddad saved this section" in answer.json["message"]
    own = colleague.open("goods")
    colleague.save("goods")
    answer = colleague.send("goods", {**own, "number-0": "9", "terms-0": "a"}, script=True)
    assert "You saved this section in another window" in answer.json["message"]


def test_of_many_saves_at_once_one_is_kept_and_the_others_are_stale(app, draft):
    """Without the row's lock two would both answer "saved", and one person's work would be gone."""
    with app.app_context():
        author = db.session.scalars(select(User).where(User.email == "agent@demo.example")).one()

    def save(number: int) -> str:
        with app.app_context():
            data = {"kind": "word", "text": f"MARK {number}"}
            try:
                service.save_section(draft.id, "mark", data, 0, author, f"page-{number}")
            except service.Stale:
                return "stale"
            return str(data["text"])

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(save, range(6)))
    kept = [answer for answer in answers if answer != "stale"]
    assert kept == [saved(app, draft, "mark")["text"]]


def test_classes_come_and_go_without_a_script(app, draft):
    draft.save("goods")
    answer = draft.save("goods", action="add")
    assert answer.headers["Location"].endswith("/goods?add=1#number-1")
    assert 'id="number-1"' in draft.get("/goods?add=1")
    draft.save("goods", **{"number-1": "43", "terms-1": "hotels", "action": "save"})
    draft.save("goods", **{"number-1": "43", "terms-1": "hotels", "action": "remove-0"})
    assert saved(app, draft, "goods") == {"classes": [{"number": "43", "terms": "hotels"}]}
    assert "USD\xa0120.00" in draft.get("/fees")


def test_fees_follow_the_sections_and_the_proof(draft):
    """The agent sees today's price of exactly what is drafted."""
    draft.complete()
    draft.save("goods", **{"number-1": "43", "terms-1": "hotels"})
    assert "USD\xa0165.00" in draft.get("/fees")
    draft.save("fees", discount="small-entity")
    page = draft.get("/fees")
    assert "USD\xa0165.00" in page
    assert "the reduction is not counted" in page
    assert "Attach this document: Proof of small-entity status" in draft.get("/check")
    assert draft.upload("small-entity-proof", "proof.pdf", hostile.pdf()).status_code == 303
    page = draft.get("/check")
    assert "USD\xa082.50" in page
    assert f'href="{draft.path}/submit"' in page


def test_a_late_priority_claim_is_warned_about_with_its_date(draft):
    draft.complete()
    draft.save("priority", **{"office-0": "FR", "number-0": "25/1", "day-0": "5", "month-0": "1", "year-0": "2026"})
    # Six months after 5 January 2026 is 5 July 2026, a Sunday: Monday.
    assert "ended on 6 July 2026" in draft.get("/priority")
    page = draft.get("/check")
    assert "ended on 6 July 2026" in page
    assert f'href="{draft.path}/submit"' in page


@pytest.mark.parametrize(("minute", "warned"), [(0, False), (1, True)])
def test_after_the_cut_off_of_its_last_day_a_priority_claim_is_late(monkeypatch, draft, minute, warned):
    """What arrives after 17:00 is received on Monday: the agent must know it before submitting."""
    draft.complete()
    draft.save("priority", **{"office-0": "FR", "number-0": "26/1", "day-0": "20", "month-0": "5", "year-0": "2026"})
    friday = datetime(2026, 11, 20, 14, minute, 30 * minute, tzinfo=UTC)  # 17:00 at the office
    monkeypatch.setattr("portal.drafting.service.utc_now", lambda: friday)
    assert ("ended on 20 November 2026" in draft.get("/priority")) is warned
    assert ("ended on 20 November 2026" in draft.get("/check")) is warned


def test_another_firms_draft_does_not_exist(app, draft, rival, officer):
    """Not even that there is one may be seen: a mark is secret until it is filed."""
    other = DraftPages(rival, draft.path)
    for page in ("", "/applicants", "/goods", "/documents", "/check"):
        other.get(page, 404)
    assert other.send("mark", {"text": "STOLEN"}).status_code == 404
    assert other.upload("mark-image", "a.png", hostile.picture()).status_code == 404
    for action in ("delete", "restore"):
        assert rival.post(f"{draft.path}/{action}").status_code == 404
    assert draft.id not in rival.get("/drafts").text
    assert officer.get(draft.path).status_code == 403
    assert events(app, draft) == ["draft-created"]


def test_a_deleted_draft_comes_back(app, draft, agent):
    draft.complete()
    answer = agent.post(f"{draft.path}/delete")
    assert answer.headers["Location"] == f"/drafts?deleted={draft.id}"
    page = agent.get(answer.headers["Location"]).text
    assert "Bring it back" in page
    draft.get(status=404)
    assert draft.path not in agent.get("/drafts").text.replace(f"{draft.path}/restore", "")
    assert agent.post(f"{draft.path}/restore").status_code == 303
    assert "BAOBAB SUNRISE" in draft.get()
    assert events(app, draft)[-2:] == ["draft-deleted", "draft-restored"]


def test_a_filed_draft_cannot_be_changed(app, draft, agent):
    draft.complete()
    with app.app_context():
        db.session.get(Draft, draft.id).state = "filed"
        db.session.commit()
    place = {"version": "1", "page": "x"}
    assert draft.send("mark", {**place, "text": "OTHER"}, script=True).status_code == 409
    assert draft.send("mark", {**place, "text": "OTHER"}).status_code == 303
    assert agent.post(f"{draft.path}/delete").status_code == 303
    assert draft.upload("priority-document", "a.pdf", hostile.pdf()).status_code == 303
    assert "This application was filed" in draft.get()
    assert agent.get(f"{draft.path}/mark").location == draft.path  # no form that could only be refused
    assert saved(app, draft, "mark")["text"] == "BAOBAB SUNRISE"
    assert agent.post(f"{draft.path}/restore").status_code == 404


def test_a_session_that_ended_while_typing_loses_nothing(app, draft, agent, demo):
    """A long description, a night's pause, and Save: it must be there after signing in again."""
    place = draft.open("mark")
    agent.delete_cookie("__Host-session", domain="filing.test.ipo.example")
    answer = draft.send("mark", {**place, **SECTIONS["mark"], "description": "An hour's work"})
    assert answer.status_code == 401
    token = hidden(answer.text, "held")
    back = agent.sign_in(demo.agent.email, demo.agent.password, held=token)
    returned = agent.post(f"{draft.path}/mark", data={"held": hidden(back.text, "held")})
    assert returned.status_code == 200
    assert "An hour&#39;s work" in returned.text
    assert "not saved yet" in returned.text
    place = {name: hidden(returned.text, name) for name in ("version", "page")}
    assert draft.send("mark", {**place, **SECTIONS["mark"], "description": "An hour's work"}).status_code == 303
    assert saved(app, draft, "mark")["description"] == "An hour's work"


def test_a_long_list_has_pages(app, agent):
    with app.app_context():
        known = db.session.scalars(select(Draft.id)).all()
    assert known == []
    for _number in range(51):
        DraftPages.begin(agent)
    first = agent.get("/drafts").text
    assert first.count('<td class="govuk-table__cell"><a class="govuk-link" href="/drafts/') == 50
    assert 'href="/drafts?page=2"' in first
    assert 'rel="prev"' in agent.get("/drafts?page=2").text


def test_a_service_that_is_not_offered_cannot_be_begun(agent):
    assert "Choose what you want to file." in agent.post("/drafts/new", data={"service": "patent"}).text
