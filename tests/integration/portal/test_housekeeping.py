"""What is cleared away, when, and what never is."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from portal.drafting import documents
from portal.drafting import service as drafting
from portal.drafting.models import Draft, DraftDocument, DraftSection
from portal.filing import service as filing
from portal.outbox import housekeeping, worker
from tests.integration.portal.desks import person
from tests.support.drafts import attach, complete_draft, file_draft, pdf_bytes

AGENT = "agent@demo.example"
DAY = timedelta(days=1)


@pytest.fixture
def at(monkeypatch):
    """Let drafting's clock stand so long from now."""

    def stand(after: timedelta) -> None:
        now = utc_now() + after
        monkeypatch.setattr(drafting, "utc_now", lambda: now)

    return stand


def rows(table: type, draft_id: str) -> int:
    column = table.id if table is Draft else table.draft_id
    return db.session.scalar(select(func.count()).select_from(table).where(column == draft_id)) or 0


def counts(event: str) -> list[dict]:
    return [entry.data for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.event == event))]


def removed(draft_id: str, user: object) -> DraftDocument:
    found = drafting.owned(db.session, draft_id, user).documents[0]
    return documents.remove(draft_id, found.id, user)


def test_a_deleted_draft_can_be_brought_back_for_thirty_days(app, at):
    """From its deletion on, not from its last change."""
    with app.app_context():
        user = person(AGENT)
        draft, other = complete_draft(user), complete_draft(user, "OTHER")
        at(20 * DAY)
        drafting.delete(draft, user)
        at(49 * DAY)
        assert drafting.purge() == 0
        assert drafting.restore(draft, user).state == "open"
        drafting.delete(draft, user)
        at(80 * DAY)
        assert drafting.purge() == 1
        assert [rows(table, draft) for table in (Draft, DraftSection, DraftDocument)] == [0, 0, 0]
        assert rows(Draft, other) == rows(DraftDocument, other) == 1
        assert rows(DraftSection, other) >= 6
        assert counts("drafts-purged") == [{"drafts": 1, "removed_documents": 0}]
        assert drafting.purge() == 0
        assert len(counts("drafts-purged")) == 1
        with pytest.raises(drafting.NotFound):
            drafting.restore(draft, user)


def test_a_removed_document_goes_and_its_draft_stays(app, at, store):
    """Another draft has the same file: its content must be there when that one is filed."""
    with app.app_context():
        user = person(AGENT)
        draft, other = complete_draft(user), complete_draft(user, "OTHER")
        gone = removed(draft, user)
        at(29 * DAY)
        assert drafting.purge() == 0
        at(31 * DAY)
        assert drafting.purge() == 1
        assert counts("drafts-purged") == [{"drafts": 0, "removed_documents": 1}]
        assert [rows(table, draft) for table in (Draft, DraftDocument)] == [1, 0]
        assert store.get(gone.sha512) == pdf_bytes()
        assert file_draft(other, user).receipt_sha512


def test_a_filing_keeps_everything_that_was_filed(app, at, store):
    """Of a filed draft goes only what its agent had taken out before."""
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        removed(draft, user)
        attach(draft, user, "power-of-attorney", "new.pdf", pdf_bytes(mark="new"))
        filed = file_draft(draft, user)
        at(4000 * DAY)
        assert drafting.purge() == 1
        manifest, _raw = filing.manifest_of(filed)
        assert all(store.exists(file["sha512"]) for file in manifest["files"])
        application, _held = drafting.as_filed(db.session, draft, app.config["PROFILE"], "en")
        assert [one.file_name for one in application.documents] == ["new.pdf"]


def test_many_are_cleared_in_several_rounds(app, at, monkeypatch):
    """One transaction over ten thousand drafts would hold everybody up."""
    monkeypatch.setattr(drafting, "PURGED_AT_ONCE", 2)
    with app.app_context():
        user, profile = person(AGENT), app.config["PROFILE"]
        for _number in range(3):
            draft = drafting.create("trademark-national", "", user, profile)
            drafting.delete(draft.id, user)
        at(31 * DAY)
        assert [drafting.purge() for _round in range(3)] == [2, 1, 0]


def test_the_house_is_kept_although_one_of_its_keepers_fails(app, monkeypatch):
    """A store that is away must not stop the purge, nor the worker."""
    folder = Path(app.config["PORTAL"].documents_path) / "incoming"
    folder.mkdir(exist_ok=True)
    (folder / "old").write_bytes(b"half an upload")
    os.utime(folder / "old", (time.time() - 90_000,) * 2)
    (folder / "new").write_bytes(b"an upload under way")
    monkeypatch.setattr(housekeeping, "HOUSEKEEPERS", [f"{__name__}:fails", *housekeeping.HOUSEKEEPERS])
    with app.app_context():
        housekeeping.keep_house()
        assert [path.name for path in folder.iterdir()] == ["new"]
        assert counts("store-swept") == [{"uploads": 1}]


def fails() -> int:
    raise RuntimeError("away")


def test_the_worker_keeps_house_when_it_starts_and_at_most_hourly(app, monkeypatch):
    kept: list[float] = []
    clock = [100.0]
    looped = worker.Worker("one", idle=0)

    def turn() -> int:
        clock[0] += 600
        if clock[0] > 100 + 7 * 600:
            looped.stop()
        return 0

    monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    monkeypatch.setattr(worker.housekeeping, "keep_house", lambda _beat: kept.append(clock[0]))
    monkeypatch.setattr(looped, "_turn", turn)
    with app.app_context():
        looped.run()
    assert kept == [100.0, 100.0 + 7 * 600]
