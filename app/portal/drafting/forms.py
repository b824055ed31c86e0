"""What a person may type: the fields of each section's page. They never refuse; `portal.drafting.rules` judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _
from wtforms import Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from portal.drafting.compare import CHOICES, LABELS
from portal.drafting.rules import Data, Problem
from portal.drafting.words import Words, countries
from portal.web.forms import Form
from portal.web.language import chosen


def _choices(name: str, *codes: str) -> list[SelectChoice]:
    return [SelectChoice(code, CHOICES[name][code]) for code in codes]


def choices(labels: Mapping[str, Words]) -> list[SelectChoice]:
    """What a field offers, from labels by value."""
    return [SelectChoice(value, label) for value, label in labels.items()]


class AboutForm(Form):
    reference = StringField(LABELS["reference"], [Optional()])


class NewForm(AboutForm):
    """The page that begins a draft."""

    service = RadioField(_("What do you want to file?"), choices=[])


class PartyForm(Form):
    kind = RadioField(_("Who is it?"), choices=_choices("kind", "natural", "legal"))
    name = StringField(LABELS["name"])
    street = StringField(LABELS["street"])
    city = StringField(LABELS["city"])
    postcode = StringField(LABELS["postcode"], [Optional()])
    country = SelectField(LABELS["country"], choices=[])
    email = StringField(LABELS["email"])
    phone = StringField(LABELS["phone"], [Optional()])


class RepresentativeForm(PartyForm):
    represented = RadioField(
        _("Does a representative act for the applicant?"), choices=_choices("represented", "yes", "no")
    )


class MarkForm(Form):
    kind = RadioField(_("What kind of mark is it?"), choices=_choices("kind", "word", "figurative"))
    text = StringField(LABELS["text"])
    description = TextAreaField(LABELS["description"])
    colours = StringField(LABELS["colours"], [Optional()])


class FeesForm(Form):
    discount = RadioField(_("Does the applicant claim a reduction?"), choices=[], validate_choice=False)


FORMS: dict[str, type[Form]] = {
    "about": AboutForm,
    "applicant": PartyForm,
    "representative": RepresentativeForm,
    "mark": MarkForm,
    "fees": FeesForm,
}


def form_for(section: str, data: Data, problems: Iterable[Problem], discounts: dict[str, str]) -> Form:
    """The form of a section, filled with what is kept and marked with what is missing."""
    form = FORMS[section](formdata=None, data=data)
    if "country" in form:
        form.country.choices = choices({"": _("Choose a country"), **countries(chosen())})
    if "discount" in form:
        form.discount.choices = choices({"": _("No reduction"), **discounts})
        form.discount.data = data.get("discount", "")
    for problem in problems:
        field: Field | None = form._fields.get(problem.field)
        if field is not None:
            field.errors = [*field.errors, problem.message]
    return form
