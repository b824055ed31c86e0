"""A client's approval by a signed link, without an account."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from portal.approvals import service
from portal.approvals.models import ApprovalAnswer, ApprovalRequest
from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from portal.drafting.models import Draft
from portal.outbox.models import OutboxRow
from tests.integration.portal.drafts import DraftPages, hidden
from tests.integration.portal.teams import agent_of, join, user
from tests.integration.portal_client import PortalClient
from tests.support import hostile


@pytest.fixture
def draft(agent) -> DraftPages:
    made = DraftPages.begin(agent, "SECRET/REF")
    made.complete()
    return made


def ask(draft: DraftPages, **values: str) -> str:
    """Ask a client; the path of the link."""
    form = {"client": "Mr Zoë", "message": "Please read it.", "days": "14", **values}
    answer = draft.client.post(f"{draft.path}/approval", data=form)
    assert answer.status_code == 303, answer.text
    return str(re.findall(r'value="https://[^/"]+(/approve/[^"]+)"', draft.get("/approval"))[0])


def send(client: PortalClient, path: str, read: str | None = None, **values: str):
    """Answer as a client does who has just read the page."""
    page = client.get(path)
    form = {"decision": "approve", "comment": "", "name": "Jean Zoë", **values}
    form["fingerprint"] = hidden(page.text, "fingerprint") if read is None else read
    return client.post(path, data=form, csrf=False)


def answers(app: Flask) -> list[tuple[bool, str, str]]:
    with app.app_context():
        query = select(ApprovalAnswer).order_by(ApprovalAnswer.id)
        return [(one.is_approved, one.name, one.comment) for one in db.session.scalars(query)]


def test_a_client_reads_everything_and_nothing_of_the_team(draft, client):
    """The page holds the application, its documents' names and its fees; not what colleagues said to each other."""
    draft.client.post(f"{draft.path}/comments", data={"section": "", "text": "The client is slow"})
    draft.upload("power-of-attorney", "power.pdf", hostile.pdf())
    page = client.get(ask(draft))
    assert page.status_code == 200
    for words in ("Mr Zoë", "Demonstration Agent", "Acme &amp; Partners", "Please read it.", "BAOBAB SUNRISE",
                  "Baobab Foods Ltd", "coffee", "power.pdf", "USD\xa0120.00"):  # fmt: skip
        assert words in page.text
    assert "The client is slow" not in page.text
    assert "SECRET/REF" not in page.text
    assert f"/drafts/{draft.id}" not in page.text


def test_no_search_engine_and_no_other_site_learns_the_address(draft, client):
    path = ask(draft)
    for answer in (client.get(path), client.get("/approve/wrong"), client.post(path, data={}, csrf=False)):
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_approval_is_recorded_with_who_when_whence_and_what(app, draft, client):
    path = ask(draft)
    answer = send(client, path, comment="Fine.")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Thank you: your answer was recorded" in page
    with app.app_context():
        made = db.session.scalars(select(ApprovalAnswer)).one()
        assert (made.name, made.comment, made.is_approved, made.address) == ("Jean Zoë", "Fine.", True, "127.0.0.1")
        assert made.fingerprint == hidden(page, "fingerprint")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "approval-answered")).one()
        assert (entry.actor, entry.address) == ("client", "127.0.0.1")
        assert "Fine." not in str(entry.data)
    assert "Approved" in draft.get()
    assert "Jean Zoë" in draft.get("/approval")
    assert "Jean Zoë approved a draft" in draft.client.get("/inbox").text


def test_the_owner_has_it_by_mail_and_typists_in_the_inbox(app, demo, draft, client):
    noor = join(app, demo, "Noor Haddad")
    DraftPages(noor.client, draft.path).save("mark", text="BAOBAB DUSK")
    send(client, ask(draft), decision="change", comment="Another colour.")
    with app.app_context():
        mails = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).all()
        assert [one.payload["to"] for one in mails] == [demo.agent.email]
    assert "Jean Zoë asks for changes to a draft" in noor.client.get("/inbox").text
    assert "Changes asked for" in draft.get()
    assert "Another colour." in draft.get("/approval")


