"""What an officer may type."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from portal.office.rules import DEFECTS_LIMIT, check_defects
from portal.web.forms import Form


def check_text(field: TextAreaField) -> None:
    """Keep a text that its agent will read as it is kept: not empty, and no more than a letter's length."""
    try:
        field.data = check_defects(field.data or "")
    except ValueError:
        raise ValidationError(_("Shorten the text to %(limit)s characters.", limit=DEFECTS_LIMIT)) from None


class ReturnForm(Form):
    """The defects for which a filing is returned."""

    defects = TextAreaField(_("What the agent must mend"))

    def validate_defects(self, field: TextAreaField) -> None:
        if not (field.data or "").strip():
            raise ValidationError(_("Say what the agent must mend."))
        check_text(field)


class RefuseForm(Form):
    """The reason for which a reduction is refused."""

    reason = TextAreaField(_("Why the reduction is refused"))

    def validate_reason(self, field: TextAreaField) -> None:
        if not (field.data or "").strip():
            raise ValidationError(_("Say why the reduction is refused."))
        check_text(field)
