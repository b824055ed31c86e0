"""What belongs to one tier and must not be another's: servers, the portal's name, secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from kit import secrets
from kit.errors import Exit, KitError
from kit.tier import SHIPPED, Tier

PRODUCTION = "production"
# Shorter values are words such as a country or an account's name, which tiers may share.
SECRET_LENGTH = 12


@dataclass(frozen=True)
class Estate:
    """What is a tier's own: its servers with their addresses, its portal's name, and its secrets by their place."""

    tier: str
    servers: Mapping[str, str]
    portal_name: str
    secrets: Mapping[str, str]


def require_own(tier: Tier) -> None:
    """Raise KIT-064 (refused) when something of `tier` is another tier's as well."""
    own = estate(tier)
    for name in SHIPPED:
        other = Tier(name)
        if name != tier.name and (other.folder / "hosts.yml").is_file():
            problems = shared(own, estate(other))
            if problems:
                raise KitError(
                    "KIT-064",
                    f"What belongs to {name} stands in {tier.name}: nothing was done.",
                    where=f"{tier.folder}, {tier.vault}",
                    why="\n".join(problems),
                    fix=f"give {tier.name} servers, a name and secrets of its own; secrets: move its vault away, then\n"
                    f"{tier.command_hint('init')}",
                    exit_code=Exit.REFUSED,
                )


def shared(own: Estate, other: Estate) -> list[str]:
    """Say what two tiers share, in an operator's words; secrets by their names, never by their values."""
    owners = {address: name for name, address in other.servers.items()}
    found = [
        f"the server {name} has the address {address} of {other.tier}'s {owners[address]}"
        for name, address in own.servers.items()
        if address in owners
    ]
    if PRODUCTION in (own.tier, other.tier):
        found += [f"{name} is a server's name in both" for name in own.servers if name in other.servers]
    if own.portal_name and own.portal_name == other.portal_name:
        found.append(f"the portal's name {own.portal_name} is {other.tier}'s")
    places = {value: place for place, value in other.secrets.items()}
    found += [
        f"the secret {place} is {other.tier}'s {places[value]}"
        for place, value in own.secrets.items()
        if value in places
    ]
    return found


def estate(tier: Tier) -> Estate:
    """Read what is a tier's own; secrets only when its vault can be opened here."""
    variables = [
        yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for file in sorted((tier.folder / "group_vars" / "all").glob("*.yml"))
        if file.name != "vault.yml"
    ]
    name = next((str(one["tier_portal_name"]) for one in variables if "tier_portal_name" in one), "")
    tree = yaml.safe_load((tier.folder / "hosts.yml").read_text(encoding="utf-8")) or {}
    opened = tier.vault.is_file() and tier.vault_password_file.is_file()
    held = dict(leaves(secrets.read(tier))) if opened else {}
    return Estate(tier.name, dict(_servers(tree)), name, held)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a nested value that is long enough to be a secret, with its place (`vault_demo_totp.agent`)."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, str) and len(value) >= SECRET_LENGTH:
        yield place, value


def _servers(tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key == "hosts" and isinstance(value, Mapping):
                for name, facts in value.items():
                    if isinstance(facts, Mapping) and "ansible_host" in facts:
                        yield str(name), str(facts["ansible_host"])
            else:
                yield from _servers(value)
