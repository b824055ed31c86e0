"""Pages of fees: the public calculator and schedule, a draft's quote, and how the fees of a filing were computed."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission, is_granted
from portal.calendar.rules import OfficeDays
from portal.catalogue.service import open_services
from portal.context import profile
from portal.db import utc_now
from portal.drafting import service as drafting
from portal.fees import quotes, record, words
from portal.fees.explanation import explain_fees
from portal.fees.forms import CalculatorForm, calculator_form
from portal.fees.rules import Basis, Facts, NoSchedule, in_force
from portal.fees.service import quote_facts
from portal.fees.tariff import Tariff
from portal.filing import service as filing
from portal.filing.rules import FilingNumber
from portal.profile.model import FeeSchedule, Service
from portal.web.formats import text
from portal.web.permissions import requires

bp = Blueprint("fees", __name__, template_folder="templates")
Answer = str | Response | tuple[str, int]

bp.add_app_template_filter(lambda why, currency: words.because(_why(why), currency), "because")
bp.add_app_template_filter(lambda basis: words.basis_words(_basis(basis)), "basis")
bp.add_app_template_filter(words.passed_words, "passed")
bp.add_app_template_global(lambda: profile().payment.quote_days, "quote_days")


def _why(value: Any) -> Any:
    """A line's reason, from the line itself or from a bill's item."""
    return record.why_of(value) if isinstance(value, dict) else value


def _basis(value: Any) -> Any:
    return record.basis_of(value) if isinstance(value, dict) else value


@bp.get("/fees")
@requires(Permission.PUBLIC)
def calculator() -> Answer:
    """What a filing would cost: for anyone, by the address alone, so that it can be kept and shared."""
    offered = _offered()
    service = offered.get(request.args.get("service", ""))
    if service is None:
        return render_template("fees/services.html", services=offered.values())
    today = OfficeDays.of(profile()).today(utc_now())
    on = _asked_day() or today
    try:
        tariff = Tariff.of(in_force(profile().fee_schedules, on), service.code)
    except NoSchedule:
        return render_template("fees/none.html", service=service, on=on), 404
    form = calculator_form(tariff, request.args, today)
    is_valid = form.validate()
    page = render_template(
        "fees/calculator.html",
        service=service,
        several=len(offered) > 1,
        form=form,
        tariff=tariff,
        hints=_proofs(tariff, service),
        fees=quote_facts(_facts(form, tariff, service), profile(), on) if is_valid else None,
        on=on,
    )
    return page if is_valid else (page, 422)


def _offered() -> dict[str, Service]:
    """The services that are open, by code; the only one under the empty code as well."""
    services = {service.code: service for service in open_services(profile())}
    return services | ({"": next(iter(services.values()))} if len(services) == 1 else {})


def _asked_day() -> date | None:
    """The day of the address, if it names one; the form tells its reader of any other."""
    try:
        return date(*(int(request.args[f"on-{part}"]) for part in ("year", "month", "day")))
    except (KeyError, ValueError, OverflowError):
        return None


def _proofs(tariff: Tariff, service: Service) -> dict[str, str]:
    """Which document proves each reduction, by the reduction's code."""
    names = {kind.code: text(kind.name) for kind in service.documents}
    claimable = {discount.code: names[discount.proof] for discount in tariff.claimable if discount.proof in names}
    return {code: _("Proof: %(document)s", document=name) for code, name in claimable.items()}


def _facts(form: CalculatorForm, tariff: Tariff, service: Service) -> Facts:
    """The facts that were typed, every claimed reduction with its proof."""
    return Facts(
        service.code,
        {unit: form[unit.value].number for unit in tariff.units},
        frozenset(form.discount.data or () if "discount" in form else ()),
        frozenset(discount.proof for discount in tariff.claimable if discount.proof),
        late=bool(form.late.data) if "late" in form else False,
    )


@bp.get("/fees/schedule")
@requires(Permission.PUBLIC)
def schedule() -> Answer:
    """Every fee, reduction and surcharge of a schedule: the one in force, or the one that begins on the asked day."""
    schedules = sorted(profile().fee_schedules, key=lambda one: one.valid_from)
    today = OfficeDays.of(profile()).today(utc_now())
    try:
        current = in_force(schedules, today)
    except NoSchedule:
        current = schedules[0]
    shown = next((one for one in schedules if one.valid_from.isoformat() == request.args.get("from")), current)
    return render_template(
        "fees/schedule.html",
        schedules=schedules,
        current=current,
        shown=shown,
        tariffs=_tariffs(shown),
        kinds={kind.code: kind.name for service in profile().services for kind in service.documents},
        names={fee.code: fee.name for fee in shown.fees},
        words=words,
        rounding=words.rounding_words(Basis(shown.valid_from, shown.rounding), profile().office.currency),
        ends=next((one.valid_from for one in schedules if one.valid_from > shown.valid_from), None),
    )


def _tariffs(shown: FeeSchedule) -> list[tuple[Service, Tariff]]:
    """The tariff of each open service that the schedule charges."""
    found = [(service, Tariff.of(shown, service.code)) for service in open_services(profile())]
    return [(service, tariff) for service, tariff in found if tariff.fees]


@bp.post("/drafts/<draft_id>/quote")
@requires(Permission.DRAFT)
def make_quote(draft_id: str) -> Answer:
    """Quote a draft as it stands; the same again on the same day is the same quote."""
    try:
        reference = quotes.make(draft_id, current_user)
    except (quotes.NotOffered, drafting.NotOpen, NoSchedule):
        flash(_("No quote was made: the application was filed meanwhile, or the office gives no quotes."), "error")
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    return redirect(url_for(".quote", reference=reference), 303)


@bp.get("/quotes/<reference>")
@requires(Permission.SIGNED_IN)
def quote(reference: str) -> Answer:
    """A quote, to read and to print: for who made it, who may read its draft, and the office's staff."""
    is_staff = _is_staff()
    view = quotes.view(reference, None if is_staff else current_user) or abort(404)
    today = OfficeDays.of(profile()).today(utc_now())
    names = {service.code: service.name for service in profile().services}
    return render_template(
        "fees/quote.html",
        view=view,
        service=names.get(view.service, {}),
        has_ended=today > view.quoted.valid_until,
        is_staff=is_staff,
    )


@bp.get("/filings/<number>/fees")
@requires(Permission.SIGNED_IN)
def explained(number: str) -> Answer:
    """How the fees of a filing were computed, step by step, from its own record."""
    is_staff = _is_staff()
    if not is_staff and current_user.firm_id is None:
        abort(404)
    found = filing.visible(number, current_user, is_staff) or abort(404)
    manifest, _raw = filing.manifest_of(found)
    return render_template(
        "fees/explained.html",
        number=FilingNumber.parse(found.number).printed(profile().office.code),
        filing=found,
        explanation=explain_fees(record.fees_of(manifest["fees"])),
        back=_way_back(found.number),
    )


def _way_back(number: str) -> tuple[str, str]:
    """Where the reader of a filing's fees came from, by what they may see: address and label."""
    roles = current_user.role_names()
    if is_granted(Permission.RECEIVE, roles):
        return url_for("office.filing", number=number), _("Back to the filing")
    if is_granted(Permission.TAKE_PAYMENT, roles):
        return url_for("payments.cashier"), _("All bills")
    return url_for("docket.filing", number=number), _("Back to the filing")


def _is_staff() -> bool:
    roles = current_user.role_names()
    return is_granted(Permission.TAKE_PAYMENT, roles) or is_granted(Permission.RECEIVE, roles)
