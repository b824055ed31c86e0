"""The kinds of notices, and their words. A notice is worded when it is read, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from portal.calendar.rules import Reception
from portal.calendar.words import explain_reception
from portal.context import profile
from portal.documents.verdict import Reason
from portal.documents.wording import words
from portal.filing.rules import FilingNumber
from portal.payments.rules import printed_reference
from portal.web.bidi import isolated
from portal.web.formats import day, money, text
from portal.web.language import spoken


class Kind(StrEnum):
    FILING_RECEIVED = "filing-received"
    RECEIPT_ISSUED = "receipt-issued"
    PAYMENT_CONFIRMED = "payment-confirmed"
    RECEPTION_DATE = "reception-date"
    FILING_ACCEPTED = "filing-accepted"
    FILING_RETURNED = "filing-returned"
    DOCUMENT_REFUSED = "document-refused"
    DISCOUNT_REFUSED = "discount-refused"
    DISCOUNT_REOPENED = "discount-reopened"
    DRAFT_SHARED = "draft-shared"
    DRAFT_HANDED_OVER = "draft-handed-over"
    DRAFT_COMMENT = "draft-comment"
    CLIENT_APPROVED = "client-approved"
    CLIENT_ASKED_CHANGES = "client-asked-changes"


DRAFT_PAGES: Mapping[Kind, str] = {
    Kind.DOCUMENT_REFUSED: "/documents",
    Kind.DRAFT_COMMENT: "/comments",
    Kind.CLIENT_APPROVED: "/approval",
    Kind.CLIENT_ASKED_CHANGES: "/approval",
}
"""The page of a draft to which a notice about it leads, where that is not its task list."""


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
            told = _(
                "The office has your application “%(title)s”. Its signed receipt is on the filing’s page.", **known
            )
        case Kind.RECEIPT_ISSUED:
            subject = _("The receipt of filing %(number)s is ready", **known)
            told = _("You can download the signed receipt of “%(title)s” from the filing’s page.", **known)
        case Kind.PAYMENT_CONFIRMED:
            subject = _("The fees of filing %(number)s are paid", **known)
            told = _("The office confirmed a payment of %(amount)s for “%(title)s”.", **known)
        case Kind.RECEPTION_DATE:
            subject = _("Filing %(number)s has its reception date", **known)
            intro = _("The signed notice of the date of “%(title)s” is on the filing’s page. It was found so:", **known)
            told = "\n".join([intro, *_how(params)])
        case Kind.FILING_ACCEPTED:
            subject = _("Filing %(number)s was accepted at reception", **known)
            told = _("“%(title)s” goes on to examination. You need do nothing now.", **known)
        case Kind.FILING_RETURNED:
            subject = _("Filing %(number)s was returned for defects", **known)
            told = _("The office cannot take “%(title)s” as it stands. The filing’s page says what to mend.", **known)
        case Kind.DOCUMENT_REFUSED:
            subject = _("The file %(file_name)s was not accepted", **known)
            told = _about_document(known)
        case Kind.DISCOUNT_REFUSED:
            subject = _("A reduction of filing %(number)s was refused", **known)
            told = _about_refusal(known)
        case Kind.DISCOUNT_REOPENED:
            subject = _("The refusal of a reduction of filing %(number)s was taken back", **known)
            told = _about_reopening(known)
        case _:
            subject, told = _about_draft(Kind(kind), known)
    return Wording(subject, told)


def _about_draft(kind: Kind, known: Mapping[str, Any]) -> tuple[str, str]:
    """What colleagues and clients do with a draft; `person` is who did it."""
    match kind:
        case Kind.DRAFT_SHARED:
            is_viewer = known.get("role") == "viewer"
            told = _("You can read “%(title)s” and comment on it.", **known)
            return _("%(person)s shares a draft with you", **known), (
                told if is_viewer else _("You can work on “%(title)s”.", **known)
            )
        case Kind.DRAFT_HANDED_OVER:
            told = _("You own “%(title)s” now: you say who works on it, and you can delete it.", **known)
            return _("%(person)s handed a draft over to you", **known), told
        case Kind.DRAFT_COMMENT:
            told = _("There is a new comment on “%(title)s”.", **known)
            return _("%(person)s commented on a draft", **known), told
        case Kind.CLIENT_APPROVED:
            told = _("“%(title)s” was approved as it stood then. Its page says what has changed since.", **known)
            return _("%(person)s approved a draft", **known), told
        case Kind.CLIENT_ASKED_CHANGES:
            told = _("What should be changed in “%(title)s” stands under the client’s approval.", **known)
            return _("%(person)s asks for changes to a draft", **known), told
    raise ValueError(f"{kind} is not about a draft")


def _about_document(known: Mapping[str, Any]) -> str:
    reasons = " ".join(words(Reason(**reason)) for reason in known["reasons"])
    received = _("It had been received for “%(title)s” and waited to be examined.", **known)
    mend = _("It is not attached any more: mend it, and attach it again before you submit.")
    return f"{received} {reasons} {mend}"


def _about_refusal(known: Mapping[str, Any]) -> str:
    """What is owed now, and the office's reason as the officer wrote it."""
    told = [_("The reduction “%(discount)s” of “%(title)s” was refused.", **known)]
    if known["bill"]:
        told.append(_("Pay the balance of %(amount)s with bill %(bill)s by %(due)s.", **known))
    return " ".join([*told, _("The office’s reason: %(reason)s", **known)])


def _about_reopening(known: Mapping[str, Any]) -> str:
    told = [_("The office looks again at the reduction “%(discount)s” of “%(title)s”.", **known)]
    if known["bill"]:
        told.append(_("Bill %(bill)s is cancelled: do not pay it.", **known))
    return " ".join(told)


def _how(params: Mapping[str, Any]) -> list[str]:
    """The steps to a reception date, with both instants; none where the notice does not know them."""
    if not params.get("reception"):
        return []
    return [str(step) for step in explain_reception(Reception.read(params["reception"])).steps]


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the words need, written for people: numbers as the office prints them, money in the reader's language.

    What was typed is isolated: the words go into a page and into a mail alike.
    """
    names = ("number", "title", "amount", "file_name", "discount", "reason", "bill", "due", "person")
    known: dict[str, Any] = dict.fromkeys(names, "") | {"reasons": []} | dict(params)
    language = spoken()
    with suppress(ValueError):  # a number of another form is shown as it is
        known["number"] = FilingNumber.parse(str(known["number"])).printed(profile().office.code)
    for name in ("number", "title", "file_name", "reason"):
        known[name] = isolated(str(known[name]))
    if known["amount"]:
        known["amount"] = money(Decimal(known["amount"]), known.get("currency"), language)
    if known["discount"]:
        known["discount"] = text(known["discount"], language)
    if known["bill"]:
        known["bill"] = isolated(printed_reference(known["bill"]))
    if known["due"]:
        known["due"] = day(date.fromisoformat(known["due"]), language)
    return known
