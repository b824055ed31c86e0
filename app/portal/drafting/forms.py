"""The form that begins a draft. The forms of sections follow from their fields (`portal.drafting.inputs`)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from portal.drafting.words import Words
from portal.web.forms import Form


def choices(labels: Mapping[str, Words]) -> list[SelectChoice]:
    """What a field offers, from labels by value."""
    return [SelectChoice(value, label) for value, label in labels.items()]


class NewForm(Form):
    """The page that begins a draft."""

    service = RadioField(_("What do you want to file?"), choices=[])
    reference = StringField(_("Your reference"), [Optional()])
