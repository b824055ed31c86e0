"""`bin/kit put-back TIER HOST`: let a server that was taken out serve again."""

from __future__ import annotations

import click

from kit import lock
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.runs import carry_out, require_server
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
        named, after = {"server": host}, tier.command_hint("status")
        carry_out(tier, "put-back", as_json=as_json, next_command=after, extra_vars=named, server=host)
