"""What a person confirms when they submit."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, StringField, ValidationError

from portal.web.forms import Form, required
from portal.web.texts import typed_number


class SubmitForm(Form):
    fingerprint = HiddenField()
    declaration = BooleanField(
        lazy_gettext("I make this declaration."),
        [required(lazy_gettext("Confirm the declaration: without it nothing can be filed."))],
    )
    code = StringField(
        lazy_gettext("Code from your authenticator app"),
        [required(lazy_gettext("Give the six digits that your authenticator app shows."))],
    )

    def validate_code(self, field: Any) -> None:
        field.data = re.sub(r"\s", "", typed_number(field.data or ""))
        if not re.fullmatch(r"[0-9]{6}", field.data):
            raise ValidationError(lazy_gettext("The code has six digits."))
