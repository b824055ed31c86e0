"""`bin/kit drill TIER --rehearsal`: break a rehearsal on purpose, and see that nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from kit import lock, output
from kit.cli import rehearsal_option, tier_argument, yes_option
from kit.errors import Exit, KitError
from kit.paths import LOGS, VENV, private_directory
from kit.rehearsal import stage
from kit.runs import confirm
from kit.testrun.outcome import from_junit
from kit.testrun.process import stream
from kit.tier import get


@click.command("drill")
@tier_argument("test")
@rehearsal_option
@yes_option
@click.option("-k", "chosen", default="", metavar="WORDS", help="Only drills whose names match, as pytest's -k.")
def command(tier_name: str, rehearsal: bool, yes: str, chosen: str) -> int:
    """Run the drills of tests/drills: full disks, stopped databases, absent keys. Never on real servers."""
    tier = get(tier_name, rehearsal=rehearsal)
    if not rehearsal:
        raise KitError(
            "KIT-061",
            "Drills break things: they run on rehearsals only.",
            where=tier.title,
            fix=f"bin/kit drill {tier.name} --rehearsal --yes {tier.name}",
            exit_code=Exit.REFUSED,
        )
    with lock.hold(tier, "drill"):
        stage.require(tier)
        confirm(tier, yes, f"Drills stop services and fill disks of {tier.title}.")
        folder = private_directory(LOGS / f"drill-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}")
        junit = folder / "drills.xml"
        command_line = [str(VENV / "bin" / "pytest"), "tests/drills", "--tier", tier.name, "--rehearsal", "-v"]
        command_line += [f"--junitxml={junit}", *(["-k", chosen] if chosen else [])]
        done = stream(command_line, folder / "drills.log", limit=3600)
    outcome = from_junit("drills", junit.read_text()) if junit.is_file() else None
    if outcome:
        output.say(f"{outcome.passed} drills passed, {outcome.failed} failed")
    output.say(f"log   {folder / 'drills.log'}")
    output.say(f"next  {tier.command_hint('verify')}")
    return int(Exit.DONE if done.code == 0 and outcome and outcome.ok else Exit.CHECKS_FAILED)
