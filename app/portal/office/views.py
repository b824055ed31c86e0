"""Pages of the reception: the queue, a filing, and the decision on it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.docket import service as docket
from portal.docket import words
from portal.office import discount_pages, service
from portal.office.blueprint import bp
from portal.office.forms import ReturnForm
from portal.office.rules import DEFECTS_LIMIT, AlreadyDecided
from portal.payments.words import bill_tags
from portal.web import held
from portal.web.bidi import isolated
from portal.web.forms import Form
from portal.web.paging import asked_after
from portal.web.permissions import requires

__all__ = ["bp", "discount_pages"]

STATES = ("received", "accepted", "returned", "")
Answer = str | Response | tuple[str, int]


@bp.get("/office/reception")
@requires(Permission.RECEIVE)
def reception() -> Answer:
    """The filings that wait for a decision, the one that came first on top."""
    text, state = request.args.get("q", "").strip()[:100], request.args.get("state", "received")
    after = asked_after()
    state = state if state in STATES else "received"
    rows, more = service.queue(text, state, after)
    return render_template(
        "office/reception.html",
        rows=rows,
        filing_tags=words.filing_tags(),
        short_day=words.short_day,
        number=words.number(),
        bill_tags=bill_tags(),
        next_after=rows[-1].id if more else None,
        is_first=not after,
        text=text,
        state=state,
    )


@bp.get("/office/reception/<number>")
@requires(Permission.RECEIVE)
def filing(number: str) -> Answer:
    """All that was filed, whether it is paid, and what can be decided."""
    view = docket.filing(number) or abort(404)
    return _filing_page(view)


@bp.get("/office/reception/<number>/accept")
@requires(Permission.RECEIVE)
def ask_accept(number: str) -> Answer:
    """Ask once more before a filing is accepted."""
    view = docket.filing(number) or abort(404)
    if view.filing.state != "received":
        return _decided_before(number)
    return render_template("office/accept.html", number=words.number(), view=view, form=Form())


@bp.post("/office/reception/<number>/accept")
@requires(Permission.RECEIVE)
def accept(number: str) -> Answer:
    """Accept a filing."""
    try:
        service.accept(number, current_user)
    except AlreadyDecided:
        return _decided_before(number)
    except LookupError:
        abort(404)
    flash(_("Filing %(number)s is accepted. The agent was told.", number=isolated(words.number()(number))), "success")
    return redirect(url_for(".reception"))


@bp.get("/office/reception/<number>/return")
@requires(Permission.RECEIVE)
def ask_return(number: str) -> Answer:
    """Ask what the agent must mend."""
    view = docket.filing(number) or abort(404)
    if view.filing.state != "received":
        return _decided_before(number)
    return render_template(
        "office/return.html", number=words.number(), view=view, form=ReturnForm(formdata=None), limit=DEFECTS_LIMIT
    )


@bp.post("/office/reception/<number>/return")
@requires(Permission.RECEIVE)
def return_for_defects(number: str) -> Answer:
    """Show the text as the agent will read it, then return the filing with it."""
    view = docket.filing(number) or abort(404)
    typed = held.fields()
    form = ReturnForm(formdata=typed) if typed is not None else ReturnForm()
    is_typed = typed is None and form.validate_on_submit()
    step = request.form.get("step")
    if not is_typed or step == "change":
        page = render_template("office/return.html", number=words.number(), view=view, form=form, limit=DEFECTS_LIMIT)
        return page, 422 if form.errors else 200
    if view.filing.state != "received":
        return _decided_before(number, form.defects.data)
    if step != "send":
        return render_template("office/return_confirm.html", number=words.number(), view=view, form=form)
    try:
        service.return_for_defects(number, form.defects.data, current_user)
    except AlreadyDecided:
        return _decided_before(number, form.defects.data)
    flash(
        _("Filing %(number)s is returned. The agent was told what to mend.", number=isolated(words.number()(number))),
        "success",
    )
    return redirect(url_for(".reception"))


def _decided_before(number: str, unsent: str = "") -> Answer:
    """Another officer was quicker: show what they decided, and that nothing was changed now."""
    view = docket.filing(number) or abort(404)
    return _filing_page(view, is_late=True, unsent=unsent), 409


def _filing_page(view: docket.FilingView, **more: Any) -> str:
    return render_template(
        "office/filing.html",
        **words.of_filing(view),
        **more,
    )
