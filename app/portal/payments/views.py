"""Pages of bills: the printable bill, and the cashier's desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission, is_granted
from portal.context import profile
from portal.docket.words import number as number_writer
from portal.payments import queries, rules, service
from portal.payments.forms import CounterForm
from portal.payments.words import bill_tags
from portal.web.formats import decimals_of
from portal.web.paging import asked_after
from portal.web.permissions import requires

bp = Blueprint("payments", __name__, template_folder="templates")

STATES = ("due", "paid", "")
Answer = str | Response | tuple[str, int]


@bp.get("/bills/<reference>")
@requires(Permission.SIGNED_IN)
def bill(reference: str) -> Answer:
    """The bill, to read and to print: for the firm that owes it, and for the office's staff."""
    roles = current_user.role_names()
    is_staff = is_granted(Permission.TAKE_PAYMENT, roles) or is_granted(Permission.RECEIVE, roles)
    if not is_staff and current_user.firm_id is None:
        abort(404)
    view = queries.bill(reference, None if is_staff else current_user.firm_id) or abort(404)
    return render_template(
        "payments/bill.html",
        view=view,
        bill_tags=bill_tags(),
        number=number_writer(),
        instructions=profile().payment.instructions,
        printed=rules.printed_reference(view.bill.reference),
        is_cashier=is_granted(Permission.TAKE_PAYMENT, roles),
        is_officer=is_granted(Permission.RECEIVE, roles),
    )


@bp.get("/office/cashier")
@requires(Permission.TAKE_PAYMENT)
def cashier() -> Answer:
    """Bills to find and to settle; a whole reference leads straight to its bill."""
    text, state = request.args.get("q", "").strip()[:100], request.args.get("state", "due")
    if rules.is_reference(text) and queries.bill(text):
        return redirect(url_for(".counter", reference=rules.compact_reference(text)))
    after = asked_after()
    rows, more = queries.search(text, state if state in STATES else "due", after)
    return render_template(
        "payments/cashier.html",
        rows=rows,
        bill_tags=bill_tags(),
        number=number_writer(),
        next_after=rows[-1].id if more else None,
        is_first=not after,
        text=text,
        state=state,
        mistyped=_looks_mistyped(text),
        printed=rules.printed_reference,
    )


def _looks_mistyped(text: str) -> bool:
    compact = rules.compact_reference(text)
    return compact.startswith("RF") and compact[2:].isdigit() and len(compact) >= 12 and not rules.is_reference(compact)


@bp.get("/office/cashier/<reference>")
@requires(Permission.TAKE_PAYMENT)
def counter(reference: str) -> Answer:
    """One bill at the counter: what is owed, and the form that confirms the payment."""
    view = queries.bill(reference) or abort(404)
    return _counter_page(view, _form(view, formdata=None))


@bp.post("/office/cashier/<reference>")
@requires(Permission.TAKE_PAYMENT)
def confirm(reference: str) -> Answer:
    """Ask once more what will be recorded, then record it."""
    view = queries.bill(reference) or abort(404)
    form = _form(view)
    step = request.form.get("step")
    if not form.validate_on_submit():
        return _counter_page(view, form, 422)
    if step == "change":
        return _counter_page(view, form)
    if step != "record":
        return render_template(
            "payments/confirm.html",
            number=number_writer(),
            view=view,
            form=form,
            printed=rules.printed_reference(view.bill.reference),
        )
    try:
        service.confirm_at_counter(reference, form.receipt.data, view.bill.total, current_user)
    except rules.PaymentRefused as refusal:
        form.form_errors.append(_refusal(refusal))
        return _counter_page(queries.bill(reference) or abort(404), form, 409)
    flash(_("The payment is recorded. The agent was told."), "success")
    return redirect(url_for(".counter", reference=reference))


def _form(view: queries.BillView, **more: Any) -> CounterForm:
    """The form for a bill, whose amount is read with the decimals of its currency."""
    return CounterForm(view.bill.total, decimals_of(view.bill.currency), **more)


def _counter_page(view: queries.BillView, form: CounterForm, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "payments/counter.html",
        view=view,
        form=form,
        bill_tags=bill_tags(),
        number=number_writer(),
        printed=rules.printed_reference(view.bill.reference),
    )
    return page, status


def _refusal(refusal: rules.PaymentRefused) -> str:
    """What happened and what to do next, for the cashier."""
    match refusal:
        case rules.TransactionUsed():
            words = _(
                "This receipt number is recorded already, with another bill or amount. Nothing was changed: "
                "check the number on the counter’s receipt."
            )
        case rules.AlreadyPaid():
            words = _("This bill was paid before. Nothing was changed: do not take the money a second time.")
        case rules.BillCancelled():
            words = _("This bill is cancelled and no longer owed. Nothing was changed.")
        case rules.AmountDiffers():
            words = _("The amount is not the total of the bill. A bill is paid whole.")
        case rules.PaymentRefused():
            words = _("There is no such bill. Nothing was changed.")
    return str(words)
