"""`bin/kit rollback TIER`: the release before, one server after the other."""

from __future__ import annotations

import click

from kit import lock
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.runs import carry_out
from kit.tier import get


@click.command("rollback")
@tier_argument()
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> None:
    """Put the release before in place again. Refused when it cannot serve on the database as it is."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "rollback"):
        carry_out(tier, "rollback", as_json=as_json, next_command=tier.command_hint("verify"))
