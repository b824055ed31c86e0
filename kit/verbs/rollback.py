"""`bin/kit rollback TIER`: the release before, one server after the other."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.runs import simple
from kit.tier import get


@click.command("rollback")
@tier_argument()
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> None:
    """Put the release before in place again. Refused when it cannot serve on the database as it is."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "rollback"):
        result = simple(tier, "rollback", next_command=tier.command_hint("verify"))
    if as_json and result.ok:
        output.emit_json("kit.rollback", 1, {"tier": tier.name, "rehearsal": rehearsal, **result.as_dict()})
    result.require_success()
