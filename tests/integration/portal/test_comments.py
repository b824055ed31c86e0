"""Comments of a draft's team, through the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.comments.models import Comment
from portal.db import db, utc_now
from portal.drafting import service, team
from portal.drafting.models import Draft
from portal.drafting.roles import Role
from portal.notices.models import Notice
from portal.outbox.models import OutboxRow
from tests.integration.portal.drafts import DraftPages
from tests.integration.portal.teams import Colleague, agent_of, join, user


@pytest.fixture
def draft(agent) -> DraftPages:
    made = DraftPages.begin(agent)
    made.complete()
    return made


@pytest.fixture
def noor(app, demo) -> Colleague:
    return join(app, demo, "Noor Haddad")


def write(draft: DraftPages, text: str, section: str = "goods", client=None) -> str:
    answer = (client or draft.client).post(f"{draft.path}/comments", data={"section": section, "text": text})
    assert answer.status_code == 303, answer.text
    return str(answer.location).rpartition("-")[2]


def age(app: Flask, number: str, minutes: int) -> None:
    with app.app_context():
        db.session.get_one(Comment, int(number)).written_at = utc_now() - timedelta(minutes=minutes)
        db.session.commit()


def test_a_comment_is_shown_where_it_belongs_and_counted(draft):
    write(draft, "Add class 35?\nThe client sells online.")
    write(draft, "Before Friday, please.", "")
    assert draft.get().count("1 open comment") == 1
    assert "2 open" in draft.get()
    page = draft.get("/goods")
    assert "Add class 35?" in page
    assert "Before Friday" not in page
    assert "Before Friday" in draft.get("/comments")
    assert "Before Friday" not in draft.get("/comments?section=goods")
    assert "1 open comment" in draft.get("/goods")
    assert "open comment" not in draft.get("/mark")


@pytest.mark.parametrize(
    "text", ["العنوان ناقص", "住所が違います", "a\U0001f333b", "<script>alert(1)</script> & 100%s %(x)s {{ 7 * 7 }}"]
)
def test_any_script_is_shown_as_it_was_typed_and_nothing_runs(draft, text):
    write(draft, text)
    for page in ("/comments", "/goods", "/missing"):
        assert "<script>alert" not in draft.get(page)
    assert text in draft.client.get(f"{draft.path}/missing.txt").text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" \n ", "Write a comment first."),
        ("x" * 4001, "Shorten this to at most 4000 characters."),
        ("abc\u202edef", "Remove the invisible control characters"),
        ("a\x00b", "Remove the invisible control characters"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_kept_in_the_form(draft, text, told):
    answer = draft.client.post(f"{draft.path}/comments", data={"section": "goods", "text": text})
    assert answer.status_code == 400
    assert told in answer.text


def test_a_section_that_the_draft_does_not_have_takes_no_comment(draft):
    answer = draft.client.post(f"{draft.path}/comments", data={"section": "invention", "text": "x"})
    assert answer.status_code == 400


def test_the_others_are_told_in_their_inbox_and_not_by_mail(app, draft, noor):
    """Ten comments in an hour must not be ten mails."""
    write(draft, "Noor, please look.", client=noor.client)
    page = draft.client.get("/inbox").text
    assert "Noor Haddad commented on a draft" in page
    assert f'href="{draft.path}/comments"' in page
    assert "BAOBAB SUNRISE" in page
    write(draft, "Done.")
    with app.app_context():
        assert [one.kind for one in db.session.scalars(select(Notice))] == ["draft-comment", "draft-comment"]
        assert db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).all() == []


def test_an_author_changes_and_deletes_within_a_quarter_of_an_hour(app, draft):
    number = write(draft, "First words")
    answer = draft.client.post(f"{draft.path}/comments/{number}", data={"text": "Better words"})
    assert answer.status_code == 303
    page = draft.get("/comments")
    assert "First words" not in page
    assert "Better words" in page
    assert "(changed)" in page
    answer = draft.client.post(f"{draft.path}/comments/{number}/withdraw")
    page = draft.client.get(answer.location).text
    assert "Better words" not in page
    assert "Your comment was withdrawn." in page
    draft.client.post(f"{draft.path}/comments/{number}/bring-back")
    assert "Better words" in draft.get("/comments")


def test_later_it_is_only_struck_through(app, draft):
    """Others may have acted on it: it must not look as if it had never been said."""
    number = write(draft, "Use class 35")
    age(app, number, 16)
    answer = draft.client.post(f"{draft.path}/comments/{number}", data={"text": "Use class 36"})
    assert answer.status_code == 409
    assert "it cannot be changed any more" in answer.text
    assert "Use class 36" in answer.text
    draft.client.post(f"{draft.path}/comments/{number}/withdraw")
    page = draft.get("/comments")
    assert "<s>Use class 35</s>" in page
    assert "Withdrawn by its author" in page
    assert "open comment" not in draft.get("/goods")
    draft.client.post(f"{draft.path}/comments/{number}/bring-back")
    assert "<s>" not in draft.get("/comments")


def test_nobody_touches_the_words_of_another(app, draft, noor):
    number = write(draft, "Mine")
    theirs = noor.client
    assert theirs.get(f"{draft.path}/comments/{number}").status_code == 404
    for action in ("", "/withdraw", "/bring-back"):
        assert theirs.post(f"{draft.path}/comments/{number}{action}", data={"text": "Theirs"}).status_code == 404
    assert theirs.post(f"{draft.path}/comments/{number}/resolve").status_code == 303
    assert "by Noor Haddad on" in draft.get("/comments")
    draft.client.post(f"{draft.path}/comments/{number}/reopen")
    assert "Resolved" not in draft.get("/comments")


def test_a_comment_is_reached_through_its_own_draft_only(draft, rival):
    """The number of another firm's comment, in the address of one's own draft."""
    number = write(draft, "Secret")
    own = DraftPages.begin(rival)
    for action in ("", "/withdraw", "/resolve"):
        assert rival.post(f"{own.path}/comments/{number}{action}", data={"text": "x"}).status_code == 404
    assert rival.get(f"{own.path}/comments/{number}").status_code == 404
    assert "Secret" in draft.get("/comments")


def test_who_was_removed_sees_what_they_wrote_and_it_is_not_kept(app, demo, draft, noor):
    owner = agent_of(app, demo)
    with app.app_context():
        team.restrict(draft.id, True, user(owner))
        team.choose(draft.id, noor.id, Role.VIEWER, user(owner))
    assert noor.client.get(f"{draft.path}/comments").status_code == 200
    with app.app_context():
        team.remove(draft.id, noor.id, user(owner))
    answer = noor.client.post(f"{draft.path}/comments", data={"section": "", "text": "A long thought"})
    assert answer.status_code == 404
    assert "A long thought" in answer.text
    assert "A long thought" not in draft.get("/comments")


def test_a_session_that_ended_while_writing_loses_nothing(draft, agent, demo):
    from tests.integration.portal.drafts import hidden

    agent.delete_cookie("__Host-session", domain="filing.test.ipo.example")
    answer = agent.post(f"{draft.path}/comments", data={"section": "mark", "text": "A long thought"})
    assert answer.status_code == 401
    back = agent.sign_in(demo.agent.email, demo.agent.password, held=hidden(answer.text, "held"))
    returned = agent.post(f"{draft.path}/comments", data={"held": hidden(back.text, "held")})
    assert returned.status_code == 200
    assert "A long thought" in returned.text
    assert 'value="mark" selected' in returned.text
    assert "There is no comment yet." in returned.text


def test_a_filed_draft_keeps_its_comments_and_takes_no_more(app, draft):
    number = write(draft, "Before filing")
    with app.app_context():
        db.session.get_one(Draft, draft.id).state = "filed"
        db.session.commit()
    assert "Before filing" in draft.get("/comments")
    for path in ("comments", f"comments/{number}", f"comments/{number}/resolve"):
        answer = draft.client.post(f"{draft.path}/{path}", data={"section": "", "text": "Late"})
        assert answer.location == draft.path
    assert "Late" not in draft.get("/comments")


def test_comments_members_and_approvals_go_with_a_purged_draft(app, demo, draft, noor):
    """docs/decisions/0031-purge.md: nothing of a draft stays that nobody can see any more."""
    from portal.tables import Base

    owner = agent_of(app, demo)
    write(draft, "Gone with it")
    draft.client.post(f"{draft.path}/approval", data={"client": "Jo", "days": "5"})
    with app.app_context():
        team.restrict(draft.id, True, user(owner))
        team.choose(draft.id, noor.id, Role.VIEWER, user(owner))
    draft.client.post(f"{draft.path}/delete")
    with app.app_context():
        assert service.purge(timedelta(0)) > 0
        for name in ("drafts", "draft_members", "draft_comments", "approval_requests", "approval_answers"):
            assert db.session.execute(select(Base.metadata.tables[name])).all() == [], name


def test_a_long_discussion_has_pages(app, demo, draft):
    owner = agent_of(app, demo)
    with app.app_context():
        db.session.add_all([Comment(draft_id=draft.id, author_id=owner, text=f"No. {n}") for n in range(53)])
        db.session.commit()
    assert "No. 52" not in draft.get("/comments")
    assert "page=2" in draft.get("/comments")
    assert "No. 52" in draft.get("/comments?page=2")
