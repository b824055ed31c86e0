"""Where an item stands on a tier: pure functions over the checklist, test outcomes, sign-offs and waivers.

Nothing is passed by absence: a clause that no passed test observed keeps its item from "passed".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kit.checklist.model import Clause, Item, Proof, SignOff, Waiver, Words

UNNEEDED = Words(
    en="A waiver exists, and nothing needs it: take it out.",
    fr="Une dérogation existe sans que rien ne la demande : la retirer.",
)
TESTS_ONLY = Words(
    en="A waiver covers tests only; this item is proved by a sign-off.",
    fr="Une dérogation ne couvre que des tests ; ce point est prouvé par une validation.",
)
MISSING = Words(en="A sign-off is missing as well.", fr="Une validation manque également.")


class State(StrEnum):
    """Where an item, or a clause of it, stands."""

    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"
    NOT_RUN = "not run"
    SIGNED_OFF = "signed off"
    NEEDS_SIGN_OFF = "needs sign-off"
    NOT_APPLICABLE = "not applicable"


class Outcome(StrEnum):
    """What became of one test. A test that was begun and never finished is NOT_FINISHED."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_FINISHED = "not finished"


@dataclass(frozen=True)
class TestOutcome:
    """One test's outcome; `node` is its id without parameters' brackets."""

    __test__ = False  # the name begins with Test, and pytest would collect it

    node: str
    items: tuple[str, ...]
    outcome: Outcome

    @property
    def function(self) -> str:
        """The bare name of the test function."""
        return self.node.rpartition("::")[2]


@dataclass(frozen=True)
class CheckedSignOff:
    """A sign-off, and what is wrong with its evidence document (None: it is there, unchanged)."""

    signoff: SignOff
    problem: Words | None = None


@dataclass(frozen=True)
class ClauseStand:
    """Where one clause stands, without and with waivers."""

    clause: Clause
    state: State
    observed_state: State


@dataclass(frozen=True)
class Stand:
    """Where an item stands on a tier."""

    item: Item
    state: State
    clauses: tuple[ClauseStand, ...] = ()
    signoff: CheckedSignOff | None = None
    waivers: tuple[Waiver, ...] = ()
    notes: tuple[Words, ...] = ()
    incomplete: bool = False
    """A test that exists for this item did not finish: the run as a whole proves nothing about it."""


def base_node(node: str) -> str:
    """A test's id without its parameters: `f.py::test_a[x]` is `f.py::test_a`."""
    return node.partition("[")[0]


