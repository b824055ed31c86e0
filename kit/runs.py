"""What several verbs do to a tier: prepare secrets, build the release, run the playbook, show the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit import foreign, output, secrets
from kit.errors import Exit, KitError
from kit.paths import PLAYBOOKS, write_private
from kit.playbook import PlaybookResult, run_playbook, show_end
from kit.rehearsal import stage
from kit.tier import Tier


@dataclass(frozen=True)
class Applied:
    """A tier that was brought to what the inventories say, and the release that it runs."""

    release: str
    result: PlaybookResult

    def as_dict(self, tier: Tier) -> dict[str, Any]:
        """Return what `apply --json` writes."""
        return {"tier": tier.name, "rehearsal": tier.rehearsal, "release": self.release, **self.result.as_dict()}


def make_secrets(tier: Tier) -> tuple[dict[str, Any], list[str]]:
    """Return the tier's secrets and the names of new ones; put the public authority where browsers find it."""
    values, new = secrets.ensure(tier, secrets.office_name(tier))
    authority = tier.state / "ca.pem"
    if not authority.is_file() or authority.read_text() != values["vault_tls_ca_certificate"]:
        write_private(authority, values["vault_tls_ca_certificate"])
    return values, new


def apply_tier(tier: Tier, *, check: bool = False, limit: str = "", tags: str = "") -> Applied:
    """Build the release, and run the playbook `apply`. The caller holds the tier's lock.

    Failures on hosts are in the result; see `PlaybookResult.require_success`.
    """
    from kit.bundle import build

    stage.require(tier)
    secrets.read(tier)
    foreign.require_own(tier)
    with output.step("Building the release"):
        release = build()
    # named for the whole run: another build may move the pointer to the newest release while this one lasts
    chosen = {"kit_bundle": str(release.path)}
    result = run_playbook(tier, "apply", extra_vars=chosen, limit=limit, tags=tags, check=check)
    stage.keep_packages(tier)
    return Applied(release.version, result)


def simple(
    tier: Tier, verb: str, *, next_command: str = "", extra_vars: dict[str, str] | None = None
) -> PlaybookResult:
    """Run the playbook of a verb that has nothing more to it, and show its end. The caller holds the lock."""
    stage.require(tier)
    secrets.read(tier)
    result = run_playbook(tier, verb, extra_vars=extra_vars)
    show_end(tier, result, next_command if result.ok else "")
    return result


def carry_out(
    tier: Tier,
    verb: str,
    *,
    as_json: bool,
    next_command: str,
    extra_vars: dict[str, str] | None = None,
    **more: Any,
) -> None:
    """As `simple`; then write the verb's document with `more` in it, or raise what an operator must know."""
    result = simple(tier, verb, next_command=next_command, extra_vars=extra_vars).require_success()
    if as_json:
        known = {"tier": tier.name, "rehearsal": tier.rehearsal, **more}
        output.emit_json(f"kit.{verb}", 1, {**known, **result.as_dict()})


def require_server(tier: Tier, host: str) -> None:
    """Raise KIT-066 unless `host` is one of several servers of the tier that share an address."""
    if tier.shared_address and host in tier.hosts:
        return
    if not tier.shared_address:
        why = "the tier has one server that agents reach: without it nobody would be served"
        fix = f"stop the portal itself: on {tier.hosts[0]}, sudo systemctl stop portal.socket portal portal-worker"
    else:
        why = f"its servers are {', '.join(tier.hosts)}"
        fix = "name one of them"
    raise KitError(
        "KIT-066",
        f"{host} cannot be taken out or put back: nothing was done.",
        where=tier.title, why=why, fix=fix, exit_code=Exit.REFUSED if not tier.shared_address else Exit.USAGE,
    )  # fmt: skip


def confirm(tier: Tier, yes: str, what: str) -> None:
    """Ask for the tier's name before something is destroyed. Raises KIT-060 (refused) for any other answer."""
    answer = yes
    if not answer and output.interactive():
        output.say(f"{what} Type the tier's name to go on.", style="bold")
        answer = output.console.input(f"{tier.name}? ").strip()
    if answer == tier.name:
        return
    raise KitError(
        "KIT-060",
        "Not confirmed: nothing was done." if not answer else f"{answer!r} is not the tier's name: nothing was done.",
        where=tier.title,
        why=what,
        fix=f"repeat the command with --yes {tier.name}",
        exit_code=Exit.REFUSED,
    )


def has_playbook(verb: str) -> bool:
    """Say whether a playbook stands for a verb."""
    return (PLAYBOOKS / f"{verb}.yml").is_file()
