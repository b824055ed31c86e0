"""`bin/kit put-back TIER HOST`: let a server that was taken out serve again."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.runs import require_server, simple
from kit.tier import get


@click.command("put-back")
@tier_argument()
@click.argument("host")
@rehearsal_option
@json_option
def command(tier_name: str, host: str, rehearsal: bool, as_json: bool) -> None:
    """Start a server's proxy and worker; it takes part again once its portal says that it is ready."""
    tier = get(tier_name, rehearsal=rehearsal)
    require_server(tier, host)
    with lock.hold(tier, "put-back"):
        result = simple(tier, "put-back", next_command=tier.command_hint("status"), extra_vars={"server": host})
    if as_json and result.ok:
        output.emit_json(
            "kit.put-back", 1, {"tier": tier.name, "rehearsal": rehearsal, "server": host, **result.as_dict()}
        )
    result.require_success()
