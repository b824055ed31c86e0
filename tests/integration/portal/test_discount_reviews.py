"""An officer looks at the proof of a reduction; what is refused is billed as a balance. On both databases."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import event, func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.docket import service as docket
from portal.filing.models import Filing
from portal.notices.models import Notice
from portal.notices.rules import wording
from portal.office import reviews
from portal.office.models import DiscountDecision, DiscountReview
from portal.office.rules import AlreadyDecided
from portal.outbox.models import OutboxRow
from portal.payments import rules
from portal.payments.models import Bill, Payment
from portal.payments.service import confirm_at_counter
from portal.profile.model import Basis
from tests.integration.portal.desks import filed, person
from tests.support.drafts import attach, complete_draft, file_draft, pdf_bytes

AGENT = "agent@demo.example"
REASON = "The certificate ended in 2024.\nSend a new one."


def claim(proof: bool = True, mark: str = "ZOË") -> str:
    """The number of a filing in two classes (165.00) that claims half for small entities, with or without the proof."""
    user = person(AGENT)
    draft = complete_draft(user, mark, fees={"discount": "small-entity"})
    if proof:
        attach(draft, user, "small-entity-proof", "enrolment.pdf", pdf_bytes(1, mark))
    return file_draft(draft, user).number


def officer() -> object:
    return person("officer@demo.example")


def the_review() -> DiscountReview:
    db.session.expire_all()
    return db.session.scalars(select(DiscountReview)).one()


def bills() -> list[Bill]:
    db.session.expire_all()
    return list(db.session.scalars(select(Bill).order_by(Bill.id)))


def count(model, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


@pytest.fixture
def review_id(app) -> int:
    """A reduction that waits."""
    with app.app_context():
        claim()
        return the_review().id


@pytest.mark.checklist("OPS-03")
def test_a_proved_claim_waits_for_an_officer(app):
    with app.app_context():
        number = claim()
        found = the_review()
        assert (found.state, found.code, found.proof) == ("waiting", "small-entity", "small-entity-proof")
        assert (found.amount, found.owed["total"]) == (Decimal("82.50"), "82.50")
        assert [row.number for row in reviews.queue()[0]] == [number]


def test_a_filing_that_claims_nothing_waits_for_nobody(app):
    with app.app_context():
        user = person(AGENT)
        file_draft(complete_draft(user), user)
        assert count(DiscountReview) == 0


@pytest.mark.checklist("OPS-03")
def test_refused_proof_makes_a_balance_bill_with_a_term(app):
    """The items are what the reduction took off. 30 days after 20 November is a Sunday: Monday, 21 December."""
    with app.app_context():
        with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False):
            number = claim()
            bill = reviews.refuse(the_review().id, REASON, officer())
        assert (bill.kind, bill.state, bill.total, bill.currency) == ("balance", "due", Decimal("82.50"), "USD")
        assert bill.due_on == date(2026, 12, 21)
        assert [(item.code, item.quantity, item.amount) for item in bill.items] == [
            ("small-entity", 1, Decimal("82.50"))
        ]
        assert bill.items[0].name == {
            "en": "Reduction refused: Small entity",
            "fr": "Réduction refusée\xa0: Petite entité",
        }
        assert rules.is_reference(bill.reference)
        assert the_review().state == "refused"
        notice = db.session.scalars(select(Notice).where(Notice.kind == "discount-refused")).one()
        assert (notice.user_id, notice.params["number"]) == (person(AGENT).id, number)
        assert count(OutboxRow, OutboxRow.kind == "mail", OutboxRow.key == f"notice-{notice.id}") == 1
        events = db.session.scalars(select(AuditEntry.event).where(AuditEntry.subject_id == number)).all()
        assert events.count("discount-refused") == 1
        assert events.count("bill-issued") == 2


def test_the_agent_reads_why_how_much_and_until_when(app):
    with app.app_context():
        with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False):
            claim()
            bill = reviews.refuse(the_review().id, REASON, officer())
        params = db.session.scalars(select(Notice.params).where(Notice.kind == "discount-refused")).one()
        with app.test_request_context():
            told = wording("discount-refused", params)
        for words in ("Small entity", "ZOË", "USD\xa082.50", "21 December 2026", REASON):
            assert words in told.text
        assert rules.printed_reference(bill.reference) in told.text


def test_a_refusal_needs_a_reason(app, review_id):
    with app.app_context():
        for text in ("", "  \r\n", "x" * 4001):
            with pytest.raises(ValueError, match=r"a text that says|more than 4000"):
                reviews.refuse(review_id, text, officer())
        assert the_review().state == "waiting"
        assert len(bills()) == 1


def test_an_unknown_reduction_is_refused(app):
    with app.app_context():
        for call in (
            lambda: reviews.accept(999, officer()),
            lambda: reviews.refuse(999, REASON, officer()),
            lambda: reviews.reopen(999, 0, officer()),
        ):
            with pytest.raises(LookupError):
                call()


def test_an_accepted_proof_is_final_for_the_second_officer(app, review_id):
    with app.app_context():
        reviews.accept(review_id, officer())
        for again in (reviews.accept, lambda one, who: reviews.refuse(one, REASON, who)):
            with pytest.raises(AlreadyDecided):
                again(review_id, officer())
        assert the_review().state == "accepted"
        assert len(bills()) == 1


def test_a_refusal_is_taken_back_while_its_balance_is_not_paid(app, review_id):
    with app.app_context():
        reviews.refuse(review_id, REASON, officer())
        reviews.reopen(review_id, reviews.review(review_id).seen, officer())
        first, balance = bills()
        assert (first.state, balance.state, the_review().state) == ("due", "cancelled", "waiting")
        assert count(Notice, Notice.kind == "discount-reopened") == 1
        with pytest.raises(rules.BillCancelled):
            confirm_at_counter(balance.reference, "C-1", balance.total, person("cashier@demo.example"))
        again = reviews.refuse(review_id, "Another reason.", officer())
        assert again.reference != balance.reference
        assert [bill.state for bill in bills()] == ["due", "cancelled", "due"]


def test_a_refusal_whose_balance_is_paid_stands(app, review_id):
    with app.app_context():
        bill = reviews.refuse(review_id, REASON, officer())
        confirm_at_counter(bill.reference, "C-1", bill.total, person("cashier@demo.example"))
        with pytest.raises(rules.AlreadyPaid):
            reviews.reopen(review_id, reviews.review(review_id).seen, officer())
        assert (the_review().state, bills()[1].state) == ("refused", "paid")


def test_an_acceptance_is_taken_back_without_a_word_to_the_agent(app, review_id):
    with app.app_context():
        reviews.accept(review_id, officer())
        before = count(Notice)
        reviews.reopen(review_id, reviews.review(review_id).seen, officer())
        assert the_review().state == "waiting"
        assert count(Notice) == before


def test_taking_back_is_of_the_decision_that_was_read(app, review_id):
    """A page that was left open: a colleague has taken the refusal back and accepted since; that must stand."""
    with app.app_context():
        reviews.refuse(review_id, REASON, officer())
        seen = reviews.review(review_id).seen
        reviews.reopen(review_id, seen, officer())
        with pytest.raises(AlreadyDecided):
            reviews.reopen(review_id, seen, officer())
        reviews.accept(review_id, officer())
        with pytest.raises(AlreadyDecided):
            reviews.reopen(review_id, seen, officer())
        assert the_review().state == "accepted"


def at_once(app, *calls):
    """Run calls on threads of their own, all started together; what each returned or raised."""
    barrier, ends = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        with app.app_context():
            who = officer()
            barrier.wait()
            try:
                ends[place] = call(who)
            except Exception as error:
                ends[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    return ends


def test_two_officers_at_once_make_one_decision(app, review_id):
    """One refuses, one accepts, one refuses: one decision, at most one balance; the others are told."""
    ends = at_once(
        app,
        lambda who: reviews.refuse(review_id, REASON, who),
        lambda who: reviews.accept(review_id, who),
        lambda who: reviews.refuse(review_id, "Another.", who),
    )
    assert sum(isinstance(end, AlreadyDecided) for end in ends) == 2
    with app.app_context():
        assert count(DiscountDecision) == 1
        assert len(bills()) == (2 if the_review().state == "refused" else 1)


def test_a_payment_and_a_taking_back_at_once_do_not_both_happen(app, review_id):
    """Money for a bill that is cancelled at the same moment would be owed back."""
    with app.app_context():
        bill = reviews.refuse(review_id, REASON, officer())
        reference, total, seen = bill.reference, bill.total, reviews.review(review_id).seen
        cashier = person("cashier@demo.example")
    ends = at_once(
        app,
        lambda who: reviews.reopen(review_id, seen, who),
        lambda _who: confirm_at_counter(reference, "C-1", total, cashier),
    )
    with app.app_context():
        state = bills()[1].state
        assert (state, count(Payment)) in (("paid", 1), ("cancelled", 0))
        assert the_review().state == ("refused" if state == "paid" else "waiting")
        assert sum(isinstance(end, Exception) for end in ends) == 1


def test_the_balance_is_what_was_worked_out_when_it_was_filed(app, review_id):
    """The office's fees change between the filing and the refusal: the balance is not of the new ones."""
    profile = app.config["PROFILE"]
    schedule = profile.fee_schedules[0]
    fees = [fee.model_copy(update={"amount": Decimal(1)}) for fee in schedule.fees if fee.amount is not None]
    changed = schedule.model_copy(update={"fees": fees, "discounts": []})
    app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": [changed]})
    with app.app_context():
        assert reviews.refuse(review_id, REASON, officer()).total == Decimal("82.50")


