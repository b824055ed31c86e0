"""How the office is paid."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from portal.profile.base import Strict, Text


class PaymentMethod(StrEnum):
    COUNTER = "counter"
    BANK_TRANSFER = "bank-transfer"


class Payment(Strict):
    """Periods are days that begin after the bill's or the quote's own; one that ends on a closed day ends on the next
    open one.

    `balance_due_days` is the period of a bill over what a refused discount had taken off; `quote_days` for how long a
    quote is honoured, 0 where the office gives none.
    """

    mode: Literal["after-submission", "before-submission"] = "after-submission"
    methods: list[PaymentMethod] = Field(min_length=1)
    bill_due_days: int = Field(gt=0)
    balance_due_days: int = Field(default=30, gt=0)
    quote_days: int = Field(default=0, ge=0, le=366)
    instructions: Text
