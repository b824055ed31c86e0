"""`bin/kit init TIER`: make a tier's secrets, once, into its vault."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.runs import make_secrets
from kit.tier import get


@click.command("init")
@tier_argument()
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> None:
    """Make passwords, keys and certificates that the tier lacks. What is there is never replaced or shown."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "init"):
        _, new = make_secrets(tier)
    if new:
        output.say(f"Made for {tier.title}: {', '.join(new)}.")
        output.say(f"vault     {tier.vault} (encrypted)")
        output.say(f"password  {tier.vault_password_file}")
        if not rehearsal:
            output.say("Keep a copy of both where this machine's loss does not reach; they are never in git.")
    else:
        output.say(f"The tier {tier.title} has all its secrets; nothing was changed.")
    output.say(f"next  {tier.command_hint('preflight')}")
    if as_json:
        output.emit_json(
            "kit.init",
            1,
            {
                "tier": tier.name,
                "rehearsal": rehearsal,
                "made": new,
                "vault": str(tier.vault),
                "password_file": str(tier.vault_password_file),
            },
        )
