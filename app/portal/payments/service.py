"""What happens to bills: issued with a filing, and settled at the counter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.calendar.rules import Act, period_end
from portal.calendar.service import office_days
from portal.db import new_key, transaction, utc_now
from portal.fees import record
from portal.fees.rules import Fees
from portal.filing.index import Filing
from portal.filing.reception import give_reception_date
from portal.notices import service as notices
from portal.payments import rules
from portal.payments.models import Bill, BillItem, Payment
from portal.profile.model import Profile

if TYPE_CHECKING:
    from portal.accounts.models import User


def issue_bill(
    session: Session, filing: Filing, fees: Fees, profile: Profile, on: date, kind: str = rules.FEES, note: str = ""
) -> Bill:
    """Bill the fees of a filing within the caller's transaction; `on` is the office's own date.

    A bill over nothing is settled as it is issued.
    """
    if not rules.adds_up((line.amount for line in fees.lines), fees.total):
        raise ValueError(f"the items of the bill for {filing.number} do not add up to {fees.total}")
    session.flush()
    now = utc_now()
    days = profile.payment.bill_due_days if kind == rules.FEES else profile.payment.balance_due_days
    bill = Bill(
        reference=new_key(),
        filing_id=filing.id,
        firm_id=filing.firm_id,
        kind=kind,
        state="due" if fees.total else "paid",
        total=fees.total,
        currency=fees.currency,
        issued_at=now,
        due_on=period_end(on, office_days(), count=days, act=Act.PAYMENT),
        paid_at=None if fees.total else now,
        note=note,
        basis=record.of_basis(fees.basis),
        items=[
            BillItem(
                position=position,
                code=line.code,
                name=dict(line.name),
                quantity=line.quantity,
                unit_amount=line.unit_amount,
                amount=line.amount,
                why=record.of_why(line.why),
            )
            for position, line in enumerate(fees.lines, start=1)
        ],
    )
    session.add(bill)
    session.flush()
    bill.reference = rules.make_reference(bill.id, on.year)
    session.flush()
    audit.record(
        session,
        "bill-issued",
        ("filing", filing.number),
        bill=bill.reference,
        kind=kind,
        total=str(bill.total),
        currency=bill.currency,
    )
    return bill


def cancel_bill(session: Session, bill_id: int, number: str) -> Bill:
    """Cancel a bill of filing `number` that is still due, within the caller's transaction; raises AlreadyPaid."""
    bill = session.get_one(Bill, bill_id, with_for_update=True)
    if bill.state == "paid":
        raise rules.AlreadyPaid(bill.reference)
    if bill.state == "due":
        bill.state, bill.cancelled_at = "cancelled", utc_now()
        audit.record(session, "bill-cancelled", ("filing", number), bill=bill.reference, total=str(bill.total))
    return bill


def confirm_at_counter(bill_reference: str, transaction: str, amount: Decimal, cashier: User) -> Payment:
    """Record money that a cashier took; the same (driver, transaction) again is acknowledged and changes nothing.

    `transaction` is the number on the counter's receipt. Raises a `rules.PaymentRefused` when the bill is unknown,
    settled or cancelled, the amount is not its total, or the receipt number belongs to another bill.
    """
    try:
        return _confirm(bill_reference, transaction, amount, cashier)
    except IntegrityError:
        # Someone committed the same receipt number in between: the second look finds and judges it.
        return _confirm(bill_reference, transaction, amount, cashier)


@transaction
def _confirm(session: Session, bill_reference: str, receipt: str, amount: Decimal, cashier: User) -> Payment:
    known = rules.compact_transaction(receipt)
    if not rules.TRANSACTION.fullmatch(known):
        raise ValueError("a counter receipt number has 1 to 99 letters, digits, spaces, or . / _ -")
    bill = session.scalar(
        select(Bill).where(Bill.reference == rules.compact_reference(bill_reference)).with_for_update()
    )
    if bill is None:
        raise rules.UnknownBill(bill_reference)
    earlier = session.scalar(select(Payment).where(Payment.driver == rules.COUNTER, Payment.transaction == known))
    if earlier is not None:
        if earlier.bill_id != bill.id or earlier.amount != amount:
            raise rules.TransactionUsed(known)
        return earlier
    if bill.state == "cancelled":
        raise rules.BillCancelled(bill.reference)
    if bill.state == "paid":
        raise rules.AlreadyPaid(bill.reference)
    if amount != bill.total:
        raise rules.AmountDiffers(str(bill.total))
    payment = Payment(
        bill_id=bill.id,
        driver=rules.COUNTER,
        transaction=known,
        amount=amount,
        currency=bill.currency,
        received_at=utc_now(),
        confirmed_by_id=cashier.id,
    )
    session.add(payment)
    bill.state, bill.paid_at = "paid", payment.received_at
    session.flush()
    _tell(session, bill, payment)
    return payment


def _tell(session: Session, bill: Bill, payment: Payment) -> None:
    """Leave the trace of a payment, and tell the agent who filed."""
    filing = session.get_one(Filing, bill.filing_id, with_for_update=True)
    if bill.kind == rules.FEES:
        give_reception_date(session, filing, payment.received_at)
    audit.record(
        session,
        "payment-confirmed",
        ("filing", filing.number),
        bill=bill.reference,
        driver=payment.driver,
        transaction=payment.transaction,
        amount=str(payment.amount),
        currency=payment.currency,
    )
    notices.notify(
        session,
        filing.filed_by_id,
        "payment-confirmed",
        filing.id,
        number=filing.number,
        title=filing.title,
        bill=bill.reference,
        amount=str(payment.amount),
        currency=payment.currency,
    )
