"""Pages of the reductions that filings claim: the queue, one with its proof, and the decision on it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.docket import service as docket
from portal.docket import words
from portal.office import reviews
from portal.office.blueprint import bp
from portal.office.forms import RefuseForm
from portal.office.rules import DEFECTS_LIMIT, WAITING, AlreadyDecided
from portal.payments.rules import AlreadyPaid, printed_reference
from portal.web import held
from portal.web.forms import Form
from portal.web.paging import asked_after
from portal.web.permissions import requires

STATES = ("waiting", "accepted", "refused", "")
ROUTE = "/office/discounts/<int:review_id>"
Answer = str | Response | tuple[str, int]


@bp.get("/office/discounts")
@requires(Permission.RECEIVE)
def discounts() -> Answer:
    """The reductions whose proof waits to be looked at, the one that was filed first on top."""
    text, state = request.args.get("q", "").strip()[:100], request.args.get("state", WAITING)
    after = asked_after()
    state = state if state in STATES else WAITING
    rows, more = reviews.queue(text, state, after)
    return render_template(
        "office/discounts.html",
        rows=rows,
        review_tags=words.review_tags(),
        short_day=words.short_day,
        number=words.number(),
        next_after=rows[-1].id if more else None,
        is_first=not after,
        text=text,
        state=state,
    )


@bp.get(ROUTE)
@requires(Permission.RECEIVE)
def discount(review_id: int) -> Answer:
    """One reduction: what it took off, its proof, and what can be decided."""
    return _page(review_id)


@bp.post(f"{ROUTE}/accept")
@requires(Permission.RECEIVE)
def accept_discount(review_id: int) -> Answer:
    """Accept the proof; the page offers to take it back."""
    try:
        reviews.accept(review_id, current_user)
    except AlreadyDecided:
        return _decided_before(review_id)
    except LookupError:
        abort(404)
    flash(_("The proof is accepted: the reduction stands."), "success")
    return redirect(url_for(".discount", review_id=review_id), 303)


@bp.get(f"{ROUTE}/refuse")
@requires(Permission.RECEIVE)
def ask_refuse(review_id: int) -> Answer:
    """Ask for the reason that the agent will read."""
    found = reviews.review(review_id) or abort(404)
    if found.state != WAITING:
        return _decided_before(review_id)
    return _refuse_page(found, RefuseForm(formdata=None))


@bp.post(f"{ROUTE}/refuse")
@requires(Permission.RECEIVE)
def refuse_discount(review_id: int) -> Answer:
    """Show the reason and the balance as the agent will read them, then refuse and bill."""
    found = reviews.review(review_id) or abort(404)
    typed = held.fields()
    form = RefuseForm(formdata=typed) if typed is not None else RefuseForm()
    is_typed = typed is None and form.validate_on_submit()
    step = request.form.get("step")
    if not is_typed or step == "change":
        page = _refuse_page(found, form)
        return page, 422 if form.errors else 200
    if found.state != WAITING:
        return _decided_before(review_id, form.reason.data)
    if step != "send":
        return render_template("office/discount_confirm.html", review=found, form=form, number=words.number())
    try:
        bill = reviews.refuse(review_id, form.reason.data, current_user)
    except AlreadyDecided:
        return _decided_before(review_id, form.reason.data)
    if bill:
        told = _("The reduction is refused and the balance billed. The agent was told.")
    else:
        told = _("The reduction is refused; nothing more is owed. The agent was told.")
    flash(told, "success")
    return redirect(url_for(".discount", review_id=review_id), 303)


@bp.post(f"{ROUTE}/reopen")
@requires(Permission.RECEIVE)
def reopen_discount(review_id: int) -> Answer:
    """Take the last decision back; a balance that was billed is cancelled with it, unless it is paid."""
    seen = request.form.get("seen", "")
    try:
        reviews.reopen(review_id, int(seen) if seen.isascii() and seen.isdigit() else 0, current_user)
    except AlreadyDecided:
        return _decided_before(review_id)
    except AlreadyPaid:
        return _page(review_id, is_paid=True), 409
    except LookupError:
        abort(404)
    flash(_("The decision is taken back: the reduction waits again."), "success")
    return redirect(url_for(".discount", review_id=review_id), 303)


def _decided_before(review_id: int, unsent: str = "") -> Answer:
    """Another officer was quicker: show what they decided, and that nothing was changed now."""
    return _page(review_id, is_late=True, unsent=unsent), 409


def _page(review_id: int, **more: Any) -> str:
    found = reviews.review(review_id) or abort(404)
    view = docket.filing(found.number) or abort(404)
    balance = next((one for one in view.balances if found.state == "refused" and one.bill.id == found.bill_id), None)
    return render_template(
        "office/discount.html",
        **words.of_filing(view) | {"number": words.number(), "printed": printed_reference},
        review=found,
        proofs=[document for document in view.documents if document.kind == found.proof],
        balance=balance,
        form=Form(formdata=None),
        **more,
    )


def _refuse_page(found: reviews.Review, form: RefuseForm) -> str:
    return render_template(
        "office/discount_refuse.html", review=found, form=form, number=words.number(), limit=DEFECTS_LIMIT
    )
