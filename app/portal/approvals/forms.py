"""What an agent asks of a client, and what the client answers."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from portal.approvals.rules import LONGEST_DAYS, LONGEST_NAME, LONGEST_TEXT, USUAL_DAYS
from portal.web.forms import Form, choices
from portal.web.texts import clean, is_printable, unprintable


def _plain(form: Form, field: Any, longest: int, *, lines: bool = False) -> None:
    """Plain text of any script, as it will be shown and kept."""
    field.data = clean(field.data or "")
    if len(field.data) > longest:
        raise ValidationError(gettext("Shorten this to at most %(length)s characters.", length=longest))
    if not is_printable(field.data, lines=lines):
        raise ValidationError(unprintable())


class AskForm(Form):
    client = StringField(lazy_gettext("Whom do you ask?"))
    message = TextAreaField(lazy_gettext("Your message"), [Optional()])
    days = IntegerField(lazy_gettext("For how many days shall the link be good?"), default=USUAL_DAYS)
    may_download = BooleanField(lazy_gettext("The client may open the documents too, not only see their names"))

    def validate_client(self, field: StringField) -> None:
        """It stands on the client's page."""
        _plain(self, field, LONGEST_NAME)
        if not field.data:
            raise ValidationError(lazy_gettext("Enter the name of the person whom you ask."))

    def validate_message(self, field: TextAreaField) -> None:
        """It stands on the client's page."""
        _plain(self, field, LONGEST_TEXT, lines=True)

    def validate_days(self, field: IntegerField) -> None:
        """A link is not good for ever."""
        if field.data is None or not 1 <= field.data <= LONGEST_DAYS:
            field.errors = []
            raise ValidationError(gettext("Enter a number from %(least)s to %(most)s.", least=1, most=LONGEST_DAYS))


class AnswerForm(Form):
    """A public form without a session: the signed address it is sent to is what allows it, not a cookie."""

    class Meta:
        csrf = False

    decision = RadioField(
        lazy_gettext("Do you approve it?"),
        choices=choices(
            {
                "approve": lazy_gettext("I approve the application as it stands here"),
                "change": lazy_gettext("I ask for changes"),
            }
        ),
        validate_choice=False,
    )
    comment = TextAreaField(lazy_gettext("What should be changed, or what you want to say"))
    name = StringField(lazy_gettext("Your name"))

    def validate_decision(self, field: RadioField) -> None:
        """One of the two."""
        if field.data not in ("approve", "change"):
            raise ValidationError(lazy_gettext("Choose whether you approve or ask for changes."))

    def validate_comment(self, field: TextAreaField) -> None:
        """Who asks for changes says which."""
        _plain(self, field, LONGEST_TEXT, lines=True)
        if self.decision.data == "change" and not field.data:
            raise ValidationError(lazy_gettext("Say what should be changed."))

    def validate_name(self, field: StringField) -> None:
        """It is recorded with the answer."""
        _plain(self, field, LONGEST_NAME)
        if not field.data:
            raise ValidationError(lazy_gettext("Enter your name: it is recorded with your answer."))