def test_another_reduction_takes_the_place_of_the_refused_one(app):
    """Only the best is granted: half of 165 rather than 10 for filing online. Refused, the 10 count: 72.50 are owed."""
    from portal.profile.fees import Combine, Discount

    profile = app.config["PROFILE"]
    schedule = profile.fee_schedules[0]
    online = Discount(
        code="online-marks", name={"en": "Online", "fr": "En ligne"}, amount=Decimal(10), applies_to=["tm-filing"],
        automatic=True,
    )  # fmt: skip
    best = schedule.model_copy(update={"combine": Combine.BEST, "discounts": [*schedule.discounts, online]})
    app.config["PROFILE"] = profile.model_copy(update={"fee_schedules": [best]})
    with app.app_context():
        claim()
        bill = reviews.refuse(the_review().id, REASON, officer())
        assert [(item.code, item.amount) for item in bill.items] == [
            ("small-entity", Decimal("82.50")),
            ("online-marks", Decimal("-10.00")),
        ]
        assert bill.total == Decimal("72.50")


def test_a_reduction_that_makes_it_free_is_settled_at_once_and_a_refusal_billed(app):
    """Nothing is to be paid: neither a bill of nothing nor a reception date may wait for a payment."""
    profile = app.config["PROFILE"]
    schedule = profile.fee_schedules[0]
    free = [schedule.discounts[0].model_copy(update={"percent": Decimal(100)})]
    app.config["PROFILE"] = profile.model_copy(
        update={
            "fee_schedules": [schedule.model_copy(update={"discounts": free})],
            "reception": replace_basis(profile),
        }
    )
    with app.app_context():
        number = claim()
        filing = db.session.scalars(select(Filing).where(Filing.number == number)).one()
        [bill] = bills()
        assert (bill.total, bill.state) == (Decimal(0), "paid")
        assert filing.reception_date is not None
        owed = reviews.refuse(the_review().id, REASON, officer())
        assert (owed.total, owed.state) == (Decimal("165.00"), "due")


