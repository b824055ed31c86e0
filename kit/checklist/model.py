"""Typed forms of the checklist's files: items, sign-offs and waivers. Unknown keys are refused."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

ItemId = Annotated[str, StringConstraints(pattern=r"^(PRJ|INF|OPS|PAY|REC)-\d{2}$")]
NodeId = Annotated[str, StringConstraints(pattern=r"^tests/[\w/]+\.py::\w+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Tier = Literal["test", "demo", "production"]
TIERS: tuple[Tier, ...] = ("test", "demo", "production")


class Strict(BaseModel):
    """Data that people write by hand: a misspelt key must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Proof(StrEnum):
    """What proves an item. BOTH needs its tests passed and a sign-off."""

    TEST = "test"
    SIGN_OFF = "sign-off"
    BOTH = "both"


class Words(Strict):
    """One text in the languages of the report."""

    en: Text
    fr: Text


class Clause(Strict):
    """One thing that must be observed. A clause without tests keeps its item from ever being passed."""

    observe: Words
    tests: tuple[NodeId, ...] = ()
    tiers: tuple[Tier, ...] = TIERS


class Item(Strict):
    """One row of the office's checklist; its ID is permanent."""

    id: ItemId
    title: Words
    proof: Proof
    remedy: Words
    command: Text | None = None
    """The command that mends it; `TIER` in it stands for the tier's name."""
    clauses: tuple[Clause, ...] = ()
    tiers: tuple[Tier, ...] = TIERS

    @model_validator(mode="after")
    def _clauses_fit_the_proof(self) -> Item:
        if self.proof is Proof.SIGN_OFF and self.clauses:
            raise ValueError(f"{self.id} is proved by sign-off alone, so it has no clauses to test")
        if self.proof is not Proof.SIGN_OFF and not self.clauses:
            raise ValueError(f"{self.id} is proved by test, so it needs at least one clause")
        return self

    def clauses_on(self, tier: str) -> tuple[Clause, ...]:
        """The clauses that apply on a tier."""
        return tuple(clause for clause in self.clauses if tier in clause.tiers)


class Part(Strict):
    """One file of checklists/: a part of the office's checklist."""

    part: Literal["PRJ", "INF", "OPS", "PAY", "REC"]
    title: Words
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _ids_belong_here(self) -> Part:
        seen: set[str] = set()
        for item in self.items:
            if not item.id.startswith(self.part):
                raise ValueError(f"{item.id} does not belong to part {self.part}")
            if item.id in seen:
                raise ValueError(f"{item.id} stands twice")
            seen.add(item.id)
        return self


class SignOff(Strict):
    """A person's word that an item is done, with the document that shows it."""

    item: ItemId
    by: Text
    role: Text
    date: datetime.date
    evidence: Text
    """Path of the document, from the clone's root."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    note: Text | None = None
    details: dict[str, datetime.date | str] = Field(default_factory=dict)
    """What the item asks besides: PAY-05's two dates, REC-01's two people."""


class SignOffs(Strict):
    """inventories/<tier>/signoffs.yml"""

    signoffs: tuple[SignOff, ...] = ()


class Waiver(Strict):
    """Leave to go on although a test failed or could not run; it ends by itself."""

    item: ItemId
    reason: Text
    approver: Text
    expires: datetime.date
    """The last day on which it holds, in UTC."""
    tests: tuple[str, ...] = ()
    """Names of the test functions it covers; empty: every test of the item."""

    @field_validator("reason")
    @classmethod
    def _says_why(cls, reason: str) -> str:
        if len(reason.split()) < 4:
            raise ValueError("a reason is a sentence that a reader in a year understands")
        return reason


class Waivers(Strict):
    """inventories/<tier>/waivers.yml, and inventories/rehearsal/waivers.yml for what containers cannot have."""

    waivers: tuple[Waiver, ...] = ()
