"""What a person writes as a comment."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, TextAreaField
from wtforms.validators import ValidationError

from portal.comments.rules import LONGEST
from portal.web.forms import Form
from portal.web.texts import clean, is_printable, unprintable


class CommentForm(Form):
    text = TextAreaField(lazy_gettext("Your comment"))

    def validate_text(self, field: TextAreaField) -> None:
        """Plain text of any script, as it will be shown."""
        field.data = clean(field.data or "")
        if not field.data:
            raise ValidationError(lazy_gettext("Write a comment first."))
        if len(field.data) > LONGEST:
            raise ValidationError(gettext("Shorten this to at most %(length)s characters.", length=LONGEST))
        if not is_printable(field.data, lines=True):
            raise ValidationError(unprintable())


class NewCommentForm(CommentForm):
    section = SelectField(lazy_gettext("What is it about?"))
