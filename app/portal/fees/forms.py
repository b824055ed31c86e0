"""What anyone may type into the calculator: how many of each unit, which reductions, and for which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.fees.tariff import Tariff
from portal.profile.fees import Unit
from portal.web.formats import text
from portal.web.forms import DateField, Form

MOST = 9999
LABELS = {
    Unit.CLASS: _("Classes"),
    Unit.TERM: _("Terms of goods and services"),
    Unit.FREE_TERM: _("Terms that are not in the office’s list"),
    Unit.CLAIM: _("Claims"),
    Unit.PAGE: _("Pages"),
    Unit.DESIGN: _("Designs"),
    Unit.VIEW: _("Views of the designs"),
    Unit.PRIORITY: _("Priority claims"),
}
USUAL = {Unit.PRIORITY: 0, Unit.FREE_TERM: 0}
"""What is asked for when nothing was typed yet; one of everything else."""
LATE = _("Something is asked for after its period, such as a priority right to be restored")


class CountField(StringField):  # type: ignore[misc]
    """A whole number from 0 to MOST; `number` is what was typed, 0 where it is none."""

    @property
    def number(self) -> int:
        typed = (self.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST)) else 0

    def pre_validate(self, form: Form) -> None:
        typed = (self.data or "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST))):
            raise ValidationError(_("Enter a whole number from 0 to %(most)s.", most=MOST))


class CalculatorForm(Form):
    """The fields of one service, made by `calculator_form`: a count for each unit, then these."""

    discount: SelectMultipleField
    late: BooleanField
    on: DateField


def calculator_form(tariff: Tariff, typed: MultiDict[str, str], today: date) -> CalculatorForm:
    """The calculator for the fees of one service, filled with what the address holds, else with the usual."""
    fields: dict[str, Any] = {unit.value: CountField(LABELS[unit]) for unit in tariff.units}
    if tariff.claimable:
        choices = [SelectChoice(item.code, text(item.name)) for item in tariff.claimable]
        fields["discount"] = SelectMultipleField(_("Reductions claimed"), choices=choices, validate_choice=False)
    if tariff.has_late:
        fields["late"] = BooleanField(LATE)
    fields["on"] = DateField(_("On which day?"))
    usual = {unit.value: str(USUAL.get(unit, 1)) for unit in tariff.units}
    is_typed = any(name in typed for name in (*usual, "on-day", "discount", "late"))
    form_class = type("CalculatorForm", (CalculatorForm,), fields)
    form: CalculatorForm = form_class(typed if is_typed else None, meta={"csrf": False}, data=usual | {"on": today})
    return form
