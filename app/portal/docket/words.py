"""States in words and colours, ready to stand in a row: made once a page, not once a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from portal.calendar.words import explained
from portal.context import profile
from portal.docket.service import FilingView
from portal.drafting.sections import LABELS
from portal.filing.rules import FilingNumber
from portal.payments.rules import printed_reference
from portal.payments.words import TAG, bill_tags
from portal.web.formats import text
from portal.web.language import chosen


def filing_tags() -> dict[str, Markup]:
    """The tag of each state of a filing, in the reader's language."""
    return {
        "received": TAG.format("blue", _("Received")),
        "accepted": TAG.format("green", _("Accepted")),
        "returned": TAG.format("red", _("Returned for defects")),
    }


def review_tags() -> dict[str, Markup]:
    """The tag of each state of a claimed reduction, in the reader's language."""
    return {
        "waiting": TAG.format("blue", _("Being looked at")),
        "accepted": TAG.format("green", _("Proof accepted")),
        "refused": TAG.format("red", _("Refused")),
    }


@lru_cache(maxsize=4096)
def printed_number(number: str, office: str) -> str:
    """A filing's number as the office prints it, which may break before its serial; another form stays as it is."""
    try:
        return FilingNumber.parse(number).on_screen(office)
    except ValueError:
        return number


def number() -> Callable[[str], str]:
    """Writes numbers of filings for the present page."""
    return partial(printed_number, office=profile().office.code)


def short_day(value: date | None) -> str:
    """A date that fits into a column, such as 22 Nov 2026; an instant is taken on the office's calendar."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(profile().office.zone).date()
    return _short_day(value, chosen())


@lru_cache(maxsize=4096)
def _short_day(value: date, language: str) -> str:
    return str(format_date(value, "d MMM y", locale=language.replace("-", "_"))).replace(" ", "\xa0")


def of_filing(view: FilingView) -> dict[str, Any]:
    """What the pages of one filing need besides the filing."""
    offered = {service.code: service for service in profile().services}.get(view.filing.service)
    return {
        "view": view,
        "reception": explained(view.filing.reception),
        "section_labels": LABELS,
        "application": view.application,
        "filing_tags": filing_tags(),
        "bill_tags": bill_tags(),
        "review_tags": review_tags(),
        "printed": printed_reference,
        "number": number(),
        "service_name": offered.name if offered else None,
        "kinds": {kind.code: text(kind.name) for kind in offered.documents} if offered else {},
    }
