"""The form of report.json. A change that a reader would notice raises `version`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kit.checklist.model import SignOff, Waiver, Words
from kit.checklist.rules import Outcome, State


class Strict(BaseModel):
    """A report that another program reads holds exactly what its schema says."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Observation(Strict):
    """What `command` showed on `host`, and when (UTC)."""

    host: str
    command: str
    observed: str
    at: str


class TestReport(Strict):
    """One test: its id, outcome, and what it saw. A test that did not run has no time."""

    __test__ = False  # the name begins with Test, and pytest would collect it

    node: str
    outcome: Outcome
    began: str | None = None
    seconds: float = 0.0
    message: str = ""
    evidence: tuple[Observation, ...] = ()


class ClauseReport(Strict):
    """One thing that the item asks: `observed_state` is the state without waivers."""

    observe: Words
    state: State
    observed_state: State
    tests: tuple[TestReport, ...] = ()


class SignOffReport(Strict):
    """A sign-off, and what is wrong with its evidence document (None: nothing)."""

    signoff: SignOff
    problem: Words | None = None


class ItemReport(Strict):
    """Where one item stands, and all that shows it."""

    id: str
    title: Words
    proof: Literal["test", "sign-off", "both"]
    state: State
    incomplete: bool = False
    clauses: tuple[ClauseReport, ...] = ()
    other_tests: tuple[TestReport, ...] = ()
    signoff: SignOffReport | None = None
    waivers: tuple[Waiver, ...] = ()
    notes: tuple[Words, ...] = ()
    remedy: Words
    command: str | None = None
    """The command that mends it, for this tier."""


class PartReport(Strict):
    """One part of the checklist."""

    part: str
    title: Words
    items: tuple[ItemReport, ...]


class Report(Strict):
    """One verification of one tier."""

    kind: Literal["verification-report"] = "verification-report"
    version: Literal[1] = 1
    tier: str
    rehearsal: bool
    office: str
    release: str | None
    """The kit's commit that verified."""
    began: str
    ended: str
    seconds: float
    result: Literal["passed", "failed"]
    """`failed` when an item failed, or a test that exists did not finish."""
    finished: bool
    counts: dict[State, int]
    command_line: str
    parts: tuple[PartReport, ...] = Field(min_length=1)

    def items(self) -> tuple[ItemReport, ...]:
        """All items, in the checklist's order."""
        return tuple(item for part in self.parts for item in part.items)
