"""What is true of bills: their reference, their sum, and when money settles one. No database, no Flask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from portal.web.texts import typed_number

COUNTER = "counter"
"""The driver of money taken by a cashier; `transaction` is the number on the counter's own receipt."""

FEES, BALANCE = "fees", "balance"
"""The kinds of bill: the one that comes with the filing, and one over what a refused reduction had taken off."""

TRANSACTION = re.compile(r"^[A-Z0-9][A-Z0-9 ./_-]{0,98}$")


class PaymentRefused(ValueError):
    """The money cannot settle the bill; nothing was changed."""


class UnknownBill(PaymentRefused):
    """No bill has this reference."""


class AmountDiffers(PaymentRefused):
    """A bill is paid whole: the amount is not its total."""


class AlreadyPaid(PaymentRefused):
    """The bill was settled before, by another transaction."""


class BillCancelled(PaymentRefused):
    """The bill is no longer owed."""


class TransactionUsed(PaymentRefused):
    """This transaction settled another bill, or came with another amount."""


def make_reference(serial: int, year: int) -> str:
    """The reference of the bill with this serial: `RF`, two check digits, the year's two digits, the serial.

    Source: ISO 11649; its check digits (ISO 7064, MOD 97-10) find every single wrong digit and every exchange of two
    neighbours, and banks carry such references whole.
    """
    body = f"{year % 100:02d}{serial:06d}"
    return f"RF{98 - _remainder(body + 'RF00'):02d}{body}"


def is_reference(text: str) -> bool:
    """Whether this is a reference whose check digits hold, as typed with or without spaces."""
    compact = compact_reference(text)
    if not re.fullmatch(r"RF\d{10,}", compact, re.ASCII) or len(compact) > 25:
        return False
    return _remainder(compact[4:] + compact[:4]) == 1


def compact_reference(text: str) -> str:
    """A typed reference without spaces and hyphens, in capitals: as it is stored."""
    return re.sub(r"[\s\u00a0-]", "", typed_number(text)).upper()


def printed_reference(reference: str) -> str:
    """A reference as it is printed: in groups of four."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def compact_transaction(text: str) -> str:
    """A typed receipt number, trimmed and in capitals, so that the same number is always the same transaction."""
    return re.sub(r"\s+", " ", typed_number(text)).strip().upper()


def adds_up(amounts: Iterable[Decimal], total: Decimal) -> bool:
    """Whether the items are the bill, to the smallest unit."""
    return sum(amounts, Decimal(0)) == total


def _remainder(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text)) % 97


def parse_amount(text: str, decimals: int = 2) -> Decimal | None:
    """An amount as people type it, with a point or a comma before the decimals, or None when it is none.

    Unless the currency has three decimals, a mark with three digits behind it is refused as doubtful: thousands and
    decimals look alike there.
    """
    compact = re.sub(r"[\s\u00a0\u202f']", "", typed_number(text)).replace("٫", ".")
    fraction = rf"([.,]\d{{1,{decimals}}})?" if decimals else ""
    if not re.fullmatch(rf"\d{{1,13}}{fraction}", compact, re.ASCII):
        return None
    return Decimal(compact.replace(",", "."))
