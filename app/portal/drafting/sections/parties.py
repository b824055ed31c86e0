"""Who files, for whom, and who made it: applicants, the representative, inventors and designers."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Data, Field, Kind, Rows, Section

KINDS = {"natural": _("A person"), "legal": _("A company or other organisation")}
PARTY = (
    Field("kind", _("Kind"), Kind.CHOICE, missing=_("Choose a person or an organisation."), choices=KINDS),
    Field(
        "name",
        _("Name"),
        hint=_("As it stands in the register or passport, in its own script."),
        missing=_("Enter the name."),
    ),
    Field("street", _("Street or post-office box"), missing=_("Enter the street, or the post-office box.")),
    Field("city", _("Town or city"), missing=_("Enter the town or city."), longest=200, width=30),
    Field("postcode", _("Postcode"), longest=30, width=10),
    Field("country", _("Country"), Kind.COUNTRY, missing=_("Choose the country.")),
    Field("email", _("E-mail address"), Kind.EMAIL, missing=_("Enter an e-mail address."), longest=254),
    Field(
        "phone",
        _("Telephone"),
        Kind.PHONE,
        hint=_("With the country's code, such as +254 20 123 4567."),
        longest=50,
        width=20,
    ),
)
CREATOR = tuple(replace(one, missing="") if one.name == "email" else one for one in PARTY if one.name != "kind")


APPLICANTS = Section(
    "applicants",
    _("Applicants"),
    PARTY,
    Rows(
        "parties",
        one=lambda index, row: _("Applicant %(number)s", number=index + 1),
        add=_("Add another applicant"),
        remove=lambda index, row: _("Remove applicant %(number)s", number=index + 1),
        most=50,
        least=1,
        missing=_("Enter who applies."),
    ),
    intro=_(
        "The applicants are the people or organisations that will own the right. The first is the one that lists show."
    ),
)

REPRESENTED = {"yes": _("Yes"), "no": _("No")}
AUTHORITIES = {
    "case": _("A power of attorney for this application"),
    "general": _("A general power of attorney that the office already has"),
}


def _is_represented(data: Data) -> bool:
    return data.get("represented") == "yes"


def _by_general_power(data: Data) -> bool:
    return _is_represented(data) and data.get("authority") == "general"


REPRESENTATIVE = Section(
    "representative",
    _("Representative"),
    (
        Field(
            "represented",
            _("Does a representative act for the applicant?"),
            Kind.CHOICE,
            told=_("Is there a representative?"),
            missing=_("Say whether a representative acts for the applicant."),
            choices=REPRESENTED,
        ),
        *(replace(one, when=_is_represented) for one in PARTY),
        Field(
            "authority",
            _("What gives the power to act?"),
            Kind.CHOICE,
            told=_("Power to act"),
            choices=AUTHORITIES,
            hints={
                "case": _("Attach it under Documents."),
                "general": _("Give its number below; nothing is attached."),
            },
            missing=_("Say what gives the power to act."),
            when=_is_represented,
        ),
        Field(
            "authority_number",
            _("Number of the general power of attorney"),
            missing=_("Enter the number that the office gave to the general power of attorney."),
            longest=60,
            width=20,
            when=_by_general_power,
        ),
    ),
    optional=True,
)

INVENTORS = Section(
    "inventors",
    _("Inventors"),
    CREATOR,
    Rows(
        "parties",
        one=lambda index, row: _("Inventor %(number)s", number=index + 1),
        add=_("Add another inventor"),
        remove=lambda index, row: _("Remove inventor %(number)s", number=index + 1),
        least=1,
        missing=_("Enter who made the invention."),
        copies="applicants",
        copy=_("Take over the applicants who are persons"),
    ),
    intro=_("Everyone who made the invention, and only they: an inventor is always a person."),
)
DESIGNERS = Section(
    "designers",
    _("Designers"),
    CREATOR,
    Rows(
        "parties",
        one=lambda index, row: _("Designer %(number)s", number=index + 1),
        add=_("Add another designer"),
        remove=lambda index, row: _("Remove designer %(number)s", number=index + 1),
        least=1,
        missing=_("Enter who made the design."),
        copies="applicants",
        copy=_("Take over the applicants who are persons"),
    ),
    intro=_("Everyone who made the designs, and only they: a designer is always a person."),
)
