"""`bin/kit apply TIER`: bring a tier's servers to what the inventories say."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.playbook import show_end
from kit.runs import apply_tier
from kit.tier import get


@click.command("apply")
@tier_argument()
@rehearsal_option
@json_option
@click.option("--limit", default="", metavar="HOSTS", help="Only these hosts of the tier.")
@click.option("--tags", default="", metavar="ROLES", help="Only these parts, such as proxy or portal.")
def command(tier_name: str, rehearsal: bool, as_json: bool, limit: str, tags: str) -> None:
    """Apply every role. Again and again: a run that finds everything as it must be changes nothing."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "apply"):
        done = apply_tier(tier, limit=limit, tags=tags)
    show_end(tier, done.result, tier.command_hint("verify") if done.result.ok else "")
    if as_json and done.result.ok:
        output.emit_json("kit.apply", 1, done.as_dict(tier))
    done.result.require_success()
