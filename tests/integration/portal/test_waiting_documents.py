"""A virus scanner that is away delays a document: it is received, waits, and is accepted or refused when it is back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from portal.documents.store import LocalStore
from portal.drafting import documents
from portal.drafting import service as drafting
from portal.drafting.models import DraftDocument
from portal.filing import service as filing
from portal.notices.models import Notice
from portal.outbox import worker
from portal.outbox.models import OutboxRow
from tests.integration import services
from tests.integration.portal.desks import person
from tests.integration.portal.drafts import DraftPages
from tests.support import hostile
from tests.support.drafts import complete_draft
from tests.support.hostile_files import with_virus_in_stream

AGENT = "agent@demo.example"
KIND = "priority-document"


@pytest.fixture
def port() -> int:
    """Where the scanner listens when it runs."""
    return services.free_port()


@pytest.fixture
def settings(settings, port):
    return settings.model_copy(update={"scanner": f"tcp://127.0.0.1:{port}"})


@pytest.fixture
def draft(app, agent) -> DraftPages:
    """A draft that could be filed."""
    with app.app_context():
        draft_id = complete_draft(person(AGENT))
    return DraftPages(agent, f"/drafts/{draft_id}")


def rows(app) -> list[DraftDocument]:
    with app.app_context():
        query = select(DraftDocument).where(DraftDocument.kind == KIND).order_by(DraftDocument.id)
        return list(db.session.scalars(query))


def work(app) -> int:
    """What the worker does when the effect is due; how many were delivered."""
    with app.app_context():
        for row in db.session.scalars(select(OutboxRow).where(OutboxRow.delivered_at.is_(None))):
            row.due_at = utc_now() - timedelta(seconds=1)
        db.session.commit()
        return worker.run_once(limit=20)


def held(app) -> list[str]:
    shelf = LocalStore(app.config["PORTAL"].documents_path)
    return shelf.held_for(-60)


def events(app) -> list[str]:
    with app.app_context():
        query = select(AuditEntry.event).where(AuditEntry.event.like("document-%")).order_by(AuditEntry.id)
        return list(db.session.scalars(query))


def test_a_document_waits_while_the_scanner_is_away_and_is_accepted_when_it_is_back(app, draft, port):
    """On the last day of a term a scanner that is down must not turn an agent away, nor let a file pass unseen."""
    content, store = hostile.pdf(pages=3), LocalStore(app.config["PORTAL"].documents_path)
    before = utc_now()
    assert draft.upload(KIND, "priority.pdf", content).status_code == 303
    after = utc_now()
    (row,) = rows(app)
    assert row.state == "waiting"
    assert before < row.received_at < after
    page = draft.get("/documents")
    assert "Waits for the virus check" in page
    assert f'href="{draft.path}/documents/{row.id}"' not in page
    assert draft.client.get(f"{draft.path}/documents/{row.id}").status_code == 303
    assert len(held(app)) == 1
    assert not store.exists(row.sha512)
    assert work(app) == 0
    assert rows(app)[0].state == "waiting"
    with services.clamd(port):
        assert work(app) == 1
    (row,) = rows(app)
    assert (row.state, row.pages, row.media_type) == ("accepted", 3, "application/pdf")
    assert before < row.received_at < after
    assert store.get(row.sha512) == content
    assert held(app) == []
    assert events(app) == ["document-received", "document-accepted"]
    assert "Waits for the virus check" not in draft.get("/documents")


def test_nothing_is_filed_while_a_document_waits(app, draft, port):
    draft.upload(KIND, "priority.pdf", hostile.pdf())
    assert "waits for the virus check" in draft.get("")
    assert "waits for the virus check" in draft.get("/check")
    assert draft.client.get(f"{draft.path}/submit").status_code == 303
    with app.app_context():
        user = person(AGENT)
        with pytest.raises(drafting.Incomplete):
            filing.submit(draft.id, user, "en", "declared")
        assert filing.filing_of_draft(draft.id, user) is None
    with services.clamd(port):
        work(app)
    assert draft.client.get(f"{draft.path}/submit").status_code == 200


def test_a_virus_that_waited_is_refused_with_a_notice_and_nothing_of_it_is_kept(app, draft, port):
    """The agent has long closed the page: the inbox and a mail tell them."""
    assert draft.upload(KIND, "priority.pdf", with_virus_in_stream()).status_code == 303
    with services.clamd(port):
        work(app)
    (row,) = rows(app)
    assert row.state == "refused"
    assert held(app) == []
    page = draft.get("/documents")
    assert "<bdi>priority.pdf</bdi> was not accepted" in page
    assert "The virus scanner found" in page
    assert draft.client.get(f"{draft.path}/documents/{row.id}").status_code == 303
    with app.app_context():
        notice = db.session.scalars(select(Notice)).one()
        assert (notice.kind, notice.params["draft"]) == ("document-refused", draft.id)
        attached = drafting.documents_of(drafting.owned(db.session, draft.id, person(AGENT)))
        assert row.id not in [one.id for one in attached]
    inbox = draft.client.get("/inbox").text
    assert "The file priority.pdf was not accepted" in inbox
    assert "Test.Eicar" in inbox
    assert f"{draft.path}/documents" in inbox
    assert draft.client.post(f"{draft.path}/documents/{row.id}/remove").status_code == 303
    assert "<bdi>priority.pdf</bdi> was not accepted" not in draft.get("/documents")


def test_what_is_wrong_in_itself_is_refused_at_once_though_the_scanner_is_away(app, draft):
    """Nobody waits for hours to learn that a file is locked."""
    answer = draft.upload(KIND, "priority.pdf", hostile.encrypted())
    assert answer.status_code == 422
    assert "protected by a password" in answer.text
    assert held(app) == []


def test_what_was_removed_while_it_waited_is_examined_all_the_same(app, draft, port):
    """It can be brought back, and is then no way around the scanner."""
    draft.upload(KIND, "priority.pdf", with_virus_in_stream())
    (row,) = rows(app)
    draft.client.post(f"{draft.path}/documents/{row.id}/remove")
    with services.clamd(port):
        work(app)
    draft.client.post(f"{draft.path}/documents/{row.id}/restore")
    (row,) = rows(app)
    assert row.state == "refused"
    assert row.removed_at is not None
    with app.app_context():
        assert db.session.scalars(select(Notice)).all() == []


def test_the_same_document_twice_waits_once(app, draft, port):
    content = hostile.pdf()
    for _time in range(2):
        assert draft.upload(KIND, "priority.pdf", content).status_code == 303
    assert len(rows(app)) == len(held(app)) == 1
    with services.clamd(port):
        assert work(app) == 1
        assert work(app) == 0


def test_an_examination_that_two_do_at_once_settles_once(app, draft, port):
    """A worker whose lease ran out, and the one that took over."""
    draft.upload(KIND, "priority.pdf", hostile.pdf())
    (row,) = rows(app)
    with services.clamd(port), app.app_context():
        assert documents.examine_waiting(row.id).state == "accepted"
        assert documents.examine_waiting(row.id).state == "accepted"
        assert documents.examine_waiting(10**6) is None
    assert events(app) == ["document-received", "document-accepted"]


def test_a_scanner_that_hangs_up_in_the_middle_is_away(app, draft, port, tmp_path):
    """clamd closes the connection when a file is larger than its StreamMaxLength: that is no verdict."""
    import socket
    import threading

    with socket.create_server(("127.0.0.1", port)) as server:

        def close_at_once() -> None:
            connection, _address = server.accept()
            connection.recv(10)
            connection.close()

        thread = threading.Thread(target=close_at_once)
        thread.start()
        assert draft.upload(KIND, "priority.pdf", hostile.pdf()).status_code == 303
        thread.join(10)
    assert [row.state for row in rows(app)] == ["waiting"]


def test_what_is_held_for_no_document_is_forgotten_after_a_day(app, draft, tmp_path, monkeypatch):
    """A server that died between holding a file and writing its row."""
    draft.upload(KIND, "priority.pdf", hostile.pdf())
    left = tmp_path / "left"
    left.write_bytes(b"left")
    with app.app_context():
        shelf = LocalStore(app.config["PORTAL"].documents_path)
        shelf.hold("left-behind", left)
        assert documents.drop_forgotten() == 0
        monkeypatch.setattr(documents, "HELD_AT_LEAST", -60)
        assert documents.drop_forgotten() == 1
    (row,) = rows(app)
    assert held(app) == [row.held_key]
