"""The forms by which terms are asked for: one for each kind."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from portal.calendar.words import RIGHTS
from portal.context import profile
from portal.explain.questions import AskForm, branches, choose
from portal.web.formats import text
from portal.web.forms import DateField


class TermForm(AskForm):
    """What all terms are asked by: the day from which they count, and the branch."""

    start = DateField(_("Counts from"), [InputRequired(_("Give the date."))])
    branch = SelectField(_("Branch"), default="")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.branch.choices = branches()

    def values(self) -> dict[str, Any]:
        """What is asked, by the names that the answer takes."""
        return {"start": self.start.data, "branch": self.branch.data or None}


class ServiceTermForm(TermForm):
    """A term that a service decides."""

    order = ("service", "start", "branch")
    service = SelectField(_("Service"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choose(self.service, [(one.code, text(one.name)) for one in profile().services])
        self.start.label.text = _("Date of the first filing")

    def values(self) -> dict[str, Any]:
        return super().values() | {"service": self.service.data}


class RightTermForm(TermForm):
    """A term of a right."""

    right = SelectField(_("Right"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choose(self.right, [(terms.right.value, RIGHTS[terms.right]) for terms in profile().terms])
        self.start.label.text = _("Date of filing or of registration, as the right counts")

    def values(self) -> dict[str, Any]:
        return super().values() | {"right": self.right.data}


class RenewalForm(RightTermForm):
    order = ("right", "start", "number", "branch")
    number = IntegerField(
        _("At the end of term number"), [NumberRange(1, 100, _("Give a number from 1 to 100."))], default=1
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"number": self.number.data}


class AnnuityForm(RightTermForm):
    order = ("right", "start", "year", "branch")
    year = IntegerField(
        _("Year of the right"),
        [NumberRange(2, 100, _("Give a number from 2 to 100."))],
        description=_("The annuity of a year is due before that year begins."),
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"year": self.year.data}


class PeriodForm(TermForm):
    order = ("start", "length", "unit", "act", "branch")
    length = IntegerField(_("Length"), [NumberRange(1, 40_000, _("Give a number of days, months or years."))])
    unit = SelectField(
        _("Unit"),
        choices=[("days", _("Days")), ("months", _("Months")), ("years", _("Years"))],
        default="months",
    )
    act = SelectField(
        _("What must be done by its end"),
        choices=[("filing", _("Something is filed")), ("payment", _("Something is paid"))],
        default="filing",
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {self.unit.data: self.length.data, "act": self.act.data}
