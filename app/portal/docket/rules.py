"""What is true of a docket: where a page starts, and what happened to a filing. No database, no Flask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.filing.rules import FilingNumber
from portal.web.texts import typed_number

STATES = ("received", "accepted", "returned")
BILL_STATES = ("due", "paid")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cursor:
    """A place in the list: the filing that was seen last. It stays right when others are filed meanwhile."""

    received_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.received_at - EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The place that an address names; None when it names none."""
        if not (match := re.fullmatch(r"(\d{1,18})-(\d{1,18})", text, re.ASCII)):
            return None
        try:
            return cls(EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        except OverflowError:
            return None


def number_part(text: str) -> str:
    """What a typed number, or a part of one, is within the numbers as they are stored."""
    typed = typed_number(text)
    try:
        return str(FilingNumber.parse(typed))
    except ValueError:
        return re.sub(r"\s", "", typed)


class What(StrEnum):
    """What happened to a filing; the order breaks ties of one instant."""

    SUBMITTED = "submitted"
    REDUCTION_ACCEPTED = "reduction-accepted"
    REDUCTION_REFUSED = "reduction-refused"
    REDUCTION_REOPENED = "reduction-reopened"
    BILLED = "billed"
    BILL_CANCELLED = "bill-cancelled"
    RECEIPT_ISSUED = "receipt-issued"
    PAID = "paid"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class Event:
    """One entry of a filing's history; `details` are what its words need."""

    at: datetime
    what: What
    details: dict[str, Any] = field(default_factory=dict)


def in_order(events: Iterable[Event]) -> list[Event]:
    """The history, oldest first."""
    order = list(What)
    return sorted(events, key=lambda event: (event.at, order.index(event.what)))
