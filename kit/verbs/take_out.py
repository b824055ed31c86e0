"""`bin/kit take-out TIER HOST`: take one server out of service without cutting a request off."""

from __future__ import annotations

import click

from kit import lock, output
from kit.cli import json_option, rehearsal_option, tier_argument, yes_option
from kit.errors import Exit, KitError
from kit.runs import require_server, simple
from kit.tier import get

REFUSAL = "KIT-065"
"""How the playbook's refusal begins."""


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
        forced = {"force": "true"} if yes == tier.name else {}
        back = tier.command_hint("put-back").replace(f" {tier.name}", f" {tier.name} {host}", 1)
        result = simple(tier, "take-out", next_command=back, extra_vars={"server": host, **forced})
    refusal = next((message for _, _, message in result.failures if message.startswith(REFUSAL)), "")
    if refusal:
        raise KitError(
            REFUSAL,
            refusal.removeprefix(REFUSAL).strip(),
            where=tier.title,
            fix=f"{tier.command_hint('status')}; then the same command again",
            exit_code=Exit.REFUSED,
        )
    if as_json and result.ok:
        output.emit_json(
            "kit.take-out", 1, {"tier": tier.name, "rehearsal": rehearsal, "server": host, **result.as_dict()}
        )
    result.require_success()
