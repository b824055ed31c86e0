"""Which reception date a filing has, or would have: for any instant and service, or for one that was made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as Empty

from portal.calendar.days import NoSuchTime, at_office
from portal.calendar.rules import Reception, reception
from portal.calendar.service import office_days
from portal.calendar.words import explain_reception
from portal.context import profile
from portal.db import utc_now
from portal.explain.asking import INSTANT, aware, question
from portal.explain.questions import UNKNOWN_BRANCH, AskForm, Question, Refused, branches, choose
from portal.explain.rules import Explanation
from portal.filing.service import reception_of
from portal.web.formats import text
from portal.web.forms import ClockField, DateField


def answer(service: str, submitted: datetime, paid: datetime | None = None, branch: str | None = None) -> Explanation:
    """The reception date of what is submitted and paid at these aware instants; raises Refused."""
    here = profile()
    if service not in {one.code for one in here.services}:
        raise Refused(_("The office has no service with the code %(code)s.", code=service))
    if branch is not None and branch not in {one.code for one in here.branches}:
        raise Refused(UNKNOWN_BRANCH)
    found = reception(submitted, paid, here.reception_of(service), office_days(branch))
    return explain_reception(found, lambda key: here.reception_way(service, key))


def answer_of_filing(number: str) -> Explanation:
    """The reception date of a filing, by the rule under which it was received; raises Refused."""
    written = reception_of(number)
    if written is None:
        raise Refused(_("There is no filing with this number."))
    return explain_reception(Reception.read(written))


class InstantForm(AskForm):
    """Any instant and service."""

    order = ("service", "on", "at", "paid_on", "paid_at", "branch")
    service = SelectField(_("Service"))
    on = DateField(
        _("Submission received on"),
        [InputRequired(_("Give the date of the submission."))],
        description=_("The date and the time are those of the office."),
    )
    at = ClockField(
        _("At"), [InputRequired(_("Give the time of the submission."))], description=_("Such as 17:00 or 17:00:01.")
    )
    paid_on = DateField(_("Payment received on"), [Empty()])
    paid_at = ClockField(_("Paid at"), [Empty()])
    branch = SelectField(_("Branch"), default="")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choose(self.service, [(one.code, text(one.name)) for one in profile().services])
        self.branch.choices = branches()

    def validate(self, extra_validators: Any = None) -> bool:
        """A payment has both a date and a time; neither field by itself can know that."""
        holds = super().validate(extra_validators)
        if holds and (self.paid_on.data is None) != (self.paid_at.data is None):
            self.paid_at.errors = [_("Give both the date and the time of the payment, or neither.")]
            return False
        return bool(holds)

    def ask(self) -> Explanation:
        submitted = _instant(self.on, self.at)
        if submitted is None:
            raise Refused(_("Give the date and the time of the submission."))
        return answer(self.service.data, submitted, _instant(self.paid_on, self.paid_at), self.branch.data or None)


class FilingForm(AskForm):
    """A filing that was made."""

    order = ("number",)
    number = StringField(_("Number of the filing"), [InputRequired(_("Give the number.")), Length(max=60)])

    def ask(self) -> Explanation:
        return answer_of_filing(self.number.data)


def _instant(on: DateField, at: ClockField) -> datetime | None:
    """The instant that was typed as a date and a time of the office; None where one is missing. Raises Refused."""
    if on.data is None or at.data is None:
        return None
    try:
        return at_office(on.data, at.data, profile().office.zone)
    except NoSuchTime as error:
        raise Refused(NO_SUCH_TIME) from error


NO_SUCH_TIME = _("The office’s clocks never showed this time: they were put forward over it.")
QUESTION = Question(
    "reception-date",
    _("Reception date"),
    _("Which reception date a filing has, from the instants of its submission and its payment."),
    {"instant": InstantForm, "filing": FilingForm},
    lambda form: form.ask(),
    {"instant": _("For any instant"), "filing": _("For a filing")},
)


@click.command("reception-date")
@click.option("--service", help="The service's code in the profile; the first one when it is left out.")
@click.option("--at", "submitted", type=INSTANT, help="When the submission was received; now when it is left out.")
@click.option("--paid-at", "paid", type=INSTANT, help="When the payment was received.")
@click.option("--branch", help="The branch's code; else the whole office.")
@click.option("--number", help="A filing: by its own instants and the rule under which it was received.")
@question
def command(
    service: str | None, submitted: datetime | None, paid: datetime | None, branch: str | None, number: str | None
) -> Explanation:
    """Say which reception date a filing has, and why.

    An instant without a zone is a time of the office: 2026-11-20T17:00:01.
    """
    if number is not None:
        if any((service, submitted, paid, branch)):
            raise click.UsageError("--number stands alone: the filing knows its own service and instants")
        return answer_of_filing(number)
    return answer(
        service or profile().services[0].code,
        aware(submitted) if submitted else utc_now(),
        aware(paid) if paid else None,
        branch,
    )
