"""What people type about their account."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from portal.web.forms import Form, required
from portal.web.texts import is_printable, unprintable


class SignInForm(Form):
    email = EmailField(
        lazy_gettext("E-mail address"), [required(lazy_gettext("Give your e-mail address.")), Length(max=255)]
    )
    password = PasswordField(lazy_gettext("Password"), [required(lazy_gettext("Give your password.")), Length(max=512)])
    next = HiddenField()
    held = HiddenField()


class ProfileForm(Form):
    name = StringField(lazy_gettext("Name"), [required(lazy_gettext("Give your name.")), Length(max=200)])
    locale = SelectField(lazy_gettext("Language of pages and mails"))

    def validate_name(self, field: StringField) -> None:
        """The name stands on receipts: nothing in it may be invisible, or turn the reading round."""
        if not is_printable(field.data or ""):
            raise ValidationError(unprintable())


class SecondFactorForm(Form):
    code = StringField(
        lazy_gettext("Code from the app"), [required(lazy_gettext("Give the six digits that the app shows."))]
    )
    secret = HiddenField()
