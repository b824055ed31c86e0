"""A draft that was begun before an upgrade: it opens, is saved, compared and filed after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.approvals.rules import changes, state_of
from portal.context import profile
from portal.db import db, utc_now
from portal.drafting import copies, service
from portal.drafting.models import Draft, DraftSection, DraftTemplate
from tests.integration.portal.drafts import SECTIONS, DraftPages, declaration
from tests.integration.portal.teams import join
from tests.support import hostile
from tests.support.drafts import attach, pdf_bytes
from tests.support.old_drafts import SHAPE_1


@pytest.fixture
def old(app: Flask, agent) -> DraftPages:
    """A draft as the first release left it in the database."""
    with app.app_context():
        person = db.session.scalars(select(User).where(User.email == "agent@demo.example")).one()
        draft = Draft(
            firm_id=person.firm_id, owner_id=person.id, service="trademark-national", title="ÉPICES ZOË", shape=1,
            updated_at=utc_now() - timedelta(days=90),
        )  # fmt: skip
        draft.sections = [
            DraftSection(name=name, data=data, version=3, saved_by_id=person.id) for name, data in SHAPE_1.items()
        ]
        db.session.add(draft)
        db.session.commit()
        return DraftPages(agent, f"/drafts/{draft.id}")


def kept(app: Flask, old: DraftPages) -> tuple[int, dict[str, tuple[int, dict]]]:
    """The shape and the sections as they lie in the database, each with its version."""
    with app.app_context():
        draft = db.session.get_one(Draft, old.id)
        return draft.shape, {one.name: (one.version, one.data) for one in draft.sections}


def test_it_opens_with_everything_in_its_place_and_reading_changes_nothing(app, old):
    assert "Done" in old.get()
    page = old.get("/applicants")
    assert "Société Générale d’Épices «Zoë»" in page
    assert "Amina Diallo" in old.get("/representative")
    check = old.get("/check")
    assert "Attach this document: Power of attorney." in check
    assert "A power of attorney for this application" in check
    for path in ("/missing", "/comments", "/team", "/approval", "/goods", "/mark", "/documents", "/fees"):
        old.get(path)
    shape, sections = kept(app, old)
    assert shape == 1
    assert sections["applicant"] == (3, SHAPE_1["applicant"])


def test_its_first_save_keeps_it_in_the_present_shape_with_all_else_untouched(app, old):
    place = old.open("applicants")
    row = {f"{key}-0": value for key, value in SHAPE_1["applicant"].items()}
    assert old.send("applicants", {**place, **row, "city-0": "Port Lumeria"}).status_code == 303
    shape, sections = kept(app, old)
    assert shape == 2
    assert set(sections) == (set(SHAPE_1) - {"applicant"}) | {"applicants"}
    assert sections["applicants"][1]["parties"] == [{**SHAPE_1["applicant"], "city": "Port Lumeria"}]
    assert sections["mark"][1] == {"use": "individual", "vienna": "", **SHAPE_1["mark"]}
    assert sections["goods"] == (3, SHAPE_1["goods"])


def test_a_page_that_was_open_during_the_upgrade_does_not_overwrite_a_colleague(app, demo, old):
    """The page of the section that the upgrade moved: its first save is compared like any other."""
    mine = old.open("applicants")
    noor = DraftPages(join(app, demo, "Noor Haddad").client, old.path)
    row = {f"{key}-0": value for key, value in SHAPE_1["applicant"].items()}
    assert noor.send("applicants", {**noor.open("applicants"), **row, "name-0": "Theirs"}).status_code == 303
    answer = old.send("applicants", {**mine, **row, "name-0": "Mine"})
    assert answer.status_code == 409
    assert "Noor Haddad saved this section" in answer.text
    assert kept(app, old)[1]["applicants"][1]["parties"][0]["name"] == "Theirs"


def test_a_save_elsewhere_does_not_make_the_moved_section_stale(app, old):
    """Somebody saves the goods, which reshapes the whole draft: who types the applicant is in conflict with nobody."""
    mine = old.open("applicants")
    old.save("goods", **{"terms-0": "Spices"})
    row = {f"{key}-0": value for key, value in SHAPE_1["applicant"].items()}
    assert old.send("applicants", {**mine, **row, "name-0": "Mine"}).status_code == 303


def test_it_is_filed_and_stands_in_the_docket(app, demo, old):
    with app.app_context():
        person = db.session.scalars(select(User).where(User.email == "agent@demo.example")).one()
        attach(old.id, person, "power-of-attorney", "power.pdf", pdf_bytes())
    form = declaration(old.client, old.id, demo.agent.codes.next())
    answer = old.client.post(f"{old.path}/submit", data=form)
    assert answer.status_code == 303, answer.text
    number = answer.location.split("/")[2]
    page = old.client.get(f"/filings/{number}").text
    assert "Société Générale d’Épices «Zoë»" in page
    assert "Amina Diallo" in page
    assert "ÉPICES ZOË" in old.client.get("/docket").text
    assert old.client.get(f"/drafts/copy?filing={number}").status_code == 200


def test_one_that_was_filed_before_the_upgrade_is_still_shown(app, demo, old):
    """Filed under the earlier release: nothing writes to it any more, so it stays in its shape for ever."""
    with app.app_context():
        person = db.session.scalars(select(User).where(User.email == "agent@demo.example")).one()
        attach(old.id, person, "power-of-attorney", "power.pdf", pdf_bytes())
    form = declaration(old.client, old.id, demo.agent.codes.next())
    number = old.client.post(f"{old.path}/submit", data=form).location.split("/")[2]
    with app.app_context():
        draft = db.session.get_one(Draft, old.id)
        draft.shape = 1
        for section in list(draft.sections):
            if section.name not in SHAPE_1:
                db.session.delete(section)
        db.session.flush()
        known = {section.name for section in draft.sections}
        for name, data in SHAPE_1.items():
            if name not in known:
                db.session.add(
                    DraftSection(draft_id=draft.id, name=name, data=data, version=3, saved_by_id=draft.owner_id)
                )
        for section in draft.sections:
            section.data = SHAPE_1.get(section.name, section.data)
        db.session.commit()
    page = old.client.get(f"/filings/{number}").text
    assert "Société Générale d’Épices «Zoë»" in page
    assert "A power of attorney for this application" in page


def test_an_approval_of_before_the_upgrade_is_not_for_an_earlier_state(app, old):
    """The client approved the same answers: that the release keeps them otherwise is no change."""
    with app.test_request_context():
        draft = db.session.get_one(Draft, old.id)
        held = service.held(draft, profile())
        now = state_of(held.sections, held.documents, None)
        then = {"shape": 1, "sections": SHAPE_1, "documents": [], "fees": None}
        assert changes(then, now, held.service, "en") == []
        other = {**SHAPE_1, "mark": {**SHAPE_1["mark"], "text": "ANOTHER"}}
        found = changes({**then, "sections": other}, now, held.service, "en")
        assert [(str(one.then), str(one.now)) for one in found] == [("ANOTHER", "ÉPICES ZOË")]


def test_a_template_of_before_the_upgrade_begins_a_draft_of_today(app, old):
    with app.app_context():
        draft = db.session.get_one(Draft, old.id)
        kept_sections = {name: SHAPE_1[name] for name in ("applicant", "mark", "goods")}
        db.session.add(
            DraftTemplate(
                firm_id=draft.firm_id, name="Old", service="trademark-national", shape=1, sections=kept_sections,
                saved_by_id=draft.owner_id,
            )
        )  # fmt: skip
        db.session.commit()
        person = db.session.get_one(User, draft.owner_id)
        source = copies.of_template(db.session, 1, person)
        made, _copy = copies.copy(source, "trademark-national", "N", person, profile())
        assert service.data_of(made)["applicants"]["parties"][0]["name"] == SHAPE_1["applicant"]["name"]


def test_a_party_of_the_book_joins_the_one_applicant_of_before(app, old):
    old.client.post("/address-book/new", data={"kind": "legal", "name": "Acme"})
    old.client.post(f"{old.path}/applicants/address-book", data={"entry": "1"})
    parties = kept(app, old)[1]["applicants"][1]["parties"]
    assert [one["name"] for one in parties] == [SHAPE_1["applicant"]["name"], "Acme"]


def test_a_document_joins_an_old_draft(old):
    assert old.upload("power-of-attorney", "power.pdf", hostile.pdf()).status_code == 303
    assert old.save("mark", **SECTIONS["mark"]).status_code == 303
