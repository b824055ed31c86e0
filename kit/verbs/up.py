"""`bin/kit up [TIER]`: a bare machine to a verified environment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from kit import lock, machine, output
from kit.cli import json_option, tier_argument
from kit.errors import Exit
from kit.playbook import run_playbook, show_end
from kit.rehearsal import names, outside, stage
from kit.runs import apply_tier, make_secrets
from kit.tier import Tier, get


@click.command("up")
@tier_argument("test")
@json_option
@click.option("--no-verify", is_flag=True, help="Stop before the verification.")
def command(tier_name: str, as_json: bool, no_verify: bool) -> int:
    """Make the containers of a tier and of the outside world, apply every role over SSH, and verify.

    Installs what this machine lacks. Again: what stands is left alone.
    """
    from kit.verbs.verify import verify_tier

    tier = get(tier_name, rehearsal=True)
    begun = time.monotonic()
    with lock.hold(tier, "up"):
        installed = machine.install(machine.REHEARSAL_TOOLS)
        if installed:
            output.say(f"Installed on this machine: {', '.join(installed)}.")
        machine.require(machine.checks())
        scene = stage.set_up(tier)
        secrets, _ = make_secrets(tier)
        _prepare_outside(tier, scene)
        applied = apply_tier(tier)
        show_end(tier, applied.result, "")
        applied.result.require_success()
        verified = None if no_verify else verify_tier(tier)
    document = {
        **applied.as_dict(tier),
        "seconds": round(time.monotonic() - begun, 1),
        "made": list(scene.made),
        "addresses": {server.host: server.address for server in scene.servers},
        "verification": None
        if verified is None
        else {"ok": verified.ok, "summary": verified.summary, "report": str(verified.report)},
    }
    output.say("")
    _welcome(tier, scene, secrets)
    if verified is not None:
        output.say(f"verified         {verified.summary}", style="" if verified.ok else "bold red")
        output.say(f"report           {verified.report}")
    output.say(f"took             {output.duration(time.monotonic() - begun)}")
    output.say(f"next             {tier.command_hint('status' if verified is None or verified.ok else 'report')}")
    if as_json:
        output.emit_json("kit.up", 1, document)
    return int(Exit.DONE if verified is None or verified.ok else Exit.CHECKS_FAILED)


def _prepare_outside(tier: Tier, scene: stage.Stage) -> None:
    """Run `playbooks/rehearsal.yml`, unless it ran from the same sources on this very container."""
    container = stage.identity(names.OUTSIDE)
    if names.OUTSIDE not in scene.made and outside.stands(tier, container):
        output.progress("The internet's side stands as it was made")
        return
    run_playbook(tier, "rehearsal").require_success()
    outside.remember(tier, container)


def _browser_authority(tier: Tier) -> Path:
    """Return the root of the certificate that a browser is shown."""
    bought = tier.certificates / "authority.crt"
    return bought if bought.is_file() else tier.state / "ca.pem"


def _welcome(tier: Tier, scene: stage.Stage, secrets: dict[str, Any]) -> None:
    """Print where the portal is and who may sign in."""
    from kit.people import COLUMNS, sign_ins

    output.say(f"The portal of {tier.title} is at https://{stage.portal_address(tier, scene)}/")
    output.say(f"its authority is {_browser_authority(tier)} (let your browser trust it, or accept the warning)")
    output.say("")
    output.table("Sign in as", COLUMNS, sign_ins(secrets))
    output.say("")