def test_after_a_change_the_approval_is_for_an_earlier_state_and_says_what_changed(draft, client):
    path = ask(draft)
    send(client, path)
    draft.save("goods", **{"terms-0": "coffee\ncocoa"})
    assert "Approved, for an earlier state" in draft.get()
    page = draft.get("/approval")
    assert "1 change since then" in page
    assert "tea" in page
    assert "cocoa" in page
    page = client.get(path).text
    assert "Since then this has changed:" in page
    draft.save("goods", **{"terms-0": "coffee\ntea"})
    assert "Approved, for an earlier state" not in draft.get()


def test_a_document_that_was_exchanged_is_a_change(draft, client):
    draft.upload("power-of-attorney", "power.pdf", hostile.pdf())
    send(client, ask(draft))
    assert "Approved, for an earlier state" not in draft.get()
    draft.client.post(f"{draft.path}/documents/1/remove")
    draft.upload("power-of-attorney", "power.pdf", hostile.pdf() + b"\n%%EOF\n")
    assert "Approved, for an earlier state" in draft.get()


def test_what_changed_while_the_client_read_is_not_approved(app, draft, client):
    """They would have approved what they never saw."""
    path = ask(draft)
    read = hidden(client.get(path).text, "fingerprint")
    draft.save("mark", text="ANOTHER MARK")
    answer = send(client, path, read, comment="Good", name="Jean")
    assert answer.status_code == 409
    assert "was changed while you were reading it" in answer.text
    assert "ANOTHER MARK" in answer.text
    assert 'value="Jean"' in answer.text
    assert answers(app) == []
    assert send(client, path, hidden(answer.text, "fingerprint")).status_code == 303


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"decision": ""}, "Choose whether you approve or ask for changes."),
        ({"decision": "file"}, "Choose whether you approve or ask for changes."),
        ({"name": " "}, "Enter your name"),
        ({"name": "x" * 201}, "Shorten this"),
        ({"name": "a\u202eb"}, "Remove the invisible control characters"),
        ({"decision": "change", "comment": ""}, "Say what should be changed."),
        ({"comment": "x" * 4001}, "Shorten this"),
        ({"comment": "a\x00b"}, "Remove the invisible control characters"),
    ],
)
def test_an_answer_that_says_nothing_is_asked_for_again(app, draft, client, values, told):
    answer = send(client, ask(draft), **values)
    assert answer.status_code == 400
    assert told in answer.text
    assert answers(app) == []


def test_a_client_without_cookies_can_answer(app, draft):
    """The link alone must be enough: mail programs open it in browsers that keep nothing."""
    path = ask(draft)
    browser = app.test_client(use_cookies=False)
    page = browser.get(path, base_url="https://filing.test.ipo.example")
    form = {"decision": "approve", "name": "Jo", "fingerprint": hidden(page.text, "fingerprint")}
    answer = browser.post(path, data=form, base_url="https://filing.test.ipo.example", csrf=False)
    assert answer.status_code == 303
    assert answers(app) == [(True, "Jo", "")]


def test_a_link_that_is_wrong_expired_revoked_or_over_has_a_page_of_its_own(app, draft, client):
    path = ask(draft)
    for wrong in ("/approve/x", path[:-1], path + "A", "/approve/" + "A" * 5000, _signed_otherwise(app, path)):
        answer = client.get(wrong)
        assert answer.status_code == 404
        assert "This link is not right" in answer.text
        assert client.post(wrong, data={}, csrf=False).status_code == 404
    states = {
        "expires_at": (utc_now(), "Its time is over."),
        "revoked_at": (utc_now(), "Whoever sent it has withdrawn it."),
    }
    for column, (value, told) in states.items():
        with app.app_context():
            asked = db.session.scalars(select(ApprovalRequest)).one()
            kept = getattr(asked, column)
            setattr(asked, column, value)
            db.session.commit()
        answer = client.get(path)
        assert answer.status_code == 410
        assert told in answer.text
        assert "Demonstration Agent" in answer.text
        assert "BAOBAB" not in answer.text
        assert client.post(path, data={"decision": "approve", "name": "x"}, csrf=False).status_code == 410
        with app.app_context():
            setattr(db.session.scalars(select(ApprovalRequest)).one(), column, kept)
            db.session.commit()
    assert client.get(path).status_code == 200
    draft.client.post(f"{draft.path}/delete")
    assert "It was deleted before it was filed." in client.get(path).text
    with app.app_context():
        db.session.get_one(Draft, draft.id).state = "filed"
        db.session.commit()
    assert "This application was filed" in client.get(path).text
    assert answers(app) == []


