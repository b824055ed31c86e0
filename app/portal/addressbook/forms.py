"""What a person types of an entry, and the file that they import."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import EmailField, FileField, RadioField, SelectField, StringField, TelField
from wtforms.validators import Optional

from portal.addressbook.rules import COLUMNS, FIELDS, Entry, problems
from portal.drafting.sections.parties import KINDS
from portal.drafting.words import countries
from portal.web.forms import Form, choices
from portal.web.texts import clean


class EntryForm(Form):
    kind = RadioField(FIELDS["kind"].label, choices=choices(KINDS), validate_choice=False)
    name = StringField(FIELDS["name"].label)
    street = StringField(FIELDS["street"].label, [Optional()])
    city = StringField(FIELDS["city"].label, [Optional()])
    postcode = StringField(FIELDS["postcode"].label, [Optional()])
    country = SelectField(FIELDS["country"].label, [Optional()], validate_choice=False)
    email = EmailField(FIELDS["email"].label, [Optional()])
    phone = TelField(FIELDS["phone"].label, [Optional()])

    def offer(self, language: str) -> None:
        """The countries, named in a language."""
        self.country.choices = choices({"": _("Choose a country"), **countries(language)})

    def entry(self) -> Entry:
        """What was typed."""
        return {name: clean(self[name].data or "") for name in COLUMNS}

    def judge(self) -> bool:
        """Whether it can be kept; else each field says what is wrong."""
        wrong = problems(self.entry())
        for name, told in wrong.items():
            self[name].errors = [told]
        return not wrong


class ImportForm(Form):
    file = FileField(_("File"))
