"""The reception: the queue and the decisions, on both databases."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.filing.models import Filing
from portal.notices.models import Notice
from portal.office import service
from portal.office.models import ReceptionDecision
from portal.office.rules import AlreadyDecided
from portal.outbox.models import OutboxRow
from tests.integration.portal.desks import filed, person, printed

DEFECTS = "1. The power of attorney is not signed.\r\n2. Class 5 has no terms."


def _numbers(page):
    return re.findall(r'href="/office/reception/([^"/?]+)"', page)


def _count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def _state(app, number):
    with app.app_context():
        return db.session.scalar(select(Filing.state).where(Filing.number == number))


def test_the_queue_holds_what_waits_oldest_first(app, officer):
    made = [number for number, _ in filed(app, 3)]
    assert _numbers(officer.get("/office/reception").text) == made
    with app.app_context():
        service.accept(made[1], person("officer@demo.example"))
    assert _numbers(officer.get("/office/reception").text) == [made[0], made[2]]
    assert _numbers(officer.get("/office/reception?state=accepted").text) == [made[1]]
    assert _numbers(officer.get("/office/reception?state=").text) == made
    assert _numbers(officer.get("/office/reception", query_string={"q": made[2]}).text) == [made[2]]
    assert _numbers(officer.get("/office/reception?state=&q=baOBab").text) == made
    assert _numbers(officer.get("/office/reception", query_string={"q": printed(made[2])}).text) == [made[2]]


@pytest.mark.parametrize("after", ["9" * 30, "-5", "x"])
def test_a_place_that_there_cannot_be_is_the_beginning(app, officer, cashier, after):
    [(number, reference)] = filed(app)
    assert _numbers(officer.get(f"/office/reception?after={after}").text) == [number]
    assert reference in cashier.get(f"/office/cashier?after={after}").text


def test_the_queue_pages_through_every_filing_once(app, officer):
    made = [number for number, _ in filed(app, 110)]
    seen, address = [], "/office/reception"
    while address:
        page = officer.get(address).text
        seen += _numbers(page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found.group(1).replace("&amp;", "&") if found else None
    assert seen == made


def test_an_empty_queue_says_so(officer):
    assert "No filing waits" in officer.get("/office/reception").text


def test_the_officer_sees_all_that_was_filed(app, officer):
    [(number, bill)] = filed(app)
    page = officer.get(f"/office/reception/{number}").text
    for words in ("Baobab Foods Ltd", "12 Harbour Road", "Kenya", "BAOBAB", "dried fruit\nfruit juices", "OUR-17",
                  "power of attorney.pdf", "165.00", "Demonstration Agent"):  # fmt: skip
        assert words in page
    for link in (f"/filings/{number}/receipt.pdf", f"/bills/{bill}"):
        assert f'href="{link}"' in page


def test_an_accepted_filing_is_told_to_its_agent(app, officer):
    [(number, _)] = filed(app)
    asked = officer.get(f"/office/reception/{number}/accept").text
    assert "The fees are not paid yet" in asked
    assert _state(app, number) == "received"
    done = officer.post(f"/office/reception/{number}/accept", follow_redirects=True)
    assert f"Filing {printed(number)} is accepted" in done.text
    assert _state(app, number) == "accepted"
    with app.app_context():
        notice = db.session.scalars(select(Notice)).one()
        assert (notice.kind, notice.user_id) == ("filing-accepted", person("agent@demo.example").id)
        assert _count(OutboxRow, OutboxRow.kind == "mail") == 1
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "filing-accepted")).one()
        assert (entry.actor, entry.subject_id) == ("officer@demo.example", number)


def test_a_return_is_shown_before_it_is_sent(app, officer):
    [(number, _)] = filed(app)
    address = f"/office/reception/{number}/return"
    asked = officer.post(address, data={"defects": DEFECTS})
    assert "What the agent will read" in asked.text
    assert _state(app, number) == "received"
    changed = officer.post(address, data={"defects": DEFECTS, "step": "change"})
    assert "<textarea" in changed.text
    assert "Class 5 has no terms." in changed.text
    sent = officer.post(address, data={"defects": DEFECTS, "step": "send"}, follow_redirects=True)
    assert f"Filing {printed(number)} is returned" in sent.text
    with app.app_context():
        decision = db.session.scalars(select(ReceptionDecision)).one()
        assert decision.defects == DEFECTS.replace("\r\n", "\n")
        assert db.session.scalars(select(Notice.kind)).all() == ["filing-returned"]
        mail = db.session.scalars(select(OutboxRow)).one()
        assert mail.payload["params"]["defects"] == decision.defects


def test_a_return_without_a_text_or_with_too_long_a_one_is_refused(app, officer):
    [(number, _)] = filed(app)
    address = f"/office/reception/{number}/return"
    for text, complaint in (("  \r\n ", "Say what the agent must mend."), ("x" * 4001, "Shorten the text to 4000")):
        answer = officer.post(address, data={"defects": text, "step": "send"})
        assert answer.status_code == 422
        assert complaint in answer.text
    assert _state(app, number) == "received"


def test_the_second_officer_sees_what_the_first_did(app, officer):
    """Two officers have the page open: the later one must not undo or repeat a decision, nor lose a text."""
    [(number, _)] = filed(app)
    officer.get(f"/office/reception/{number}/return")
    with app.app_context():
        service.accept(number, person("officer@demo.example"))
    late = officer.post(f"/office/reception/{number}/return", data={"defects": DEFECTS, "step": "send"})
    assert late.status_code == 409
    assert "decided before" in late.text
    assert "The office accepted the filing" in late.text
    assert "Class 5 has no terms." in late.text
    assert officer.post(f"/office/reception/{number}/accept").status_code == 409
    assert officer.get(f"/office/reception/{number}/accept").status_code == 409
    with app.app_context():
        assert _count(ReceptionDecision) == 1
        assert _count(Notice) == 1


def test_two_officers_at_once_make_one_decision(app):
    [(number, _)] = filed(app)
    barrier, ends = threading.Barrier(3), []

    def decide(call):
        with app.app_context():
            officer = person("officer@demo.example")
            barrier.wait()
            try:
                ends.append(call(officer))
            except AlreadyDecided as error:
                ends.append(error)

    calls = [
        lambda who: service.accept(number, who),
        lambda who: service.return_for_defects(number, DEFECTS, who),
        lambda who: service.accept(number, who),
    ]
    threads = [threading.Thread(target=decide, args=(call,)) for call in calls]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert sum(end is None for end in ends) == 1
    assert sum(isinstance(end, AlreadyDecided) for end in ends) == 2
    with app.app_context():
        assert (_count(ReceptionDecision), _count(Notice)) == (1, 1)


def test_a_text_typed_when_the_session_ended_comes_back_after_sign_in(app, officer, demo):
    """An officer who wrote for an hour must not write again."""
    [(number, _)] = filed(app)
    address = f"/office/reception/{number}/return"
    officer.get(address)
    with officer.session_transaction(base_url="https://filing.test.ipo.example") as session:
        session.clear()
    lost = officer.post(address, data={"defects": DEFECTS})
    assert lost.status_code == 401
    held = re.search(r'name="held"[^>]*value="([^"]+)"', lost.text).group(1)
    back = officer.sign_in(demo.officer.email, demo.officer.password, held=held)
    token = re.search(r'name="held"[^>]*value="([^"]+)"', back.text).group(1)
    form = officer.post(address, data={"held": token})
    assert form.status_code == 200
    assert "Class 5 has no terms." in form.text
    assert _state(app, number) == "received"


def test_only_an_officer_decides(app, agent, cashier):
    [(number, _)] = filed(app)
    for other in (agent, cashier):
        assert other.get("/office/reception").status_code == 403
        assert other.post(f"/office/reception/{number}/accept").status_code == 403
        answer = other.post(f"/office/reception/{number}/return", data={"defects": "x", "step": "send"})
        assert answer.status_code == 403
    assert _state(app, number) == "received"


def test_an_unknown_number_is_not_found(officer):
    for way in ("", "/accept", "/return"):
        assert officer.get(f"/office/reception/T402026999999999{way}").status_code == 404
    assert officer.post("/office/reception/T402026999999999/accept").status_code == 404


def test_signing_in_never_carries_out_a_decision(app, officer):
    """Another site sends "accept" for an officer: the page after sign-in must not accept."""
    [(number, _)] = filed(app)
    officer.delete_cookie("__Host-session", domain="filing.test.ipo.example")
    answer = officer.post(f"/office/reception/{number}/accept", data={"step": "send"})
    assert answer.status_code == 401
    assert 'name="held"' not in answer.text