def unknown_ids(marked: Mapping[str, Iterable[str]], items: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Tests whose mark names an item that the checklist does not have: node → those IDs."""
    known = {item.id for item in items}
    wrong = {node: tuple(i for i in ids if i not in known) for node, ids in marked.items()}
    return {node: ids for node, ids in wrong.items() if ids}


def unkept_claims(items: Iterable[Item], marked: Mapping[str, Iterable[str]]) -> list[str]:
    """Claims of the checklist that no test keeps: the test does not exist, or its mark names another item."""
    problems = []
    marks = {base_node(node): set(ids) for node, ids in marked.items()}
    for item in items:
        for clause in item.clauses:
            for node in clause.tests:
                if node not in marks:
                    problems.append(f"{item.id} claims {node}, which does not exist")
                elif item.id not in marks[node]:
                    problems.append(f"{item.id} claims {node}, which is not marked with {item.id}")
    return problems


def nodes_of_other_tiers(items: Iterable[Item], tier: str) -> set[str]:
    """Tests that the checklist names for other tiers alone: they would prove or refute nothing on this one."""
    here: set[str] = set()
    elsewhere: set[str] = set()
    for item in items:
        for clause in item.clauses:
            applies = tier in item.tiers and tier in clause.tiers
            (here if applies else elsewhere).update(clause.tests)
    return elsewhere - here


def unknown_waived_tests(waivers: Iterable[Waiver], marked: Mapping[str, Iterable[str]]) -> list[str]:
    """Waivers that name a test which their item does not have: a renamed test must not lose its waiver silently."""
    functions: dict[str, set[str]] = {}
    for node, ids in marked.items():
        for item in ids:
            functions.setdefault(item, set()).add(base_node(node).rpartition("::")[2])
    return [
        f"the waiver of {waiver.item} names {name}, which is no test of {waiver.item}"
        for waiver in waivers
        for name in waiver.tests
        if name not in functions.get(waiver.item, set())
    ]


def stand_of(
    item: Item,
    tier: str,
    outcomes: Sequence[TestOutcome],
    signoff: CheckedSignOff | None,
    waivers: Sequence[Waiver],
    today: date,
) -> Stand:
    """Where `item` stands on `tier`; `today` is a UTC date. `outcomes` may hold those of other items too."""
    if tier not in item.tiers:
        return Stand(item, State.NOT_APPLICABLE)
    own = [one for one in outcomes if item.id in one.items]
    given = tuple(one for one in waivers if one.item == item.id)
    if item.proof is Proof.SIGN_OFF:
        return _by_sign_off(item, signoff, given)

    in_force = tuple(one for one in given if today <= one.expires)
    expired = tuple(one for one in given if today > one.expires)
    clauses = tuple(_clause_stand(clause, own, in_force) for clause in item.clauses_on(tier))
    loose = _stray_tests(item, own, in_force)
    states = [one.state for one in clauses] + loose
    observed = [one.observed_state for one in clauses]
    notes = [
        Words(
            en=f"A waiver expired on {one.expires.isoformat()}: {one.reason}",
            fr=f"Une dérogation a expiré le {one.expires.isoformat()} : {one.reason}",
        )
        for one in expired
    ]
    if in_force and State.WAIVED not in states:
        notes.append(UNNEEDED)
    state = _worst(states) if states else State.NOT_RUN
    if expired:
        state = State.FAILED
    if item.proof is Proof.BOTH:
        state = _with_sign_off(state, signoff, notes)
    incomplete = any(one.outcome in (Outcome.NOT_FINISHED, Outcome.SKIPPED) for one in own) or any(
        stand.clause.tests and seen is State.NOT_RUN for stand, seen in zip(clauses, observed, strict=True)
    )
    return Stand(item, state, clauses, signoff, given, tuple(notes), incomplete and State.NOT_RUN in states)


def fails_the_run(stands: Iterable[Stand]) -> bool:
    """Whether a verification ends with exit code 3: something failed, or a test that exists did not finish."""
    return any(one.state is State.FAILED or one.incomplete for one in stands)


def _by_sign_off(item: Item, signoff: CheckedSignOff | None, waivers: tuple[Waiver, ...]) -> Stand:
    notes = (TESTS_ONLY,) if waivers else ()
    if signoff is None:
        return Stand(item, State.NEEDS_SIGN_OFF, waivers=waivers, notes=notes)
    if signoff.problem is not None:
        return Stand(item, State.FAILED, signoff=signoff, waivers=waivers, notes=(*notes, signoff.problem))
    return Stand(item, State.SIGNED_OFF, signoff=signoff, waivers=waivers, notes=notes)


def _clause_stand(clause: Clause, own: Sequence[TestOutcome], waivers: Sequence[Waiver]) -> ClauseStand:
    named = set(clause.tests)
    states: list[State] = []
    waived: list[State] = []
    for node in clause.tests:
        results = [one for one in own if one.node == node]
        found = [_test_state(one) for one in results] or [State.NOT_RUN]
        states += found
        waived += [_after_waiver(state, node.rpartition("::")[2], waivers) for state in found]
    if not named:
        states = [State.NOT_RUN]
        waived = [_after_waiver(State.NOT_RUN, "", waivers)]
    return ClauseStand(clause, _worst(waived), _worst(states))


def _stray_tests(item: Item, own: Sequence[TestOutcome], waivers: Sequence[Waiver]) -> list[State]:
    """Failures of tests that carry the item's mark without being named by a clause: they count against it too."""
    named = {node for clause in item.clauses for node in clause.tests}
    strays = [one for one in own if one.node not in named and one.outcome is not Outcome.PASSED]
    return [_after_waiver(_test_state(one), one.function, waivers) for one in strays]


def _test_state(one: TestOutcome) -> State:
    return {Outcome.PASSED: State.PASSED, Outcome.FAILED: State.FAILED}.get(one.outcome, State.NOT_RUN)


def _after_waiver(state: State, function: str, waivers: Sequence[Waiver]) -> State:
    if state not in (State.FAILED, State.NOT_RUN):
        return state
    covered = any(not waiver.tests or function in waiver.tests for waiver in waivers)
    return State.WAIVED if covered else state


def _worst(states: Sequence[State]) -> State:
    order = (State.FAILED, State.NOT_RUN, State.WAIVED, State.PASSED)
    return next(state for state in order if state in states)


def _with_sign_off(state: State, signoff: CheckedSignOff | None, notes: list[Words]) -> State:
    if signoff is not None and signoff.problem is not None:
        notes.append(signoff.problem)
        return State.FAILED
    if state in (State.PASSED, State.WAIVED):
        return state if signoff is not None else State.NEEDS_SIGN_OFF
    if signoff is None:
        notes.append(MISSING)
    return state
