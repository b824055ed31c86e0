"""What an operator sees of a report in the terminal: what failed and how to mend it first, then the counts."""

from __future__ import annotations

from pathlib import Path

from kit import output
from kit.checklist.rules import State
from kit.report.model import ItemReport, Report

MARKS = {
    State.PASSED: "✔",
    State.FAILED: "✘",
    State.WAIVED: "▲",
    State.NOT_RUN: "○",
    State.SIGNED_OFF: "✎",
    State.NEEDS_SIGN_OFF: "…",
    State.NOT_APPLICABLE: "–",
}


def show(report: Report, folder: Path) -> None:
    """Print the items by state, the remedies of what failed, and where the report lies."""
    rows = [[f"{MARKS[item.state]} {item.state.value}", item.id, item.title.en] for item in report.items()]
    output.table(f"Checklist on {report.tier}{' (rehearsal)' if report.rehearsal else ''}", ["", "", ""], rows)
    for item in report.items():
        if item.state is State.FAILED or item.incomplete:
            _show_failure(item)
    counts = ", ".join(f"{count} {state.value}" for state, count in report.counts.items() if count)
    style = "bold red" if report.result == "failed" else "bold green"
    output.say(f"\n{report.result.upper()}: {counts}  ({output.duration(report.seconds)})", style=style)
    if not report.finished:
        output.say("The run of tests ended before its end: the rest was not run.", style="bold red")
    output.say(f"Report: {folder / 'report.html'}")


def _show_failure(item: ItemReport) -> None:
    output.say(f"\n{item.id}  {item.title.en}", style="bold")
    for note in item.notes:
        output.say(f"  {note.en}")
    for clause in item.clauses:
        for test in clause.tests:
            if test.message:
                output.say(f"  {test.node.rpartition('::')[2]}: {test.message.splitlines()[0]}")
    output.say(f"  Remedy: {item.remedy.en}" + (f"  {item.command}" if item.command else ""))
