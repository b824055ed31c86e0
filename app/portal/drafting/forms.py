"""The forms that begin a draft. The forms of sections follow from their fields (`portal.drafting.inputs`)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField
from wtforms.validators import Optional, ValidationError

from portal.web.forms import Form
from portal.web.texts import clean, is_printable


class NewForm(Form):
    """The page that begins a draft."""

    service = RadioField(_("What do you want to file?"), choices=[])
    reference = StringField(_("Your reference"), [Optional()])


class CopyForm(Form):
    """The page that begins a draft from an earlier filing or a template."""

    service = RadioField(_("What do you want to file?"), choices=[])
    reference = StringField(_("Your reference"), [Optional()])

    def validate_reference(self, field: StringField) -> None:
        """It stands on the receipt."""
        field.data = clean(field.data or "")
        if not is_printable(field.data) or len(field.data) > 100:
            raise ValidationError(_("Use at most 100 characters, and no control characters."))


class TemplateForm(Form):
    """What a template is called."""

    name = StringField(_("Name of the template"))

    def validate_name(self, field: StringField) -> None:
        """Lists show it on one line."""
        field.data = clean(field.data or "")
        if not field.data:
            raise ValidationError(_("Give the template a name."))
        if not is_printable(field.data) or len(field.data) > 120:
            raise ValidationError(_("Use at most 120 characters, and no control characters."))
