"""`bin/kit test`: everything that tests, stage by stage, going on past failures."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from kit import machine, output
from kit.cli import json_option
from kit.errors import Exit, KitError
from kit.paths import LOGS, private_directory
from kit.testrun import stages
from kit.testrun.outcome import Outcome, total


@click.command("test")
@click.option("--fast", is_flag=True, help="Only what a developer runs before a commit: lint and unit tests.")
@click.option("--keep", is_flag=True, help="Leave the run's own rehearsal standing.")
@click.option("--only", metavar="STAGE", multiple=True, help="Only this stage (may be repeated).")
@json_option
def command(fast: bool, keep: bool, only: tuple[str, ...], as_json: bool) -> int:
    """Run lint, unit, integration, rehearsals of its own, acceptance, browser, drills and molecule.

    A failed stage does not stop the next one. Ends with 3 when anything failed.
    """
    chosen = _chosen(fast, only)
    run = stages.Run(private_directory(LOGS / f"test-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}"))
    if not fast and not only:
        machine.install({**machine.REHEARSAL_TOOLS, **machine.TEST_TOOLS})
    outcomes: dict[str, Outcome] = {}
    begun = time.monotonic()
    try:
        for name in chosen:
            outcomes[name] = _run_stage(name, run, outcomes)
    finally:
        if not keep and any(name == "molecule" or name.endswith("rehearsal") for name in outcomes):
            stages.take_down(run)
    passed, failed = total(outcomes.values())
    _show(list(outcomes.values()), time.monotonic() - begun)
    output.say(f"logs  {run.logs}")
    if as_json:
        counts = {"passed": passed, "failed": failed, "not_run": sum(one.not_run for one in outcomes.values())}
        output.emit_json("kit.test", 1, {**counts, "stages": [outcome.as_dict() for outcome in outcomes.values()]})
    else:
        click.echo(f"{passed} passed, {failed} failed")
    return int(Exit.CHECKS_FAILED if failed else Exit.DONE)


def _chosen(fast: bool, only: tuple[str, ...]) -> list[str]:
    known = {**stages.ALL, **stages.ASKED}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise KitError(
            "KIT-062",
            f"There is no stage called {unknown[0]!r}.",
            why=f"stages: {', '.join(known)}",
            fix="name one of them",
        )
    if only:
        return [name for name in known if name in only]
    return list(stages.FAST if fast else stages.ALL)


def _run_stage(name: str, run: stages.Run, before: dict[str, Outcome]) -> Outcome:
    """Run one stage and time it. A stage whose ground is missing fails without running."""
    stage, needs = {**stages.ALL, **stages.ASKED}[name]
    output.progress(f"== {name}")
    if needs and needs in before and not before[needs].ok:
        return Outcome(name, failed=1, notes=[f"not run: {needs} failed"])
    begun = time.monotonic()
    outcome = stage(run)
    outcome.seconds = time.monotonic() - begun
    outcome.stage = name
    if not outcome.passed and not outcome.failed:
        outcome.notes.append("no tests were found: that proves nothing")
    output.progress(f"== {name}: {outcome.passed} passed, {outcome.failed} failed, {output.duration(outcome.seconds)}")
    return outcome


def _show(outcomes: list[Outcome], seconds: float) -> None:
    output.say("")
    rows = [
        [
            outcome.stage,
            "ok" if outcome.ok else "FAILED",
            str(outcome.passed),
            str(outcome.failed),
            str(outcome.not_run or ""),
            output.duration(outcome.seconds),
        ]
        for outcome in outcomes
    ]
    output.table("", ["stage", "", "passed", "failed", "not run", "time"], rows)
    for outcome in outcomes:
        for note in outcome.notes[:20]:
            output.say(f"  {outcome.stage}: {note}", style="red")
        for notice in outcome.notices:
            output.say(f"  {outcome.stage}: {notice}", style="yellow")
    output.say(f"all stages: {output.duration(seconds)}")
