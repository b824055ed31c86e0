"""`bin/kit preflight [TIER]`: look before anything is done."""

from __future__ import annotations

import click

from kit import lock, machine, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.errors import Exit
from kit.rehearsal import image, stage
from kit.runs import has_playbook, simple
from kit.tier import get


def _mirror() -> machine.Check:
    """Look whether the rehearsed servers' Debian can be had."""
    good, seen = image.mirror()
    return machine.Check("mirror", good, seen, "mend apt's sources, proxy or certificates; apt-get update must work")


@click.command("preflight")
@tier_argument("test")
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> int:
    """Check this machine (for rehearsals), then the tier's servers: reachable, right system, room, time."""
    tier = get(tier_name, rehearsal=rehearsal)
    checks = [*machine.checks(), _mirror()] if rehearsal else []
    for check in checks:
        output.say(f"{'✔' if check.ok else '✘'} {check.name}: {check.seen}", style="" if check.ok else "red")
        if not check.ok and check.fix:
            output.say(f"    fix   {check.fix}")
    good = all(check.ok for check in checks)
    servers = None
    if good and has_playbook("preflight") and (not rehearsal or stage.addresses(tier)):
        with lock.hold(tier, "preflight"):
            servers = simple(tier, "preflight", next_command=tier.command_hint("plan"))
    if as_json:
        output.emit_json(
            "kit.preflight",
            1,
            {
                "tier": tier.name,
                "rehearsal": rehearsal,
                "machine": [check.as_dict() for check in checks],
                "servers": servers.as_dict() if servers else None,
                "ok": good and (servers is None or servers.ok),
            },
        )
    if servers is not None and not as_json:
        servers.require_success()
    if servers is None and good:
        output.say(f"next  bin/kit up {tier.name}" if rehearsal else f"next  {tier.command_hint('plan')}")
    if servers is not None and not servers.ok:
        return int(Exit.UNREACHABLE if any(h.unreachable for h in servers.hosts.values()) else Exit.CHECKS_FAILED)
    return int(Exit.DONE if good else Exit.CHECKS_FAILED)
