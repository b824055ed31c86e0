"""`bin/kit report TIER`: show the last verification of a tier again."""

from __future__ import annotations

import json
import sys

import click

from kit import output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.errors import Exit
from kit.tier import get


@click.command("report")
@tier_argument()
@rehearsal_option
@json_option
@click.option("--render", is_flag=True, help="Write report.html again from report.json, as this kit draws it.")
@click.option("--schema", is_flag=True, help="Write the JSON schema of report.json to stdout, and nothing else.")
def command(tier_name: str, rehearsal: bool, as_json: bool, render: bool, schema: bool) -> int:
    """Show what the last verification of a tier found, and where its report lies."""
    from kit.report.model import Report
    from kit.report.terminal import show
    from kit.report.write import read_latest, write

    if schema:
        sys.stdout.write(json.dumps(Report.model_json_schema(), indent=2) + "\n")
        return int(Exit.DONE)
    tier = get(tier_name, rehearsal=rehearsal)
    folder, report = read_latest(tier)
    if render:
        write(report, folder)
    show(report, folder)
    if as_json:
        document = report.model_dump(mode="json", exclude={"kind", "version"})
        output.emit_json(report.kind, report.version, {"folder": str(folder), **document})
    return int(Exit.DONE)
