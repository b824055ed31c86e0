"""`bin/kit verify TIER`: prove the deployment checklist on a tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.errors import Exit
from kit.tier import Tier, get

if TYPE_CHECKING:
    from kit.checklist.results import Run
    from kit.checklist.verification import Verification


@click.command("verify")
@tier_argument()
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> int:
    """Observe the running servers item by item, and write the report. Ends with 3 when an item failed."""
    from kit.report.terminal import show

    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "verify"):
        done = verify_tier(tier)
    show(done.found, done.folder)
    output.say(f"Log of the tests: {done.log}")
    if as_json:
        output.emit_json(done.found.kind, done.found.version, done.document)
    return int(Exit.DONE if done.ok else Exit.CHECKS_FAILED)


def verify_tier(tier: Tier) -> Verification:
    """Verify with live progress; the caller holds the tier's lock."""
    from kit.checklist.verification import verify

    output.progress(f"Verifying {tier.title} …")
    return verify(tier, Progress().tell)


class Progress:
    """Tells each test once, when it has ended."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, run: Run) -> None:
        """Print a line for every test that ended since the last time."""
        from kit.checklist.rules import Outcome

        for node, result in run.results.items():
            if node in self._told or result.outcome is Outcome.NOT_FINISHED:
                continue
            self._told.add(node)
            words = node.rpartition("::")[2].removeprefix("test_").replace("_", " ")
            mark = {"passed": "✔", "failed": "✘"}.get(result.outcome.value, "○")
            count = f"{len(self._told):>3}/{run.collected}"
            output.progress(f"{count}  {mark} {' '.join(result.items)}  {words}  ({result.seconds:.1f} s)")
