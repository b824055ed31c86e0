"""Bills and the cashier's desk, on both databases."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.filing.models import Filing
from portal.notices.models import Notice
from portal.outbox.models import OutboxRow
from portal.payments import rules, service
from portal.payments.models import Bill, Payment
from tests.integration.portal.desks import filed, person, printed

TOTAL = Decimal("165.00")


def _confirm(reference, receipt="C-1001", amount=TOTAL):
    return service.confirm_at_counter(reference, receipt, amount, person("cashier@demo.example"))


def _count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_a_bill_has_a_reference_whose_check_digits_hold_and_items_that_add_up(app):
    """A bill whose items differ from its total cannot be explained at the counter."""
    [(number, reference)] = filed(app)
    with app.app_context():
        bill = db.session.scalars(select(Bill).where(Bill.reference == reference)).one()
        assert rules.is_reference(reference)
        assert [(item.position, item.amount) for item in bill.items] == [(1, Decimal("120.00")), (2, Decimal("45.00"))]
        assert sum(item.amount for item in bill.items) == bill.total == TOTAL
        assert bill.due_on.isoformat() == "2026-12-04"
        assert bill.state == "due"
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "bill-issued")).one()
        assert entry.subject_id == number


def test_a_last_day_to_pay_on_which_the_counter_is_closed_rolls_to_the_next_open_one(app):
    """Saturday 21 November and 14 days is a Saturday: Monday 7 December is the first day on which one can pay."""
    filed(app, billed_on=date(2026, 11, 21))
    with app.app_context():
        assert db.session.scalars(select(Bill.due_on)).one() == date(2026, 12, 7)


def test_items_that_do_not_add_up_are_refused_before_anything_is_billed(app):
    from dataclasses import replace

    from portal.db import transaction
    from tests.support.filings import FEES

    [(number, _)] = filed(app)

    @transaction
    def bill_again(session):
        filing = session.scalars(select(Filing).where(Filing.number == number)).one()
        wrong = replace(FEES, total=Decimal("165.01"))
        service.issue_bill(session, filing, wrong, app.config["PROFILE"], filing.reception_date)

    with app.app_context():
        with pytest.raises(ValueError, match="add up"):
            bill_again()
        assert _count(Bill) == 1


def test_a_payment_settles_its_bill_and_the_agent_is_told(app):
    [(number, reference)] = filed(app)
    with app.app_context():
        payment = _confirm(f" {rules.printed_reference(reference).lower()} ", " c-1001 ")
        assert (payment.driver, payment.transaction, payment.amount) == ("counter", "C-1001", TOTAL)
        assert db.session.scalars(select(Bill.state)).one() == "paid"
        notice = db.session.scalars(select(Notice)).one()
        assert (notice.user_id, notice.kind) == (person("agent@demo.example").id, "payment-confirmed")
        mail = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).one()
        assert mail.payload["to"] == "agent@demo.example"
        assert mail.payload["params"]["number"] == number
        assert _count(AuditEntry, AuditEntry.event == "payment-confirmed", AuditEntry.subject_id == number) == 1


def test_a_repeat_is_acknowledged_again_and_changes_nothing(app):
    """A cashier presses twice, or a connection breaks before the answer: one payment, one mail."""
    [(_, reference)] = filed(app)
    with app.app_context():
        first = _confirm(reference)
        again = _confirm(reference, "c-1001")
        assert again.id == first.id
        assert again.received_at == first.received_at
        assert (_count(Payment), _count(Notice), _count(OutboxRow)) == (1, 1, 1)
        assert _count(AuditEntry, AuditEntry.event == "payment-confirmed") == 1


def test_a_receipt_number_of_another_bill_is_refused(app):
    (_, one), (_, other) = filed(app, 2)
    with app.app_context():
        _confirm(one)
        with pytest.raises(rules.TransactionUsed):
            _confirm(other)
        assert db.session.scalars(select(Bill.state).order_by(Bill.id)).all() == ["paid", "due"]
        assert _count(Payment) == 1


def test_a_repeat_with_another_amount_is_refused(app):
    [(_, reference)] = filed(app)
    with app.app_context():
        _confirm(reference)
        with pytest.raises(rules.TransactionUsed):
            _confirm(reference, amount=Decimal("1.00"))


@pytest.mark.parametrize("amount", ["164.99", "165.01", "0", "-165.00"])
def test_an_amount_that_is_not_the_total_is_refused(app, amount):
    [(_, reference)] = filed(app)
    with app.app_context():
        with pytest.raises(rules.AmountDiffers):
            _confirm(reference, amount=Decimal(amount))
        assert _count(Payment) == 0


def test_a_paid_bill_is_not_paid_again(app):
    [(_, reference)] = filed(app)
    with app.app_context():
        _confirm(reference)
        with pytest.raises(rules.AlreadyPaid):
            _confirm(reference, "C-1002")
        assert _count(Payment) == 1


def test_an_unknown_bill_is_refused(app):
    with app.app_context(), pytest.raises(rules.UnknownBill):
        _confirm("RF18539007547034")


def _at_once(app, calls):
    """Run calls on threads of their own, all started together; returns what each returned or raised."""
    barrier, ends = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        with app.app_context():
            barrier.wait()
            try:
                ends[place] = call()
            except Exception as error:
                ends[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    return ends


def test_two_cashiers_at_once_record_one_payment(app):
    """Two counters, one bill: the second is told that it is paid, and gives the money back."""
    [(_, reference)] = filed(app)
    ends = _at_once(app, [lambda n=n: _confirm(reference, f"C-{n}") for n in range(4)])
    assert sum(isinstance(end, Payment) for end in ends) == 1
    assert sum(isinstance(end, rules.AlreadyPaid) for end in ends) == 3
    with app.app_context():
        assert (_count(Payment), _count(Notice), _count(OutboxRow)) == (1, 1, 1)


def test_the_same_receipt_number_on_two_bills_at_once_settles_one(app, monkeypatch):
    """Row locks of two bills do not meet: the payment's own key must decide, and the later cashier be told why.

    Both stop when they have found the number unused. SQLite lets only one come so far: there the wait just ends.
    """
    (_, one), (_, other) = filed(app, 2)
    both, now = threading.Barrier(2), service.utc_now

    def together():
        with suppress(threading.BrokenBarrierError):
            both.wait(2)
        return now()

    monkeypatch.setattr(service, "utc_now", together)
    ends = _at_once(app, [lambda: _confirm(one), lambda: _confirm(other)])
    assert sum(isinstance(end, Payment) for end in ends) == 1
    assert sum(isinstance(end, rules.TransactionUsed) for end in ends) == 1
    with app.app_context():
        assert _count(Payment) == 1


def test_the_same_confirmation_sent_twice_at_once_is_one_payment(app):
    [(_, reference)] = filed(app)
    ends = _at_once(app, [lambda: _confirm(reference), lambda: _confirm(reference)])
    assert [type(end) for end in ends] == [Payment, Payment]
    with app.app_context():
        assert (_count(Payment), _count(Notice)) == (1, 1)


def test_the_cashier_asks_once_more_then_records(app, cashier):
    [(number, reference)] = filed(app)
    address = f"/office/cashier/{reference}"
    typed = {"receipt": "c-77", "amount": "165,00"}
    asked = cashier.post(address, data=typed)
    assert asked.status_code == 200
    assert "C-77" in asked.text
    assert printed(number) in asked.text
    with app.app_context():
        assert _count(Payment) == 0
    done = cashier.post(address, data=typed | {"step": "record"}, follow_redirects=True)
    assert done.status_code == 200
    assert "C-77" in done.text
    with app.app_context():
        assert db.session.scalars(select(Payment.transaction)).all() == ["C-77"]


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"receipt": "", "amount": "165"}, "Enter the number of the counter receipt."),
        ({"receipt": "x" * 100, "amount": "165"}, "at most 99"),
        ({"receipt": "<1>", "amount": "165"}, "Use letters"),
        ({"receipt": "1", "amount": ""}, "Enter the amount that you took."),
        ({"receipt": "1", "amount": "abc"}, "Enter the amount in figures"),
        ({"receipt": "1", "amount": "164.99"}, "The amount is not the total"),
    ],
)
def test_the_cashiers_mistakes_are_named_and_record_nothing(app, cashier, typed, complaint):
    [(_, reference)] = filed(app)
    answer = cashier.post(f"/office/cashier/{reference}", data=typed | {"step": "record"})
    assert answer.status_code == 422
    assert complaint in answer.text
    with app.app_context():
        assert _count(Payment) == 0


def test_a_paid_bill_asks_no_cashier_for_its_payment(app, cashier):
    [(_, reference)] = filed(app)
    assert "Take the payment" in cashier.get(f"/bills/{reference}").text
    with app.app_context():
        _confirm(reference)
    page = cashier.get(f"/bills/{reference}").text
    assert "Take the payment" not in page
    assert 'href="/office/cashier"' in page


def test_a_refusal_says_that_nothing_was_changed(app, cashier):
    (_, one), (_, other) = filed(app, 2)
    with app.app_context():
        _confirm(one)
    typed = {"receipt": "C-1001", "amount": "165", "step": "record"}
    answer = cashier.post(f"/office/cashier/{other}", data=typed)
    assert answer.status_code == 409
    assert "recorded already" in answer.text
    late = cashier.post(f"/office/cashier/{one}", data=typed | {"receipt": "C-2"})
    assert late.status_code == 409
    assert "paid before" in late.text


def test_the_cashier_finds_bills_by_reference_number_and_applicant(app, cashier):
    filed(app, 2, applicant="Zoë & Filles 100%")
    [(number, reference)] = filed(app, first=3)
    straight = cashier.get("/office/cashier", query_string={"q": rules.printed_reference(reference).lower()})
    assert straight.status_code == 302
    assert straight.location.endswith(f"/office/cashier/{reference}")
    by_number = cashier.get("/office/cashier", query_string={"q": number}).text
    assert by_number.count("/office/cashier/RF") == 1
    as_printed = cashier.get("/office/cashier", query_string={"q": printed(number)}).text
    assert as_printed.count("/office/cashier/RF") == 1
    by_name = cashier.get("/office/cashier", query_string={"q": "fILLES 100%"}).text
    assert by_name.count("/office/cashier/RF") == 2
    assert "No bill fits" in cashier.get("/office/cashier", query_string={"q": "100_"}).text
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert "mistyped" in cashier.get("/office/cashier", query_string={"q": wrong}).text


def test_the_list_of_bills_pages_through_every_bill_once(app, cashier):
    made = [reference for _, reference in filed(app, 120)]
    seen, address = [], "/office/cashier"
    while address:
        page = cashier.get(address).text
        found = [part.split('"')[0] for part in page.split('href="/office/cashier/')[1:]]
        assert len(found) <= 50
        seen += found
        following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in page else None
        address = following.replace("&amp;", "&") if following else None
    assert seen == made


def test_a_bill_is_for_its_own_firm_and_the_offices_staff(app, agent, rival, cashier, officer, client):
    [(_, reference)] = filed(app)
    address = f"/bills/{reference}"
    assert "165.00" in agent.get(address).text
    assert rival.get(address).status_code == 404
    assert [staff.get(address).status_code for staff in (cashier, officer)] == [200, 200]
    assert client.get(address).status_code == 303


def test_only_a_cashier_takes_money(app, agent, officer):
    [(_, reference)] = filed(app)
    for person_ in (agent, officer):
        assert person_.get("/office/cashier").status_code == 403
        answer = person_.post(f"/office/cashier/{reference}", data={"receipt": "1", "amount": "165", "step": "record"})
        assert answer.status_code == 403
    with app.app_context():
        assert _count(Payment) == 0
