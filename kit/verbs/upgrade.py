"""`bin/kit upgrade TIER`: another release on every server, one after the other, without a pause."""

from __future__ import annotations

import click

from kit import bundle, foreign, lock, output, secrets
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.playbook import run_playbook, show_end
from kit.rehearsal import stage
from kit.tier import get


@click.command("upgrade")
@tier_argument()
@rehearsal_option
@json_option
@click.option(
    "--to", "version", default="", metavar="VERSION", help="A release that was built here (default: these sources)."
)
@click.option("--finish", is_flag=True, help="Also run what waits for the old release's end; no way back afterwards.")
def command(tier_name: str, rehearsal: bool, as_json: bool, version: str, finish: bool) -> None:
    """Install a release side by side, widen the schema, and switch one server after the other.

    A server whose release does not answer is put back by itself, and those before it: nothing is lost. `rollback` goes
    back later.
    """
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "upgrade"):
        stage.require(tier)
        secrets.read(tier)
        foreign.require_own(tier)
        if version:
            release = bundle.find(version)
        else:
            with output.step("Building the release"):
                release = bundle.build()
        chosen = {"kit_bundle": str(release.path), "upgrade_finish": str(finish).lower()}
        result = run_playbook(tier, "upgrade", extra_vars=chosen)
        stage.keep_packages(tier)
    show_end(tier, result, tier.command_hint("verify") if result.ok else "")
    if as_json and result.ok:
        known = {"tier": tier.name, "rehearsal": tier.rehearsal, "release": release.version, "finished": finish}
        output.emit_json("kit.upgrade", 1, {**known, **result.as_dict()})
    result.require_success()
