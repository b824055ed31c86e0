"""`bin/kit take-out TIER HOST`: take one server out of service without cutting a request off."""

from __future__ import annotations

import click

from kit import lock
from kit.cli import json_option, rehearsal_option, tier_argument, yes_option
from kit.runs import carry_out, require_server
from kit.tier import get


@click.command("take-out")
@tier_argument()
@click.argument("host")
@rehearsal_option
@json_option
@yes_option
def command(tier_name: str, host: str, rehearsal: bool, as_json: bool, yes: str) -> None:
    """Let the requests of a server end, stop its proxy and its worker, and give the shared address to another.

    Refused when fewer than two servers would go on serving; with --yes TIER one is enough, none never is.
    """
    tier = get(tier_name, rehearsal=rehearsal)
    require_server(tier, host)
    with lock.hold(tier, "take-out"):
        named = {"server": host} | ({"force": "true"} if yes == tier.name else {})
        back = tier.command_hint("put-back").replace(f" {tier.name}", f" {tier.name} {host}", 1)
        carry_out(tier, "take-out", as_json=as_json, next_command=back, extra_vars=named, server=host)
