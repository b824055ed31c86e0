"""Puts a report together from the checklist and what a run of tests saw. No files are touched here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from kit.checklist.model import Part, Waiver
from kit.checklist.results import Run, TestResult
from kit.checklist.rules import (
    CheckedSignOff,
    ClauseStand,
    Outcome,
    Stand,
    State,
    base_node,
    fails_the_run,
    stand_of,
)
from kit.report.model import (
    ClauseReport,
    ItemReport,
    Observation,
    PartReport,
    Report,
    SignOffReport,
    TestReport,
)


@dataclass(frozen=True)
class About:
    """What a report says of itself; times are UTC instants."""

    tier: str
    rehearsal: bool
    office: str
    release: str | None
    began: datetime
    ended: datetime
    command_line: str


def collect(
    about: About,
    parts: Sequence[Part],
    run: Run,
    signoffs: Mapping[str, CheckedSignOff],
    waivers: Sequence[Waiver],
    today: date,
) -> Report:
    """The report of `run`; `today` (UTC) decides which waivers are in force."""
    results = list(run.results.values())
    outcomes = [one.as_outcome() for one in results]
    stands = {
        item.id: stand_of(item, about.tier, outcomes, signoffs.get(item.id), waivers, today)
        for part in parts
        for item in part.items
    }
    failed = fails_the_run(stands.values()) or not run.finished
    return Report(
        tier=about.tier,
        rehearsal=about.rehearsal,
        office=about.office,
        release=about.release,
        began=_utc(about.began),
        ended=_utc(about.ended),
        seconds=round((about.ended - about.began).total_seconds(), 1),
        result="failed" if failed else "passed",
        finished=run.finished,
        counts=dict.fromkeys(State, 0) | Counter(one.state for one in stands.values()),
        command_line=about.command_line,
        parts=tuple(
            PartReport(
                part=part.part,
                title=part.title,
                items=tuple(_item(stands[item.id], results, about) for item in part.items),
            )
            for part in parts
        ),
    )


def _item(stand: Stand, results: Sequence[TestResult], about: About) -> ItemReport:
    item = stand.item
    named = {node for clause in item.clauses for node in clause.tests}
    command = item.command
    if command is not None:
        on_containers = about.rehearsal and command.startswith("bin/kit")
        command = command.replace("TIER", about.tier) + (" --rehearsal" if on_containers else "")
    remedy = item.remedy.model_copy(
        update={name: text.replace("TIER", about.tier) for name, text in item.remedy.model_dump().items()}
    )
    return ItemReport(
        id=item.id,
        title=item.title,
        proof=item.proof.value,
        state=stand.state,
        incomplete=stand.incomplete,
        clauses=tuple(_clause(one, results) for one in stand.clauses),
        other_tests=tuple(_test(one) for one in results if item.id in one.items and base_node(one.node) not in named),
        signoff=stand.signoff and SignOffReport(signoff=stand.signoff.signoff, problem=stand.signoff.problem),
        waivers=stand.waivers,
        notes=stand.notes,
        remedy=remedy,
        command=command,
    )


def _clause(stand: ClauseStand, results: Sequence[TestResult]) -> ClauseReport:
    tests: list[TestReport] = []
    for node in stand.clause.tests:
        found = [_test(one) for one in results if base_node(one.node) == node]
        tests += found or [TestReport(node=node, outcome=Outcome.NOT_FINISHED, message="It did not run.")]
    return ClauseReport(
        observe=stand.clause.observe,
        state=stand.state,
        observed_state=stand.observed_state,
        tests=tuple(tests),
    )


def _test(result: TestResult) -> TestReport:
    return TestReport(
        node=result.node,
        outcome=result.outcome,
        began=result.began,
        seconds=result.seconds,
        message=result.message,
        evidence=tuple(Observation(**asdict(one)) for one in result.evidence),
    )


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
