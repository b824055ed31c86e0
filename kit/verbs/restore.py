"""`bin/kit restore TIER`: bring back the newest backup, or a named one."""

from __future__ import annotations

import click

from kit import lock
from kit.cli import json_option, rehearsal_option, tier_argument, yes_option
from kit.runs import carry_out, confirm
from kit.tier import get


@click.command("restore")
@tier_argument()
@rehearsal_option
@json_option
@yes_option
@click.option("--archive", default="", metavar="NAME", help="The archive to bring back (default: the newest).")
def command(tier_name: str, rehearsal: bool, as_json: bool, yes: str, archive: str) -> None:
    """Replace the database and the documents by those of a backup. What was filed since then is lost."""
    tier = get(tier_name, rehearsal=rehearsal)
    with lock.hold(tier, "restore"):
        confirm(tier, yes, f"The data of {tier.title} is replaced by that of a backup; what came later is lost.")
        chosen = {"restore_archive": archive} if archive else None
        carry_out(tier, "restore", as_json=as_json, next_command=tier.command_hint("verify"), extra_vars=chosen)
