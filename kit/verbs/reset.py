"""`bin/kit reset TIER`: put a test or demo tier back to its training data."""

from __future__ import annotations

import click

from kit import lock
from kit.cli import json_option, rehearsal_option, tier_argument, yes_option
from kit.errors import Exit, KitError
from kit.runs import carry_out, confirm
from kit.tier import get


@click.command("reset")
@tier_argument()
@rehearsal_option
@json_option
@yes_option
def command(tier_name: str, rehearsal: bool, as_json: bool, yes: str) -> None:
    """Forget every draft, filing and document of a test or demo tier; the training accounts begin anew."""
    tier = get(tier_name, rehearsal=rehearsal)
    if tier.name == "production":
        raise KitError(
            "KIT-063",
            "The filings of production count: nothing was done.",
            where=tier.title,
            why="a reset forgets every filing and every document",
            fix="reset a test or demo tier: bin/kit reset demo",
            exit_code=Exit.REFUSED,
        )
    with lock.hold(tier, "reset"):
        confirm(tier, yes, f"Every draft, filing and document of {tier.title} is forgotten.")
        carry_out(tier, "reset", as_json=as_json, next_command=tier.command_hint("verify"))