def replace_basis(profile):
    return profile.reception.model_copy(update={"counts_from": Basis.PAYMENT})


def test_a_paid_balance_does_not_give_the_reception_date(app):
    """Where the office counts from the payment, it is that of the fees, not of a balance."""
    profile = app.config["PROFILE"]
    app.config["PROFILE"] = profile.model_copy(update={"reception": replace_basis(profile)})
    with app.app_context():
        number = claim()
        balance = reviews.refuse(the_review().id, REASON, officer())
        cashier = person("cashier@demo.example")
        confirm_at_counter(balance.reference, "C-1", balance.total, cashier)
        filing = lambda: db.session.scalars(select(Filing).where(Filing.number == number)).one()  # noqa: E731
        db.session.expire_all()
        assert filing().reception_date is None
        fees = bills()[0]
        confirm_at_counter(fees.reference, "C-2", fees.total, cashier)
        db.session.expire_all()
        assert filing().reception_date is not None


def test_a_filing_owes_until_its_last_bill_is_paid_and_is_listed_once(app, agent, officer):
    with app.app_context():
        number = claim()
        fees = bills()[0]
        confirm_at_counter(fees.reference, "C-1", fees.total, person("cashier@demo.example"))
        firm = person(AGENT).firm_id
    ask = lambda state: re.findall(  # noqa: E731
        r'<a class="govuk-link" href="/filings/([^"/]+)">', agent.get(f"/docket?bill={state}").text
    )
    assert (ask("paid"), ask("due"), ask("")) == ([number], [], [number])
    with app.app_context():
        balance = reviews.refuse(the_review().id, REASON, person("officer@demo.example"))
    assert (ask("paid"), ask("due"), ask("")) == ([], [number], [number])
    assert officer.get("/office/reception").text.count(f'href="/office/reception/{number}"') == 1
    with app.app_context():
        confirm_at_counter(balance.reference, "C-2", balance.total, person("cashier@demo.example"))
        assert [view.bill.kind for view in docket.filing(number, firm).bills] == ["fees", "balance"]
    assert (ask("paid"), ask("due")) == ([number], [])


