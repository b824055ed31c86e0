"""`bin/kit backup TIER`: back up now, besides the nightly run."""

from __future__ import annotations

import click

from kit import lock
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.runs import carry_out
from kit.tier import get


@click.command("backup")
@tier_argument()
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> None:
    """Back up the database and the documents to the off-host store, now."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "backup"):
        carry_out(tier, "backup", as_json=as_json, next_command=tier.command_hint("status"))