def _signed_otherwise(app: Flask, path: str) -> str:
    """The same request, signed for another purpose."""
    with app.app_context():
        key = db.session.scalars(select(ApprovalRequest.id)).one()
    return "/approve/" + str(URLSafeSerializer(app.config["SECRET_KEY"], salt="portal.web.held").dumps(key))


def test_a_revoked_link_keeps_what_was_answered(app, draft, client):
    path = ask(draft)
    send(client, path)
    with app.app_context():
        key = db.session.scalars(select(ApprovalRequest.id)).one()
    draft.client.post(f"{draft.path}/approval/{key}/revoke")
    assert client.get(path).status_code == 410
    page = draft.get("/approval")
    assert "Revoked" in page
    assert "Jean Zoë" in page
    assert path not in page


def test_documents_are_given_only_where_the_agent_ticked_it(draft, client):
    sent = hostile.pdf()
    draft.upload("power-of-attorney", "power.pdf", sent)
    path = ask(draft)
    assert client.get(f"{path}/documents/1").status_code == 404
    assert "/documents/1" not in client.get(path).text
    path = ask(draft, may_download="y")
    answer = client.get(f"{path}/documents/1")
    assert answer.status_code == 200
    assert answer.data == sent
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    draft.client.post(f"{draft.path}/documents/1/remove")
    assert client.get(f"{path}/documents/1").status_code == 404


def test_a_link_to_one_draft_opens_no_other(draft, client, agent):
    other = DraftPages.begin(agent)
    other.upload("power-of-attorney", "other.pdf", hostile.pdf())
    path = ask(draft, may_download="y")
    assert client.get(f"{path}/documents/1").status_code == 404


def test_guessing_and_flooding_are_slowed_down(app, draft, client):
    """A mistake in a mail program must not fill the team's inboxes."""
    path = ask(draft)
    codes = [send(client, path, name=f"N{number}").status_code for number in range(12)]
    assert codes == [303] * 10 + [429] * 2
    assert len(answers(app)) == 10
    answer = send(client, path, name="Kept", comment="And this")
    assert "There were too many answers in a short time." in answer.text
    assert 'value="Kept"' in answer.text
    with app.app_context():
        for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.event == "approval-answered")):
            entry.at = utc_now() - timedelta(minutes=16)
        db.session.commit()
    assert send(client, path).status_code == 303


def test_revoking_while_the_client_answers_ends_in_one_of_both(app, demo, draft, client):
    path = ask(draft)
    token = path.rpartition("/")[2]
    read = hidden(client.get(path).text, "fingerprint")
    owner = agent_of(app, demo)

    def answer() -> str:
        with app.test_request_context():
            try:
                service.answer(token, read, True, "Jo", "")
            except service.Over as error:
                return error.why
            return "answered"

    def revoke() -> str:
        with app.test_request_context():
            key = db.session.scalars(select(ApprovalRequest.id)).one()
            service.revoke(draft.id, key, user(owner))
            return "revoked"

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(answer), pool.submit(revoke)
        outcome = (first.result(), second.result())
    assert outcome in [("answered", "revoked"), ("revoked", "revoked")]
    assert len(answers(app)) == (1 if outcome[0] == "answered" else 0)
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"client": ""}, "Enter the name of the person whom you ask."),
        ({"days": "0"}, "Enter a number from 1 to 60."),
        ({"days": "61"}, "Enter a number from 1 to 60."),
        ({"days": "x"}, "Enter a number from 1 to 60."),
        ({"days": ""}, "Enter a number from 1 to 60."),
        ({"message": "a\u202eb"}, "Remove the invisible control characters"),
    ],
)
def test_a_link_that_cannot_be_made_says_why(draft, values, told):
    form = {"client": "Jo", "message": "", "days": "5", **values}
    answer = draft.client.post(f"{draft.path}/approval", data=form)
    assert answer.status_code == 400
    assert told in answer.text


def test_filing_does_not_wait_for_an_approval(draft):
    ask(draft)
    assert f'href="{draft.path}/submit"' in draft.get("/check")


def test_the_page_speaks_french(draft, client):
    path = ask(draft)
    page = client.get(path, headers={"Accept-Language": "fr"}).text
    assert '<html lang="fr"' in page
    assert "Send the answer" not in page


def test_an_incomplete_draft_can_be_shown(agent, client):
    draft = DraftPages.begin(agent)
    page = client.get(ask(draft)).text
    assert "Nothing is filled in yet." in page
