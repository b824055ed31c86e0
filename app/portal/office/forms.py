"""What an officer may type."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from portal.office.rules import DEFECTS_LIMIT, check_defects
from portal.web.forms import Form


class ReturnForm(Form):
    """The defects for which a filing is returned."""

    defects = TextAreaField(_("What the agent must mend"))

    def validate_defects(self, field: TextAreaField) -> None:
        """Some text, and no more than a letter's length."""
        if not (field.data or "").strip():
            raise ValidationError(_("Say what the agent must mend."))
        try:
            field.data = check_defects(field.data)
        except ValueError:
            raise ValidationError(_("Shorten the text to %(limit)s characters.", limit=DEFECTS_LIMIT)) from None
