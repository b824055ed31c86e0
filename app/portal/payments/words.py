"""The states of a bill in words and colours, ready to stand in a row: made once a page, not once a row."""

from __future__ import annotations

from flask_babel import gettext as _
from markupsafe import Markup

TAG = Markup('<strong class="govuk-tag govuk-tag--{}">{}</strong>')


def bill_tags() -> dict[str | None, Markup]:
    """The tag of each state of a bill; a filing without a bill has none."""
    return {
        "due": TAG.format("yellow", _("Due")),
        "paid": TAG.format("green", _("Paid")),
        "cancelled": TAG.format("grey", _("Cancelled")),
        None: Markup(""),
    }
