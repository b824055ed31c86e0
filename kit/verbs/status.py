"""`bin/kit status TIER`: what runs where. Needs no lock: it only looks."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import click

from kit import output, secrets
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.errors import Exit
from kit.playbook import run_playbook
from kit.rehearsal import stage
from kit.tier import Tier, get


@click.command("status")
@tier_argument("test")
@rehearsal_option
@json_option
def command(tier_name: str, rehearsal: bool, as_json: bool) -> int:
    """Show the servers, their services, the release, the last backup and the last report."""
    tier = get(tier_name, rehearsal=rehearsal)
    containers = {host: stage.state(host) for host in stage.addresses(tier)} if rehearsal else {}
    for host, state in containers.items():
        output.say(f"container {host}: {state}", style="" if state == "running" else "red")
    stage.require(tier)
    secrets.read(tier)
    with tempfile.TemporaryDirectory(prefix="kit-status-") as scratch:
        answer = Path(scratch) / "status.json"
        result = run_playbook(tier, "status", extra_vars={"status_file": str(answer)})
        servers: dict[str, Any] = json.loads(answer.read_text()) if answer.is_file() else {}
    for host, facts in servers.items():
        output.table(host, ["", ""], rows(facts))
    newest = _newest_report(tier)
    output.say(f"last report  {newest or 'none yet'}")
    for host, counts in sorted(result.hosts.items()):
        if counts.unreachable:
            output.say(f"{host}: not reachable", style="red")
    mend = f"bin/kit up {tier.name}" if rehearsal else tier.command_hint("preflight")
    output.say(f"next  {tier.command_hint('verify') if result.ok else mend}")
    if as_json:
        output.emit_json(
            "kit.status",
            1,
            {
                "tier": tier.name,
                "rehearsal": rehearsal,
                "containers": containers,
                "servers": servers,
                "last_report": str(newest) if newest else None,
                "reachable": result.ok,
            },
        )
    return int(Exit.DONE if result.ok else Exit.UNREACHABLE)


def _newest_report(tier: Tier) -> Path | None:
    reports = sorted(tier.reports.glob("*/report.html"))
    return reports[-1] if reports else None


def rows(facts: dict[str, Any]) -> list[list[str]]:
    """A server's facts in an operator's words, what is wrong first: name and value."""
    stopped = [f"{unit} is {state}" for unit, state in facts["units"].items() if state != "active"]
    found = [["release", facts["release"] or "none"]]
    found.append(["services", ", ".join(stopped) or f"all {len(facts['units'])} run"])
    found.append(["failed units", ", ".join(facts["failed_units"]) or "none"])
    if facts["address"]:
        found.append(["shared address", _stand(facts["address"])])
    found += [[f"certificate {name}", f"{days} days left"] for name, days in facts["certificates"].items()]
    found += [
        [f"disk {path}", f"{disk['free_gib']} of {disk['total_gib']} GiB free ({disk['used_percent']} % used)"]
        for path, disk in facts["disk"].items()
    ]
    found += [[f"backup {kind}", finished] for kind, finished in facts["backups"].items()]
    if facts["mail_record"]:
        found.append(["publish for mail", facts["mail_record"]])
    found.append(["restart needed", "yes" if facts["restart_needed"] else "no"])
    return found


def _stand(address: dict[str, bool]) -> str:
    """Say whether a server holds the address that the tier's servers share, and whether it could."""
    if address["taken_out"]:
        return "taken out" + (", holds it all the same: no other server serves" if address["holds"] else "")
    if not address["serves"]:
        return ("held here" if address["holds"] else "not held") + ", and the portal is not ready"
    return "held here" if address["holds"] else "ready to take it"
