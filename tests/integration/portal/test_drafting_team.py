"""Who works on a draft: owner, editors, viewers, and everyone for whom it does not exist."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.comments import service as comments
from portal.db import db
from portal.drafting import service, team
from portal.drafting.models import Draft, DraftMember
from portal.drafting.roles import NotAllowed, Role
from portal.tables import Base
from tests.integration.portal.drafts import SECTIONS, DraftPages
from tests.integration.portal.teams import Colleague, agent_of, join, leave, user
from tests.support import hostile


@pytest.fixture
def draft(agent) -> DraftPages:
    made = DraftPages.begin(agent)
    made.complete()
    return made


@pytest.fixture
def owner(app, demo) -> int:
    return agent_of(app, demo)


@pytest.fixture
def noor(app, demo) -> Colleague:
    return join(app, demo, "Noor Haddad")


@pytest.fixture
def li(app, demo) -> Colleague:
    return join(app, demo, "Li Wei")


@pytest.fixture
def zoe(app, demo) -> Colleague:
    return join(app, demo, "Zoë Okello")


@pytest.fixture
def shared(app, draft, owner, noor, li) -> DraftPages:
    """A draft that is restricted to Noor, who may type, and Li, who may read."""
    with app.app_context():
        team.restrict(draft.id, True, user(owner))
        team.choose(draft.id, noor.id, Role.EDITOR, user(owner))
        team.choose(draft.id, li.id, Role.VIEWER, user(owner))
    return draft


def seen(pages: DraftPages, person: Colleague) -> DraftPages:
    return DraftPages(person.client, pages.path)


def events(app: Flask, draft: DraftPages) -> list[str]:
    with app.app_context():
        query = select(AuditEntry.event).where(AuditEntry.subject_id == draft.id).order_by(AuditEntry.id)
        return list(db.session.scalars(query))


def test_a_draft_is_open_to_the_whole_firm_until_its_owner_restricts_it(draft, noor, rival):
    """As it was before there were teams: a colleague finishes what another began."""
    theirs = seen(draft, noor)
    assert theirs.save("mark", text="BAOBAB DUSK").status_code == 303
    assert "BAOBAB DUSK" in draft.get("/check")
    assert draft.id in noor.client.get("/drafts").text
    assert draft.id not in rival.get("/drafts").text


def test_restricting_shuts_out_colleagues_and_keeps_those_who_typed(app, draft, noor, zoe):
    assert seen(draft, noor).save("mark", text="BAOBAB DUSK").status_code == 303
    answer = draft.client.post(f"{draft.path}/team/access", data={"only": "members"})
    assert answer.location == f"{draft.path}/team"
    page = draft.get("/team")
    assert "Only the people below can open this draft." in page
    assert "Noor Haddad" in page
    seen(draft, noor).get()
    seen(draft, zoe).get(status=404)
    assert draft.id not in zoe.client.get("/drafts").text
    draft.client.post(f"{draft.path}/team/access", data={"only": "firm"})
    seen(draft, zoe).get()
    assert events(app, draft)[-2:] == ["draft-restricted", "draft-opened"]


def test_a_viewer_reads_and_comments_and_cannot_type(shared, li):
    """Refused in plain words, with whom to ask; and there is no form that could only be refused."""
    theirs = seen(shared, li)
    page = theirs.get("/applicants")
    assert "Baobab Foods Ltd" in page
    assert "<input" not in page.partition("<main")[2]
    assert "Delete this draft" not in theirs.get()
    assert "not file it" in theirs.get("/check")
    answer = li.client.post(f"{shared.path}/comments", data={"section": "mark", "text": "Is it new?"})
    assert answer.status_code == 303


def test_what_a_viewer_typed_is_shown_and_not_saved(app, shared, li):
    """Somebody became a viewer while they were typing: their work must not vanish with the refusal."""
    version = {"version": "1", "page": "x"}
    typed = {**SECTIONS["applicants"], **version, "name-0": "An hour's work <b>"}
    answer = seen(shared, li).send("applicants", typed)
    assert answer.status_code == 403
    assert "An hour&#39;s work &lt;b&gt;" in answer.text
    assert "Ask the owner of the draft: Demonstration Agent." in answer.text
    answer = seen(shared, li).send("applicants", typed, script=True)
    assert answer.status_code == 403
    assert answer.json["message"].startswith("You may read this draft and comment on it, but not change it.")
    assert "Baobab Foods Ltd" in shared.get("/applicants")


def test_a_member_who_is_removed_loses_access_at_once_and_sees_what_they_typed(shared, noor):
    theirs = seen(shared, noor)
    place = theirs.open("mark")
    answer = shared.client.post(f"{shared.path}/team/members/{noor.id}/remove")
    page = shared.client.get(answer.location).text
    assert "Noor Haddad is not in the team any more." in page
    answer = theirs.send("mark", {**place, **SECTIONS["mark"], "text": "TYPED MEANWHILE"})
    assert answer.status_code == 404
    assert "TYPED MEANWHILE" in answer.text
    theirs.get(status=404)
    theirs.get("/comments", 404)
    assert shared.id not in noor.client.get("/drafts").text
    shared.client.post(f"{shared.path}/team/members", data={"person": str(noor.id), "role": "editor"})
    theirs.get()


def test_the_answer_to_a_stranger_is_the_same_whether_the_draft_exists_or_not(shared, zoe, rival):
    """A difference would tell that a competitor drafts something."""
    for stranger in (zoe.client, rival):
        there = stranger.post(f"{shared.path}/mark", data={**SECTIONS["mark"], "version": "1"})
        nowhere = stranger.post("/drafts/AAAAAAAAAAAAAAAA/mark", data={**SECTIONS["mark"], "version": "1"})
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert _main(there.text).replace(shared.id, "") == _main(nowhere.text).replace("AAAAAAAAAAAAAAAA", "")


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_only_people_of_the_same_firm_can_be_chosen(app, shared, rival, demo, zoe):
    with app.app_context():
        other = agent_of_rival(demo)
    for person in (other, 999_999, 0):
        answer = shared.client.post(f"{shared.path}/team/members", data={"person": str(person), "role": "editor"})
        assert "Choose a colleague of your firm" in shared.client.get(answer.location).text
        answer = shared.client.post(f"{shared.path}/team/owner", data={"person": str(person)})
        assert "Choose a colleague of your firm" in shared.client.get(answer.location).text
    leave(app, zoe.id)
    answer = shared.client.post(f"{shared.path}/team/members", data={"person": str(zoe.id), "role": "editor"})
    assert "Choose a colleague of your firm" in shared.client.get(answer.location).text
    assert "Zoë Okello" not in shared.get("/team")
    with app.app_context():
        assert len(db.session.scalars(select(DraftMember)).all()) == 2


def agent_of_rival(demo) -> int:
    from portal.accounts.models import User

    return db.session.scalars(select(User.id).where(User.email == demo.rival.email)).one()


@pytest.mark.parametrize("role", ["owner", "", "administrator"])
def test_a_role_that_nobody_can_give_is_refused(app, shared, zoe, role):
    answer = shared.client.post(f"{shared.path}/team/members", data={"person": str(zoe.id), "role": role})
    assert "Choose what they may do." in shared.client.get(answer.location).text
    seen(shared, zoe).get(status=404)


def test_handing_over_makes_the_old_owner_an_editor(app, shared, noor):
    """They go on working, and can no longer share or delete."""
    shared.client.post(f"{shared.path}/team/owner", data={"person": str(noor.id)})
    assert shared.save("mark", text="STILL MINE TO TYPE").status_code == 303
    answer = shared.client.post(f"{shared.path}/delete")
    assert answer.status_code == 403
    assert "Ask the owner of the draft: Noor Haddad." in answer.text
    assert noor.client.post(f"{shared.path}/delete").status_code == 303
    assert events(app, shared)[-3:] == ["draft-handed-over", "section-saved", "draft-deleted"]
    assert "handed a draft over to you" in noor.client.get("/inbox").text
    assert shared.client.post(f"{shared.path}/restore").status_code == 404
    assert noor.client.post(f"{shared.path}/restore").status_code == 303


def test_where_the_owner_has_left_an_editor_is_the_owner(app, shared, owner, noor, li, zoe):
    """Nobody could share, hand over or delete it otherwise."""
    leave(app, owner)
    assert "Account closed" in seen(shared, noor).get("/team")
    noor.client.post(f"{shared.path}/team/owner", data={"person": str(noor.id)})
    seen(shared, li).get()
    assert li.client.post(f"{shared.path}/delete").status_code == 403
    seen(shared, zoe).get(status=404)
    with app.app_context():
        assert db.session.get_one(Draft, shared.id).owner_id == noor.id


def test_where_nobody_is_left_who_can_type_the_draft_is_the_firms(app, shared, owner, noor, zoe):
    """A term would end while a draft lies where nobody can file it."""
    for number in (owner, noor.id):
        leave(app, number)
    assert seen(shared, zoe).save("mark", text="TAKEN OVER").status_code == 303
    assert shared.id in zoe.client.get("/drafts").text


def test_lists_show_mine_my_colleagues_and_what_is_sought(app, draft, agent, noor, zoe):
    theirs = DraftPages.begin(noor.client, "Müller/9")
    hidden = DraftPages.begin(noor.client, "secret")
    noor.client.post(f"{hidden.path}/team/access", data={"only": "members"})

    def listed(query: str) -> set[str]:
        page = agent.get(f"/drafts{query}").text
        return {one.id for one in (draft, theirs, hidden) if f'href="/drafts/{one.id}"' in page}

    assert listed("") == {draft.id, theirs.id}
    assert listed("?whose=mine") == {draft.id}
    assert listed("?whose=shared") == {theirs.id}
    assert listed("?q=MULLER") == {theirs.id}
    assert listed("?q=baobab+zoe") == {draft.id}
    assert listed("?q=%25") == set()
    assert listed("?service=patent-national") == set()
    assert listed("?service=trademark-national&whose=mine&q=zoe") == {draft.id}
    assert listed("?whose=nonsense&service=nonsense") == {draft.id, theirs.id}
    assert "No draft fits what you asked for." in agent.get("/drafts?q=nothing").text
    draft.save("about", reference="Changed/1")
    assert listed("?q=changed") == {draft.id}
    assert listed("?q=zoe") == set()


def test_a_search_keeps_its_filter_over_pages(app, agent, owner):
    from portal.context import profile

    with app.app_context():
        for number in range(52):
            service.create("trademark-national", f"row/{number}", user(owner), profile())
        service.create("trademark-national", "other", user(owner), profile())
    first = agent.get("/drafts?q=row&whose=mine").text
    assert first.count('<td class="govuk-table__cell"><a') == 50
    assert "/drafts?q=row&amp;whose=mine&amp;page=2" in first
    assert agent.get("/drafts?q=row&whose=mine&page=2").text.count('<td class="govuk-table__cell"><a') == 2


def test_two_who_add_the_same_member_add_one(app, draft, owner, noor):
    """Both press the button: one row, no error page, one notice."""
    with app.app_context():
        team.restrict(draft.id, True, user(owner))

    def add(_number: int) -> None:
        with app.app_context():
            team.choose(draft.id, noor.id, Role.EDITOR, user(owner))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    with app.app_context():
        assert [one.user_id for one in db.session.scalars(select(DraftMember))] == [noor.id]
    assert events(app, draft).count("draft-member-added") == 1


def test_handing_over_while_deleting_ends_in_one_of_both(app, draft, owner, noor):
    """A draft that was handed over is not deleted by its former owner, and a deleted one is handed to nobody."""

    def attempt(what: Callable[[], Any]) -> str:
        with app.app_context():
            try:
                what()
            except (service.NotFound, NotAllowed) as error:
                return type(error).__name__
            return "done"

    for _round in range(3):
        with app.app_context():
            made = Draft(firm_id=user(owner).firm_id, owner_id=owner, service="trademark-national", shape=2)
            db.session.add(made)
            db.session.commit()
            key = made.id
        deed = [lambda k=key: team.hand_over(k, noor.id, user(owner)), lambda k=key: service.delete(k, user(owner))]
        with ThreadPoolExecutor(2) as pool:
            outcome = list(pool.map(attempt, deed))
        with app.app_context():
            kept = db.session.get_one(Draft, key)
            state = (kept.state, kept.owner_id)
        assert (outcome, state) in [
            (["done", "NotAllowed"], ("open", noor.id)),
            (["NotFound", "done"], ("deleted", owner)),
        ]


def test_a_member_who_is_gone_gets_no_notice_and_the_actor_none(app, shared, owner, noor, li):
    leave(app, noor.id)
    with app.app_context():
        found = db.session.get_one(Draft, shared.id)
        assert team.concerned(db.session, found, set(), user(owner)) == [li.id]


# The matrix: every address of a draft, and everyone who could come.

ACTS = {
    "drafting.restrict": "share",
    "drafting.choose": "share",
    "drafting.remove": "share",
    "drafting.hand_over": "share",
    "drafting.delete": "delete",
    "drafting.template": "save-template",
    "drafting.save_template": "save-template",
    "drafting.choose_party": "edit",
    "comments.write": "comment",
    "comments.change": "comment",
    "comments.withdraw": "comment",
    "comments.bring_back": "comment",
    "comments.resolve": "comment",
    "comments.reopen": "comment",
    "filing.confirm": "file",
    "filing.submit": "file",
}
"""What an address asks for, where it is not reading (GET) or editing (POST)."""
OWN_RULE = {"drafting.restore"}
"""Of a deleted draft; tested above."""
READS = {"read", "comment"}
MAY = {
    "owner": READS | {"edit", "file", "share", "delete", "save-template"},
    "editor": READS | {"edit", "file"},
    "viewer": READS,
}


@pytest.fixture
def everyone(agent, noor, li, zoe, rival, officer) -> dict[str, Any]:
    return {
        "owner": agent, "editor": noor.client, "viewer": li.client, "colleague": zoe.client, "rival": rival,
        "officer": officer,
    }  # fmt: skip


@pytest.fixture
def values(app, shared, owner, zoe) -> dict[str, Any]:
    """What stands in addresses, and what a form must hold so that it is not refused for itself."""
    with app.app_context():
        comment = comments.write(shared.id, "mark", "Is it new?", user(owner)).id
    shared.client.post(f"{shared.path}/approval", data={"client": "Jo", "days": "5"})
    shared.upload("power-of-attorney", "a.pdf", hostile.pdf())
    shared.client.post("/address-book/new", data={"kind": "legal", "name": "Acme"})
    with app.app_context():
        request = next(iter(db.session.execute(select(Base.metadata.tables["approval_requests"].c.id)))).id
        document = next(iter(db.session.execute(select(Base.metadata.tables["draft_documents"].c.id)))).id
        entry = next(iter(db.session.execute(select(Base.metadata.tables["addresses"].c.id)))).id
    pdf = (io.BytesIO(hostile.pdf()), "b.pdf")
    return {
        "place": {
            "draft_id": shared.id, "comment_id": comment, "request_id": request, "document_id": document,
            "person_id": zoe.id,
        },
        "form": {
            "drafting.save": {**SECTIONS["mark"], "version": "1", "text": "OTHER"},
            "drafting.upload": {"kind": "priority-document", "file": pdf},
            "drafting.restrict": {"only": "firm"},
            "drafting.choose": {"person": str(zoe.id), "role": "viewer"},
            "drafting.hand_over": {"person": str(zoe.id)},
            "drafting.take_party": {"entry": str(entry)},
            "drafting.save_template": {"name": "T"},
            "comments.write": {"section": "mark", "text": "Yes"},
            "comments.change": {"text": "Changed"},
            "approvals.ask": {"client": "Jo", "days": "5"},
        },
    }  # fmt: skip


@pytest.mark.parametrize("person", ["editor", "viewer", "colleague", "rival", "officer"])
def test_nobody_does_more_than_their_role_at_any_address_of_a_draft(app, shared, everyone, values, person):
    """Each address of the URL map that names a draft, asked by someone who may not: refused, and nothing changes."""
    before = _everything(app)
    wrong = []
    for endpoint, method, path in _addresses(app, values):
        act = ACTS.get(endpoint, "read" if method == "GET" else "edit")
        if act in MAY.get(person, set()):
            continue
        client = everyone[person]
        form = values["form"].get(endpoint, {}) if method == "POST" else None
        answer = client.open(path, method=method, data=form and dict(form))
        wanted = {"colleague": 404, "rival": 404}.get(person, 403)
        if endpoint in values["form"] or method == "GET":
            refused = answer.status_code == wanted
        else:
            refused = answer.status_code in (wanted, 400, 404, 412, 422)
        if not refused:
            wrong.append(f"{method} {path} ({endpoint}): {answer.status_code}, not {wanted}")
        if _everything(app) != before:
            wrong.append(f"{method} {path} ({endpoint}) changed something")
            before = _everything(app)
    assert wrong == []


@pytest.mark.parametrize("person", ["owner", "editor", "viewer"])
def test_what_a_role_allows_is_open_at_every_address(app, shared, everyone, values, person):
    """A refusal where work is allowed would be noticed on the last day of a term."""
    wrong = []
    for endpoint, method, path in sorted(_addresses(app, values), key=_order):
        act = ACTS.get(endpoint, "read" if method == "GET" else "edit")
        if act not in MAY[person] or (endpoint.startswith("comments.") and endpoint in AUTHORS and person != "owner"):
            continue
        form = values["form"].get(endpoint, {}) if method == "POST" else None
        answer = everyone[person].open(path, method=method, data=form and dict(form))
        known = method == "GET" or endpoint in values["form"]
        if answer.status_code in (401, 403, 404, 500) and known:
            wrong.append(f"{method} {path} ({endpoint}): {answer.status_code}")
    assert wrong == []


AUTHORS = {"comments.comment", "comments.change", "comments.withdraw", "comments.bring_back"}
"""What only the author of a comment may do."""
LATE = ("drafting.remove_document", "drafting.restrict", "drafting.remove", "drafting.hand_over", "drafting.delete")


def _order(address: tuple[str, str, str]) -> tuple[int, str]:
    """What ends a person's access, or the draft, comes last."""
    endpoint = address[0]
    return (LATE.index(endpoint) + 1 if endpoint in LATE else 0), address[2]


def _addresses(app: Flask, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Every route that names a draft: endpoint, method, and its path for this draft."""
    adapter = app.url_map.bind("filing.test.ipo.example")
    found = []
    for rule in app.url_map.iter_rules():
        if "draft_id" not in rule.arguments or rule.endpoint in OWN_RULE:
            continue
        known = {**values["place"], "name": "mark"}
        if rule.endpoint in ("drafting.choose_party", "drafting.take_party"):
            known["name"] = "applicants"
        elif rule.endpoint.startswith("classification."):
            known["name"] = "nice"
        missing = rule.arguments - set(known)
        path = adapter.build(rule.endpoint, {name: known.get(name, 1) for name in rule.arguments | missing})
        found += [(rule.endpoint, method, path) for method in ("GET", "POST") if method in (rule.methods or ())]
    assert len(found) > 30
    return found


def _everything(app: Flask) -> str:
    """All rows but the trail of who asked, and what a session writes."""
    silent = {"audit_entries", "users"}
    with app.app_context():
        rows = {
            table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in silent
        }
    return json.dumps(rows)