def test_the_docket_shows_the_refusal_its_reason_and_both_bills(app, agent):
    with app.app_context():
        number = claim()
        reviews.refuse(the_review().id, REASON, person("officer@demo.example"))
        references = [bill.reference for bill in bills()]
    page = agent.get(f"/filings/{number}").text
    for words in ("The office refused the reduction “Small entity”", REASON, "Refused", "over the balance of"):
        assert words in page
    assert page.index("refused the reduction") < page.index("over the balance of")
    for reference in references:
        assert f'href="/bills/{reference}"' in page
    assert "Demonstration Officer" not in page


def test_the_cashier_takes_a_balance_as_any_other_bill(app, cashier, review_id):
    with app.app_context():
        bill = reviews.refuse(review_id, REASON, officer())
        reference = bill.reference
    listed = cashier.get("/office/cashier").text
    assert "Balance" in listed
    page = cashier.get(f"/office/cashier/{reference}").text
    for words in ("The balance: a reduction was refused", "The certificate ended in 2024.", "USD\xa082.50"):
        assert words in page
    answer = cashier.post(f"/office/cashier/{reference}", data={"receipt": "C-9", "amount": "82.50", "step": "record"})
    assert answer.status_code == 302
    with app.app_context():
        assert [bill.state for bill in bills()] == ["due", "paid"]


def test_the_officer_reads_the_proof_and_decides(app, officer, review_id):
    queue = officer.get("/office/discounts").text
    assert f'href="/office/discounts/{review_id}"' in queue
    page = officer.get(f"/office/discounts/{review_id}").text
    link = re.search(r'href="(/filings/[^"]+/documents/[0-9a-f]{128})">(?:<bdi>)?enrolment.pdf', page)
    proof = officer.get(link[1])
    assert proof.data == pdf_bytes(1, "ZOË")
    address = f"/office/discounts/{review_id}/refuse"
    assert officer.post(address, data={"reason": " ", "step": "send"}).status_code == 422
    asked = officer.post(address, data={"reason": REASON})
    assert "What the agent will read" in asked.text
    assert officer.post(address, data={"reason": REASON, "step": "change"}).status_code == 200
    with app.app_context():
        assert the_review().state == "waiting"
    done = officer.post(address, data={"reason": REASON, "step": "send"}, follow_redirects=True)
    assert "the balance billed" in done.text
    late = officer.post(address, data={"reason": "My own text.", "step": "send"})
    assert late.status_code == 409
    assert "A colleague decided on this reduction before" in late.text
    assert "My own text." in late.text
    seen = re.search(r'name="seen" value="(\d+)"', done.text)[1]
    back = officer.post(f"/office/discounts/{review_id}/reopen", data={"seen": seen}, follow_redirects=True)
    assert "the reduction waits again" in back.text
    assert officer.post(f"/office/discounts/{review_id}/reopen", data={"seen": "x"}).status_code == 409
    taken = officer.post(f"/office/discounts/{review_id}/accept", follow_redirects=True)
    assert "The proof is accepted" in taken.text
    assert officer.post(f"/office/discounts/{review_id}/accept").status_code == 409
    assert officer.get(address).status_code == 409


