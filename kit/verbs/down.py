"""`bin/kit down`: a rehearsal and everything it made go; the caches stay."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, tier_argument
from kit.rehearsal import stage
from kit.tier import get


@click.command("down")
@tier_argument("test")
@json_option
def command(tier_name: str, as_json: bool) -> None:
    """Remove this clone's containers, network, image names and rehearsal state. Reports and caches stay.

    Nothing is asked: a rehearsal is made to be thrown away.
    """
    tier = get(tier_name, rehearsal=True)
    with lock.hold(tier, "down"):
        removed = stage.clear_away()
    output.say(
        f"Removed {removed['containers']} containers, {removed['networks']} networks, {removed['images']} images."
        if any(removed.values())
        else "There was nothing to remove."
    )
    output.say(f"next  bin/kit up {tier.name}")
    if as_json:
        output.emit_json("kit.down", 1, {"tier": tier.name, "removed": removed})
