"""The sections that every service has: the agent's reference, the documents, the fees."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from portal.drafting.fields import Field, Kind, Section

ABOUT = Section(
    "about",
    _("Your reference"),
    (
        Field(
            "reference",
            _("Your reference"),
            hint=_("Your own name or number for this file. It stands on the receipt."),
            longest=100,
        ),
    ),
)
DOCUMENTS = Section("documents", _("Documents"), ())
# What can be claimed depends on the schedule in force: the page and the check add it.
FEES = Section(
    "fees",
    _("Fees"),
    (Field("discount", _("Reduction claimed"), Kind.CHOICE, longest=60),),
    optional=True,
    template="drafting/fees.html",
)