def test_who_takes_back_a_refusal_that_is_paid_is_told(app, officer, review_id):
    with app.app_context():
        bill = reviews.refuse(review_id, REASON, person("officer@demo.example"))
        seen = reviews.review(review_id).seen
        confirm_at_counter(bill.reference, "C-1", bill.total, person("cashier@demo.example"))
    assert "Take the decision back" not in officer.get(f"/office/discounts/{review_id}").text
    late = officer.post(f"/office/discounts/{review_id}/reopen", data={"seen": str(seen)})
    assert late.status_code == 409
    assert "can no longer be taken back" in late.text


def test_a_text_typed_when_the_session_ended_comes_back_after_sign_in(app, officer, demo, review_id):
    address = f"/office/discounts/{review_id}/refuse"
    officer.get(address)
    with officer.session_transaction(base_url="https://filing.test.ipo.example") as session:
        session.clear()
    lost = officer.post(address, data={"reason": REASON})
    assert lost.status_code == 401
    held = re.search(r'name="held"[^>]*value="([^"]+)"', lost.text)[1]
    back = officer.sign_in(demo.officer.email, demo.officer.password, held=held)
    token = re.search(r'name="held"[^>]*value="([^"]+)"', back.text)[1]
    form = officer.post(address, data={"held": token})
    assert "Send a new one." in form.text
    with app.app_context():
        assert the_review().state == "waiting"


def test_only_an_officer_decides(app, agent, cashier, client, review_id):
    for other, status in ((agent, 403), (cashier, 403), (client, 303)):
        assert other.get("/office/discounts").status_code == status
        assert other.get(f"/office/discounts/{review_id}").status_code == status
    for other in (agent, cashier):
        for way in ("accept", "refuse", "reopen"):
            answer = other.post(f"/office/discounts/{review_id}/{way}", data={"reason": "x", "step": "send"})
            assert answer.status_code == 403
    with app.app_context():
        assert the_review().state == "waiting"


def test_an_unknown_reduction_is_not_found(officer):
    for way in ("", "/refuse"):
        assert officer.get(f"/office/discounts/999{way}").status_code == 404
    for way in ("accept", "refuse", "reopen"):
        assert officer.post(f"/office/discounts/999/{way}", data={"reason": "x"}).status_code == 404


def test_the_queue_pages_through_every_reduction_once_in_one_query(app, officer):
    with app.app_context():
        made = [number for number, _ in filed(app, 110)]
        for number in made:
            filing = db.session.scalars(select(Filing).where(Filing.number == number)).one()
            db.session.add(
                DiscountReview(
                    filing_id=filing.id, code="small-entity", name={"en": "Small entity", "fr": "Petite entité"},
                    proof="small-entity-proof", amount=Decimal("82.50"), currency="USD", owed={},
                )
            )  # fmt: skip
        db.session.commit()
        statements = []
        count_them = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", count_them)
        reviews.queue()
        event.remove(db.engine, "before_cursor_execute", count_them)
        assert len([sql for sql in statements if sql.lstrip().upper().startswith("SELECT")]) == 1
    seen, address = [], "/office/discounts"
    while address:
        page = officer.get(address).text
        seen += re.findall(r'href="/office/discounts/(\d+)"', page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 110
    assert officer.get("/office/discounts", query_string={"q": made[3]}).text.count("/office/discounts/") == 1
    assert "No reduction fits" in officer.get("/office/discounts?q=zzz").text


def test_an_empty_queue_says_so(officer):
    assert "No reduction waits" in officer.get("/office/discounts").text
