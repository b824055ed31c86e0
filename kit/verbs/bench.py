"""`bin/kit bench`: run the measurements of tests/bench and print them as one table."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from kit import output
from kit.cli import json_option
from kit.errors import Exit, KitError
from kit.paths import LOGS, ROOT, private_directory
from kit.testrun.process import stream


@dataclass(frozen=True)
class Measure:
    """One thing that was measured, and whether its goal was reached (None where there is no goal)."""

    what: str
    value: float | int | str
    unit: str
    goal: str = ""
    ok: bool | None = None


FOLDER = ROOT / "tests" / "bench"


@click.command("bench")
@json_option
@click.argument("names", nargs=-1)
def command(as_json: bool, names: tuple[str, ...]) -> int:
    """Run the scripts of tests/bench (all, or those named), each printing {"measures": [...]} as its last line.

    A measure is {"what", "value", "unit", "goal", "ok"}; `ok` is null where there is no goal.
    """
    scripts = {path.stem.removeprefix("bench_"): path for path in sorted(FOLDER.glob("bench_*.py"))}
    unknown = [name for name in names if name not in scripts]
    if unknown or not scripts:
        raise KitError(
            "KIT-051",
            f"There is no measurement called {unknown[0]!r}." if unknown else "There are no measurements.",
            where=str(FOLDER),
            why=f"there are: {', '.join(scripts)}",
            fix="name one of them, or none for all",
        )
    folder = private_directory(LOGS / f"bench-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}")
    measures: list[Measure] = []
    broken = []
    for name in names or tuple(scripts):
        with output.step(f"Measuring {name}"):
            found = _measure(scripts[name], folder / f"{name}.log")
        if found is None:
            broken.append(name)
        measures += found or []
    verdict = {True: "reached", False: "MISSED", None: ""}
    rows = [
        [measure.what, f"{measure.value} {measure.unit}", measure.goal, verdict[measure.ok]] for measure in measures
    ]
    output.table("", ["what", "measured", "goal", ""], rows)
    for name in broken:
        output.say(f"{name} did not end well: {folder / (name + '.log')}", style="red")
    if as_json:
        output.emit_json("kit.bench", 1, {"measures": [asdict(measure) for measure in measures], "broken": broken})
    return int(Exit.CHECKS_FAILED if broken or any(measure.ok is False for measure in measures) else Exit.DONE)


def _measure(script: Path, log: Path) -> list[Measure] | None:
    done = stream([sys.executable, str(script)], log, limit=3600, keep_stdout=True)
    try:
        found = [Measure(**measure) for measure in json.loads(done.stdout.strip().splitlines()[-1])["measures"]]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return found if done.code == 0 else None
