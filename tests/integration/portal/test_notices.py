"""The inbox, on both databases."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.db import db, transaction
from portal.notices import service
from portal.notices.models import Notice
from portal.outbox.models import OutboxRow
from tests.integration.portal.desks import filed, person


@transaction
def _notify(session, email, kind, **params):
    return service.notify(session, person(email).id, kind, None, **params).id


def _tell(app, count=1, email="agent@demo.example"):
    with app.app_context():
        return [_notify(email, "filing-received", number=f"T-{n}", title="SUN") for n in range(count)]


def test_a_notice_comes_with_its_mail_in_the_readers_language(app):
    with app.app_context():
        number = _notify("agent@demo.example", "filing-accepted", number="T-1", title="SUN")
        mail = db.session.scalars(select(OutboxRow)).one()
        assert (mail.kind, mail.key) == ("mail", f"notice-{number}")
        assert mail.payload == {
            "notice": number,
            "to": "agent@demo.example",
            "locale": "en",
            "notice_kind": "filing-accepted",
            "params": {"number": "T-1", "title": "SUN"},
        }


def test_a_kind_without_words_is_refused_before_anything_is_kept(app):
    with app.app_context():
        with pytest.raises(ValueError, match="surprise"):
            _notify("agent@demo.example", "surprise")
        assert db.session.scalars(select(Notice)).all() == []


def test_the_inbox_is_newest_first_and_pages(app, agent):
    _tell(app, 45)
    first, last = agent.get("/inbox").text, agent.get("/inbox?page=3").text
    numbers = re.findall(r"Filing T-(\d+) was received", first)
    assert [int(number) for number in dict.fromkeys(numbers)] == list(range(44, 24, -1))
    assert [int(n) for n in dict.fromkeys(re.findall(r"Filing T-(\d+) was received", last))] == [4, 3, 2, 1, 0]
    assert 'rel="next"' not in last
    assert "There are no older notices." in agent.get("/inbox?page=4").text


def test_unread_notices_are_counted_in_the_navigation_of_every_page(app, agent):
    _tell(app, 3)
    assert "Inbox (3)" in agent.get("/docket").text
    assert "Inbox (3)" in agent.get("/inbox").text
    filed(app, 1)
    assert "Inbox (3)" in agent.get("/docket").text


def test_a_notice_is_marked_as_read_alone_or_with_all(app, agent):
    ids = _tell(app, 3)
    agent.post("/inbox/read", data={"notice": ids[0]})
    assert "Inbox (2)" in agent.get("/inbox").text
    agent.post("/inbox/read")
    page = agent.get("/inbox").text
    assert "Inbox (" not in page
    assert "Mark as read" not in page


@pytest.mark.parametrize("notice", ["abc", "9" * 30, "-1"])
def test_a_notice_that_there_cannot_be_marks_nothing(app, agent, notice):
    """It was taken for none, and none means all."""
    _tell(app, 2)
    assert agent.post("/inbox/read", data={"notice": notice}).status_code == 400
    assert "Inbox (2)" in agent.get("/inbox").text


def test_nobody_reads_another_persons_notices(app, agent, rival):
    [number] = _tell(app)
    assert "T-0" not in rival.get("/inbox").text
    rival.post("/inbox/read", data={"notice": number})
    rival.post("/inbox/read")
    assert "Inbox (1)" in agent.get("/inbox").text


def test_an_empty_inbox_says_what_it_is_for(agent, client):
    assert "You have no notices." in agent.get("/inbox").text
    assert client.get("/inbox").status_code == 303


def test_a_title_cannot_put_markup_into_the_inbox(app, agent):
    with app.app_context():
        _notify("agent@demo.example", "filing-received", number="T-1", title="<script>alert(1)</script> 100%s")
    page = agent.get("/inbox").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 100%s" in page
