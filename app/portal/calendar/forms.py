"""What an administrator types about closures and outages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError
from wtforms.validators import Optional as Empty

from portal.calendar.days import NoSuchTime, System, at_office
from portal.calendar.service import LONGEST_CLOSURE, LONGEST_OUTAGE
from portal.context import profile
from portal.db import new_key
from portal.web.formats import text
from portal.web.forms import ClockField, DateField, Form
from portal.web.language import own_name
from portal.web.texts import clean, is_printable, unprintable

REASON = 300
"""How many characters a reason may have."""


class RecordForm(Form):
    """What closures and outages share: a reason in each of the office's languages, and the form's own key."""

    key = HiddenField(default=new_key, validators=[Regexp(r"^[A-Za-z0-9_-]{16}$")])

    def reasons(self) -> list[StringField]:
        """The fields of the reason, in the order of the office's languages."""
        return [self[f"reason_{code}"] for code in profile().office.languages]

    def reason(self) -> dict[str, str]:
        return {code: clean(self[f"reason_{code}"].data) for code in profile().office.languages}


class ClosureForm(RecordForm):
    first_day = DateField(_("First closed day"), [InputRequired(_("Give the first day."))])
    last_day = DateField(
        _("Last closed day"), [Empty()], description=_("Leave it empty when the office is closed on one day only.")
    )
    branch = SelectField(_("Where"), default="")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        branches = [(one.code, text(one.name)) for one in profile().branches]
        self.branch.choices = [("", _("The whole office")), *branches]

    def validate_last_day(self, field: DateField) -> None:
        first, last = self.first_day.data, field.data
        if first is None or last is None:
            return
        if last < first:
            raise ValidationError(_("The last day is before the first."))
        if (last - first).days >= LONGEST_CLOSURE:
            raise ValidationError(_("A closure has at most %(days)s days.", days=LONGEST_CLOSURE))

    def days(self) -> tuple[date, date]:
        """The first and the last day; only of a form that is valid."""
        first: date = self.first_day.data or date.min
        return first, self.last_day.data or first


class OutageForm(RecordForm):
    system = SelectField(
        _("What was out"),
        choices=[(System.PORTAL.value, _("The portal: nothing could be done")),
                 (System.PAYMENT.value, _("Payment: nothing could be paid"))],
    )  # fmt: skip
    begin_day = DateField(_("It began on"), [InputRequired(_("Give the day on which it began."))])
    begin_time = ClockField(
        _("Began at"),
        [InputRequired(_("Give the time at which it began."))],
        description=_("Such as 9:40 or 09:40:30, by the office’s clock."),
    )
    end_day = DateField(_("It ended on"), [InputRequired(_("Give the day on which it ended."))])
    end_time = ClockField(_("Ended at"), [InputRequired(_("Give the time at which it ended."))])
    announced = BooleanField(_("It was announced beforehand"))

    begins_at: datetime | None = None
    ends_at: datetime | None = None

    def validate_begin_time(self, field: ClockField) -> None:
        self.begins_at = _instant(self.begin_day, field, later=False)

    def validate_end_time(self, field: ClockField) -> None:
        """A time that the clocks show twice is taken as the longer outage: it harms nobody's term."""
        self.ends_at = _instant(self.end_day, field, later=True)
        if self.begins_at is None or self.ends_at is None:
            return
        if self.ends_at <= self.begins_at:
            raise ValidationError(_("It ended before it began."))
        if self.ends_at - self.begins_at > LONGEST_OUTAGE:
            raise ValidationError(_("An outage lasts at most %(days)s days.", days=LONGEST_OUTAGE.days))

    def times(self) -> tuple[datetime, datetime]:
        """The two instants; only of a form that is valid."""
        if self.begins_at is None or self.ends_at is None:
            raise ValueError("the form is not valid")
        return self.begins_at, self.ends_at


def _instant(day: DateField, clock: ClockField, *, later: bool) -> datetime | None:
    if day.data is None or clock.data is None:
        return None
    try:
        return at_office(day.data, clock.data, profile().office.zone, later=later)
    except NoSuchTime:
        raise ValidationError(_("The office’s clocks never showed this time: they were put forward over it.")) from None


def closure_form(**options: Any) -> ClosureForm:
    """The form of a closure, with a reason in each of the office's languages."""
    form: ClosureForm = _with_reasons(ClosureForm)(**options)
    return form


def outage_form(**options: Any) -> OutageForm:
    """The form of an outage, likewise."""
    form: OutageForm = _with_reasons(OutageForm)(**options)
    return form


def _with_reasons(form: type[RecordForm]) -> Any:
    def printable(_form: Form, field: StringField) -> None:
        if not clean(field.data or ""):
            raise ValidationError(_("Give the reason: it stands on the public page and in explanations."))
        if not is_printable(field.data):
            raise ValidationError(unprintable())

    fields = {
        f"reason_{code}": StringField(
            _("Reason (%(language)s)", language=own_name(code)), [Length(max=REASON), printable]
        )
        for code in profile().office.languages
    }
    return type(form.__name__, (form,), fields)
