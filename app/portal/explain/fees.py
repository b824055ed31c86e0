"""What a filing costs, and why: one that was made, by its own record, or any application that is described."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

import click
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from portal.context import profile
from portal.documents.store import StoreError
from portal.drafting.service import office_today
from portal.explain.asking import DAY, question
from portal.explain.questions import AskForm, Question, Refused, choose
from portal.explain.rules import Explanation
from portal.fees.explanation import explain_fees
from portal.fees.rules import Facts, NoSchedule
from portal.fees.service import discounts, quote_facts
from portal.filing.service import fees_of
from portal.profile.fees import Unit
from portal.web.formats import text
from portal.web.forms import DateField
from portal.web.language import spoken

MOST = 9999


def answer(
    service: str, counts: Mapping[str, int], claimed: tuple[str, ...] = (), late: bool = False, on: date | None = None
) -> Explanation:
    """The fees of an application that is described, each claimed reduction with its proof; raises Refused.

    `counts` are by the units' names, such as {"claim": 25}; `on` is a date of the office, today when it is None.
    """
    here = profile()
    if service not in {one.code for one in here.services}:
        raise Refused(_("The office has no service with the code %(code)s.", code=service))
    if wrong := [f"{unit}={number}" for unit, number in counts.items() if unit not in set(Unit) or number > MOST]:
        raise Refused(_("This cannot be counted: %(what)s. Units: %(units)s.", what=wrong[0], units=" ".join(Unit)))
    day = on or office_today(here)
    try:
        offered = {discount.code: discount for discount in discounts(here, service, day)}
        if unknown := [code for code in claimed if code not in offered]:
            raise Refused(
                _("There is no reduction %(code)s for this. Offered: %(offered)s.",
                  code=unknown[0], offered=" ".join(offered) or "–")
            )  # fmt: skip
        proofs = frozenset(offered[code].proof or "" for code in claimed)
        units = {Unit(unit): number for unit, number in counts.items()}
        return explain_fees(quote_facts(Facts(service, units, frozenset(claimed), proofs, late), here, day), spoken())
    except NoSchedule as error:
        raise Refused(_("No schedule of fees is in force on that day.")) from error


def answer_of_filing(number: str) -> Explanation:
    """The fees of a filing, from its own record; raises Refused."""
    try:
        found = fees_of(number)
    except StoreError as error:
        raise Refused(_("The record of this filing cannot be read now. Try again in a few minutes.")) from error
    if found is None:
        raise Refused(_("There is no filing with this number."))
    return explain_fees(found, spoken())


class FilingForm(AskForm):
    """A filing that was made."""

    order = ("number",)
    number = StringField(_("Number of the filing"), [InputRequired(_("Give the number.")), Length(max=60)])

    def ask(self) -> Explanation:
        return answer_of_filing(self.number.data)


class ApplicationForm(AskForm):
    """An application that is described."""

    order = ("service", "counts", "claims", "late", "on")
    service = SelectField(_("Service"))
    counts = StringField(
        _("How many of what"), [Length(max=300)], description=_("Such as: claim=25 page=40 priority=1")
    )
    claims = StringField(
        _("Codes of the reductions claimed"), [Length(max=300)], description=_("Such as: small-entity")
    )
    late = BooleanField(_("Something is asked for after its period, such as a priority right to be restored"))
    on = DateField(_("On which day?"), [InputRequired(_("Give the day of the submission."))])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choose(self.service, [(one.code, text(one.name)) for one in profile().services])

    def ask(self) -> Explanation:
        counts, claimed = (tuple((field.data or "").split()) for field in (self.counts, self.claims))
        return answer(self.service.data, read_counts(counts), claimed, self.late.data, self.on.data)


def read_counts(typed: Iterable[str]) -> dict[str, int]:
    """Counts as they are typed, such as claim=25; raises Refused."""
    found = {}
    for one in typed:
        if not (match := re.fullmatch(r"([a-z-]{1,20})=(\d{1,6})", one, re.ASCII)):
            raise Refused(_("This cannot be counted: %(what)s. Units: %(units)s.", what=one, units=" ".join(Unit)))
        found[match[1]] = int(match[2])
    return found


QUESTION = Question(
    "fees",
    _("Fees"),
    _("What a filing costs: each fee, reduction and surcharge, with the rule and its source."),
    {"filing": FilingForm, "application": ApplicationForm},
    lambda form: form.ask(),
    {"filing": _("For a filing"), "application": _("For any application")},
)


@click.command("fees")
@click.option("--number", help="A filing: by its own record.")
@click.option("--service", help="The service's code in the profile; the first one when it is left out.")
@click.option("--count", "counts", multiple=True, metavar="UNIT=N", help="How many of a unit, such as claim=25.")
@click.option("--claim", "claims", multiple=True, metavar="CODE", help="A reduction that is claimed and proved.")
@click.option("--late", is_flag=True, help="Something is asked for after its period.")
@click.option("--on", type=DAY, help="The day of the submission; today when it is left out.")
@question
def command(
    number: str | None,
    service: str | None,
    counts: tuple[str, ...],
    claims: tuple[str, ...],
    late: bool,
    on: date | None,
) -> Explanation:
    """Say what a filing costs, and why."""
    if number is not None:
        if any((service, counts, claims, late, on)):
            raise click.UsageError("--number stands alone: the filing knows its own fees")
        return answer_of_filing(number)
    return answer(service or profile().services[0].code, read_counts(counts), claims, late, on)
