"""`bin/kit plan TIER`: show what apply would change; writes nothing."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.playbook import show_end
from kit.runs import apply_tier
from kit.tier import get


@click.command("plan")
@tier_argument()
@rehearsal_option
@json_option
@click.option("--limit", default="", metavar="HOSTS", help="Only these hosts of the tier.")
@click.option("--tags", default="", metavar="ROLES", help="Only these parts, such as proxy or portal.")
def command(tier_name: str, rehearsal: bool, as_json: bool, limit: str, tags: str) -> None:
    """Run apply in check mode, and show each difference. On a server that was never applied it cannot see far."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "plan"):
        done = apply_tier(tier, check=True, limit=limit, tags=tags)
    count = done.result.changed
    show_end(tier, done.result, tier.command_hint("apply" if count else "verify") if done.result.ok else "")
    if done.result.ok:
        output.say(
            f"apply would change {count} thing{'' if count == 1 else 's'}." if count else "apply would change nothing."
        )
        if as_json:
            output.emit_json("kit.plan", 1, done.as_dict(tier))
    done.result.require_success()
