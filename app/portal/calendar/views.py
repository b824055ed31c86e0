"""Pages of the calendar: closures and outages for the administrator, and the office's closed days for everyone."""

from __future__ import annotations

from typing import Any

from babel.dates import get_day_names
from babel.lists import format_list
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.calendar import service
from portal.calendar.days import OfficeDays, System
from portal.calendar.forms import RecordForm, closure_form, outage_form
from portal.calendar.words import dated
from portal.context import profile
from portal.db import utc_now
from portal.web import held
from portal.web.forms import Form
from portal.web.paging import SIZE, Page, asked_page
from portal.web.permissions import requires

bp = Blueprint("calendar", __name__, template_folder="templates")

YEARS_BACK, YEARS_AHEAD = 10, 2
Answer = str | Response | tuple[str, int]


@bp.get("/closed-days")
@requires(Permission.PUBLIC)
def this_year() -> Response:
    """The closed days of the year that it is at the office."""
    return redirect(url_for(".closed_days", year=_today().year))


@bp.get("/closed-days/<int:year>")
@requires(Permission.PUBLIC)
def closed_days(year: int) -> str:
    """On which days the office is closed in a year, and when its systems were out: to read and to print."""
    this = _today().year
    if not this - YEARS_BACK <= year <= this + YEARS_AHEAD:
        abort(404)
    return render_template(
        "calendar/closed_days.html",
        year=year,
        found=service.year_of(year),
        weekdays=_weekdays(),
        earlier=year - 1 if year > this - YEARS_BACK else None,
        later=year + 1 if year < this + YEARS_AHEAD else None,
        extends=profile().calendar.outages.extend_terms,
        **_words(),
    )


@bp.get("/office/calendar")
@requires(Permission.ADMINISTER)
def closures() -> str:
    """The closures that were recorded."""
    number = asked_page()
    page = Page.of(service.closures((number - 1) * SIZE, SIZE + 1), number)
    return render_template("calendar/closures.html", page=page, people=service.people(page.rows), **_words())


@bp.get("/office/calendar/outages")
@requires(Permission.ADMINISTER)
def outages() -> str:
    """The outages that were recorded."""
    number = asked_page()
    page = Page.of(service.outages((number - 1) * SIZE, SIZE + 1), number)
    rule = profile().calendar.outages
    extends = {row.id: service.extends_terms(row, rule) for row in page.rows}
    return render_template(
        "calendar/outages.html",
        page=page,
        people=service.people(page.rows),
        extends=extends,
        rule=rule,
        **_words(),
    )


@bp.get("/office/calendar/closures/new")
@requires(Permission.ADMINISTER)
def new_closure() -> str:
    """The form of a closure."""
    return _form_page("calendar/new_closure.html", closure_form(formdata=None))


@bp.post("/office/calendar/closures/new")
@requires(Permission.ADMINISTER)
def record_closure() -> Answer:
    """Record a closure."""
    typed = held.fields()
    form = closure_form(formdata=typed) if typed is not None else closure_form()
    if typed is not None or not form.validate_on_submit():
        return _form_page("calendar/new_closure.html", form), 422 if form.errors else 200
    try:
        service.record_closure(form.key.data, form.branch.data or None, *form.days(), form.reason(), current_user)
    except service.NotPossible:
        form.form_errors.append(_("With this closure the office would not open for a year."))
        return _form_page("calendar/new_closure.html", form), 422
    flash(_("The closure is recorded. Terms that end in it end on the next open day."), "success")
    return redirect(url_for(".closures"))


@bp.get("/office/calendar/outages/new")
@requires(Permission.ADMINISTER)
def new_outage() -> str:
    """The form of an outage."""
    return _form_page("calendar/new_outage.html", outage_form(formdata=None))


@bp.post("/office/calendar/outages/new")
@requires(Permission.ADMINISTER)
def record_outage() -> Answer:
    """Record an outage."""
    typed = held.fields()
    form = outage_form(formdata=typed) if typed is not None else outage_form()
    if typed is not None or not form.validate_on_submit():
        return _form_page("calendar/new_outage.html", form), 422 if form.errors else 200
    begins_at, ends_at = form.times()
    outage = service.record_outage(
        form.key.data, System(form.system.data), begins_at, ends_at, form.announced.data, form.reason(), current_user
    )
    if service.extends_terms(outage, profile().calendar.outages):
        flash(_("The outage is recorded. Terms that end in it end on the next open day after it."), "success")
    else:
        flash(_("The outage is recorded. By the office’s rule it extends no terms."), "success")
    return redirect(url_for(".outages"))


@bp.get("/office/calendar/closures/<int:closure_id>/withdraw")
@requires(Permission.ADMINISTER)
def ask_withdraw_closure(closure_id: int) -> str:
    """Ask once more before a closure is withdrawn."""
    closure = service.closure(closure_id) or abort(404)
    return render_template("calendar/withdraw_closure.html", closure=closure, form=Form(formdata=None), **_words())


@bp.post("/office/calendar/closures/<int:closure_id>/withdraw")
@requires(Permission.ADMINISTER)
def withdraw_closure(closure_id: int) -> Response:
    """Withdraw a closure; it stays in the list."""
    try:
        service.withdraw_closure(closure_id, current_user)
    except LookupError:
        abort(404)
    flash(_("The closure is withdrawn. It stays in this list."), "success")
    return redirect(url_for(".closures"))


@bp.get("/office/calendar/outages/<int:outage_id>/withdraw")
@requires(Permission.ADMINISTER)
def ask_withdraw_outage(outage_id: int) -> str:
    """Ask once more before an outage is withdrawn."""
    outage = service.outage(outage_id) or abort(404)
    return render_template("calendar/withdraw_outage.html", outage=outage, form=Form(formdata=None), **_words())


@bp.post("/office/calendar/outages/<int:outage_id>/withdraw")
@requires(Permission.ADMINISTER)
def withdraw_outage(outage_id: int) -> Response:
    """Withdraw an outage; it stays in the list."""
    try:
        service.withdraw_outage(outage_id, current_user)
    except LookupError:
        abort(404)
    flash(_("The outage is withdrawn. It stays in this list."), "success")
    return redirect(url_for(".outages"))


def _form_page(template: str, form: RecordForm) -> str:
    rule = profile().calendar.outages
    return render_template(template, form=form, minutes=rule.announced_from_minutes, extends=rule.extend_terms)


def _words() -> dict[str, Any]:
    """What the pages need to word days, branches and systems."""
    return {
        "dated": dated,
        "branch_names": {branch.code: branch.name for branch in profile().branches},
        "system_names": {System.PORTAL.value: _("The portal"), System.PAYMENT.value: _("Payment")},
    }


def _weekdays() -> str:
    """The weekdays on which the office is never open, as a list in words."""
    names = get_day_names("wide", locale=get_locale())
    closed = sorted(OfficeDays.of(profile()).closed_weekdays)
    return str(format_list([names[day] for day in closed], locale=get_locale()))


def _today() -> Any:
    return OfficeDays.of(profile()).today(utc_now())
