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
    mode: Literal["after-submission", "before-submission"] = "after-submission"
    methods: list[PaymentMethod] = Field(min_length=1)
    bill_due_days: int = Field(gt=0)
    instructions: Text
