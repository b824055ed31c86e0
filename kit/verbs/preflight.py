"""`bin/kit preflight [TIER]`: look before anything is done."""

from __future__ import annotations

import click

from kit import foreign, lock, machine, output
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.errors import Exit
from kit.paths import ROOT
from kit.rehearsal import image, stage
from kit.runs import has_playbook, simple
from kit.tier import Tier, get


def _mirror() -> machine.Check:
    """Look whether the rehearsed servers' Debian can be had."""
    good, seen = image.mirror()
    return machine.Check("mirror", good, seen, "mend apt's sources, proxy or certificates; apt-get update must work")


def _waived(tier: Tier, item: str) -> bool:
    """Say whether somebody answers today for an item that does not hold."""
    from datetime import UTC, datetime

    from kit.checklist.load import items_of, load_parts, load_waivers

    waivers = load_waivers(tier.waivers_files, items_of(load_parts(ROOT / "checklists")))
    return any(one.item == item and one.expires >= datetime.now(UTC).date() for one in waivers)


@click.command("preflight")
@tier_argument("test")
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> int:
    """Check this machine (for rehearsals), then the tier's servers: reachable, right system, room, time.

    Whatever belongs to another tier (a server, a secret) is refused.
    """
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
            foreign.require_own(tier)
            waived = {"preflight_capacity_waived": "true"} if _waived(tier, "INF-01") else None
            servers = simple(tier, "preflight", next_command=tier.command_hint("plan"), extra_vars=waived)
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
