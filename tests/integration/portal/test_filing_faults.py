"""What happens to a submission when something fails in the middle, or two happen at once."""

from __future__ import annotations

import errno
import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal.db import db
from portal.documents.store import LocalStore, NameTaken, StoreFull
from portal.documents.store import store as portal_store
from portal.drafting import service as drafting
from portal.drafting.models import Draft
from portal.filing import package, service
from portal.filing.models import Filing, NumberSeries
from portal.outbox.models import OutboxRow
from portal.payments.models import Bill
from tests.integration.portal.desks import person
from tests.integration.portal.drafts import declaration
from tests.support.drafts import complete_draft, file_draft, pdf_bytes

AGENT = "agent@demo.example"


class Struck(RuntimeError):
    """The process dies here."""


def strike(*_args: object, **_kwargs: object) -> None:
    raise Struck


def after(function: Callable[..., object]) -> Callable[..., None]:
    """The function, and then the blow."""

    def struck(*args: object, **kwargs: object) -> None:
        function(*args, **kwargs)
        raise Struck

    return struck


def counts() -> tuple[int, int, int]:
    """Filings, bills and outbox rows."""
    return tuple(db.session.scalar(select(func.count()).select_from(table)) for table in (Filing, Bill, OutboxRow))


STEPS = {
    "before the draft is locked": (drafting, "lock_for_filing", strike),
    "after the number is allotted": (package, "build", strike),
    "before the package is written": (package, "write", strike),
    "with half the package written": (LocalStore, "name", strike),
    "with the whole package written": (package, "write", after(package.write)),
    "before the bill": (service, "issue_bill", strike),
    "after the bill": (service, "issue_bill", after(service.issue_bill)),
    "before the draft is closed": (drafting, "mark_filed", strike),
    "before the audit entry": (service, "record", strike),
    "before the outbox": (service, "enqueue", strike),
    "before the notice": (service, "notify", strike),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_death_before_the_commit_acknowledges_nothing_and_loses_nothing(app, monkeypatch, step):
    """The draft is still there, and the next submission gets a number that was never given before."""
    place, name, blow = STEPS[step]
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        before = counts()
        with monkeypatch.context() as patch:
            patch.setattr(place, name, blow)
            with pytest.raises(Struck):
                file_draft(draft, user)
        assert counts() == before
        assert db.session.get(Draft, draft).state == "open"
        root = Path(app.config["PORTAL"].documents_path) / "filings"
        abandoned = {path.name for path in root.glob("*")} if root.exists() else set()
        filing = file_draft(draft, user)
        assert filing.number not in abandoned
        assert filing.receipt_sha512


def test_a_lost_answer_to_the_commit_is_answered_by_the_same_filing(app, monkeypatch):
    """The database committed, and the portal could not know: the repeat must not file twice."""
    with app.app_context():
        user = person(AGENT)
        draft = complete_draft(user)
        with monkeypatch.context() as patch:
            patch.setattr(service, "issue_receipt", strike)
            filing = file_draft(draft, user)  # whatever keeps the receipt back is no refusal
        assert filing.receipt_sha512 is None
        again = file_draft(draft, user)
        assert (again.id, bool(again.receipt_sha512)) == (filing.id, True)
        assert counts()[:2] == (1, 1)


def test_a_number_in_the_store_is_never_given_again(app):
    """A database restored from yesterday's backup knows nothing of today's filings; the store does."""
    with app.app_context():
        user = person(AGENT)
        first = file_draft(complete_draft(user), user)
        series = db.session.scalars(select(NumberSeries)).one()
        series.last_serial = 0
        db.session.commit()
        second = file_draft(complete_draft(user, "LUMO"), user)
        assert int(second.number[-9:]) == int(first.number[-9:]) + 1


def test_a_package_name_is_given_once(store):
    store.name("filings/T402026000000009", b"{}")
    with pytest.raises(NameTaken):
        store.name("filings/T402026000000009", b"{}")


def test_a_full_store_refuses_before_anything_is_acknowledged(app, agent, demo, monkeypatch):
    """A full document disk: a clear page, the draft intact, and everything works when there is room again."""
    with app.app_context():
        draft = complete_draft(person(AGENT))
    form = declaration(agent, draft, demo.agent.codes.next())
    real = LocalStore.put

    def full(self, data):
        if isinstance(data, bytes) and data.startswith(b"<?xml"):
            raise StoreFull("could not store a document: no space left") from OSError(errno.ENOSPC, "full")
        return real(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "put", full)
        answer = agent.post(f"/drafts/{draft}/submit", data=form)
    assert answer.status_code == 503
    assert "Your application was not filed" in answer.text
    with app.app_context():
        assert counts()[:2] == (0, 0)
        assert db.session.get(Draft, draft).state == "open"
        assert file_draft(draft, person(AGENT)).receipt_sha512


def test_a_database_that_dies_in_the_middle_shows_a_clear_page(app, agent, demo, monkeypatch):
    """Without a number there is no filing, the page says so, and a repeat files once."""
    with app.app_context():
        draft = complete_draft(person(AGENT))
    form = declaration(agent, draft, demo.agent.codes.next())

    def gone(*_args, **_kwargs):
        raise OperationalError("COMMIT", {}, Exception(2013, "Lost connection to server during query"))

    with monkeypatch.context() as patch:
        patch.setattr(service, "issue_bill", gone)
        answer = agent.post(f"/drafts/{draft}/submit", data=form)
    assert answer.status_code == 503
    assert "without a number there is no filing" in answer.text
    with app.app_context():
        file_draft(draft, person(AGENT))
        assert counts()[:2] == (1, 1)


def together(app, count: int, act: Callable[[int], object]) -> list[object]:
    """Run `act(0)` … `act(count - 1)` in threads that all start at the same moment."""
    gate = threading.Barrier(count)

    def one(index: int) -> object:
        with app.app_context():
            gate.wait()
            return act(index)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_threads_that_submit_one_draft_make_one_filing(app):
    with app.app_context():
        draft = complete_draft(person(AGENT))
    numbers = together(app, 2, lambda _index: file_draft(draft, person(AGENT)).number)
    assert len(set(numbers)) == 1
    with app.app_context():
        assert counts()[:2] == (1, 1)


def test_twenty_drafts_at_once_get_twenty_numbers(app):
    """A number given to two applicants would have to be taken from one of them."""
    with app.app_context():
        user = person(AGENT)
        drafts = [complete_draft(user, f"MARK {index}") for index in range(20)]
    numbers = together(app, 20, lambda index: file_draft(drafts[index], person(AGENT)).number)
    assert len(set(numbers)) == 20
    with app.app_context():
        for filing in db.session.scalars(select(Filing)):
            raw = portal_store().named(f"filings/{filing.number}")
            assert hashlib.sha512(raw).hexdigest() == filing.manifest_sha512
            assert json.loads(raw)["draft"] == filing.draft_id
            assert filing.receipt_sha512


def test_a_double_click_shows_the_same_filing_twice(app, agent, demo):
    """The second click carries a code that the first has spent."""
    with app.app_context():
        draft = complete_draft(person(AGENT))
    form = declaration(agent, draft, demo.agent.codes.next())
    first = agent.post(f"/drafts/{draft}/submit", data=form)
    second = agent.post(f"/drafts/{draft}/submit", data=form)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    with app.app_context():
        assert counts()[:2] == (1, 1)


def test_two_clicks_at_the_same_moment_show_the_same_filing(app, agent, demo):
    with app.app_context():
        draft = complete_draft(person(AGENT))
    form = {**declaration(agent, draft, demo.agent.codes.next()), "csrf_token": agent.csrf_token()}
    cookie = agent.get_cookie("__Host-session", domain="filing.test.ipo.example")

    def click(_index: int) -> tuple[int, str | None]:
        browser = app.test_client()
        browser.set_cookie("__Host-session", cookie.value, domain="filing.test.ipo.example", secure=True)
        answer = browser.post(f"/drafts/{draft}/submit", data=form)
        return answer.status_code, answer.location

    first, second = together(app, 2, click)
    assert first == second
    assert first[0] == 303
    assert first[1].endswith("/confirmation")
    with app.app_context():
        assert counts()[:2] == (1, 1)


def test_the_documents_of_a_filing_are_those_that_were_received(store):
    """A content key that is written twice stays one object, and an altered one is mended by the next write."""
    stored = store.put(pdf_bytes())
    path = store.root / "sha512" / stored.sha512[:2] / stored.sha512[2:4] / stored.sha512
    path.write_bytes(b"altered")
    assert store.put(pdf_bytes()) == stored
    assert store.get(stored.sha512) == pdf_bytes()
