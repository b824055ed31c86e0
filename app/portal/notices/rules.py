"""The kinds of notices, and their words. A notice is worded when it is read, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from portal.calendar.rules import Reception
from portal.calendar.words import explain_reception
from portal.context import profile
from portal.documents.verdict import Reason
from portal.documents.wording import words
from portal.filing.rules import FilingNumber
from portal.web.formats import money


class Kind(StrEnum):
    FILING_RECEIVED = "filing-received"
    RECEIPT_ISSUED = "receipt-issued"
    PAYMENT_CONFIRMED = "payment-confirmed"
    RECEPTION_DATE = "reception-date"
    FILING_ACCEPTED = "filing-accepted"
    FILING_RETURNED = "filing-returned"
    DOCUMENT_REFUSED = "document-refused"


@dataclass(frozen=True)
class Wording:
    """A notice in words: `subject` heads it, `text` says what it means and what to do next."""

    subject: str
    text: str


def wording(kind: str, params: Mapping[str, Any]) -> Wording:
    """The words of a notice in the present locale; `params` are those that `notify` was given (see there)."""
    known = _readable(params)
    match Kind(kind):
        case Kind.FILING_RECEIVED:
            subject = _("Filing %(number)s was received", **known)
            text = _(
                "The office has your application “%(title)s”. Its signed receipt is on the filing’s page.", **known
            )
        case Kind.RECEIPT_ISSUED:
            subject = _("The receipt of filing %(number)s is ready", **known)
            text = _("You can download the signed receipt of “%(title)s” from the filing’s page.", **known)
        case Kind.PAYMENT_CONFIRMED:
            subject = _("The fees of filing %(number)s are paid", **known)
            text = _("The office confirmed a payment of %(amount)s for “%(title)s”.", **known)
        case Kind.RECEPTION_DATE:
            subject = _("Filing %(number)s has its reception date", **known)
            told = _("The signed notice of the date of “%(title)s” is on the filing’s page. It was found so:", **known)
            text = "\n".join([told, *_how(params)])
        case Kind.FILING_ACCEPTED:
            subject = _("Filing %(number)s was accepted at reception", **known)
            text = _("“%(title)s” goes on to examination. You need do nothing now.", **known)
        case Kind.FILING_RETURNED:
            subject = _("Filing %(number)s was returned for defects", **known)
            text = _("The office cannot take “%(title)s” as it stands. The filing’s page says what to mend.", **known)
        case Kind.DOCUMENT_REFUSED:
            subject = _("The file %(file_name)s was not accepted", **known)
            text = " ".join(
                [
                    _("It had been received for “%(title)s” and waited to be examined.", **known),
                    *(words(Reason(**reason)) for reason in known["reasons"]),
                    _("It is not attached any more: mend it, and attach it again before you submit."),
                ]
            )
    return Wording(subject, text)


def _how(params: Mapping[str, Any]) -> list[str]:
    """The steps to a reception date, with both instants; none where the notice does not know them."""
    if not params.get("reception"):
        return []
    return [str(step) for step in explain_reception(Reception.read(params["reception"])).steps]


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the words need, written for people: numbers as the office prints them, money in the reader's language."""
    known = {"number": "", "title": "", "amount": "", "file_name": "", "reasons": []} | dict(params)
    with suppress(ValueError):  # a number of another form is shown as it is
        known["number"] = FilingNumber.parse(str(known["number"])).printed(profile().office.code)
    if known["amount"]:
        known["amount"] = money(Decimal(known["amount"]), known.get("currency"), str(get_locale()).replace("_", "-"))
    return known
