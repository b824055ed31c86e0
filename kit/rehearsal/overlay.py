"""The inventory overlay of a rehearsal: only addresses and the way in differ from real servers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from kit.rehearsal import names

USER = "debian"
KEY = "id_ed25519"
KNOWN_HOSTS = "known_hosts"


def quoted_option(path: Path) -> str:
    """Return `-o UserKnownHostsFile=…` as a word of ansible_ssh_common_args; the path may hold spaces."""
    return f"""-o 'UserKnownHostsFile="{path}"'"""


def hosts(
    addresses: Mapping[str, str], subnet: IPv4Network, folder: Path, resolvers: Sequence[str], *, shares: bool = False
) -> dict[str, Any]:
    """Return the overlay as an Ansible inventory: how to reach each host, and what only a rehearsal knows.

    `folder` is the rehearsal's own: its key and its known_hosts are there. `shares`: the tier has one address before
    its servers, which is another one here.
    """
    shared = {
        "rehearsal": True,
        "rehearsal_state": str(folder),
        "rehearsal_subnet": str(subnet),
        "rehearsal_gateway": str(subnet.network_address + 1),
        "rehearsal_outside_address": addresses.get(names.OUTSIDE, ""),
        "rehearsal_addresses": dict(addresses),
        "rehearsal_resolvers": list(resolvers),
        "ansible_user": USER,
        "ansible_ssh_private_key_file": str(folder / KEY),
        "ansible_ssh_common_args": (
            f"{quoted_option(folder / KNOWN_HOSTS)} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
        ),
    }
    own = shared_for_host() | ({"tier_shared_address": names.shared_address(subnet)} if shares else {})
    reach = {host: {"ansible_host": address, **own} for host, address in addresses.items()}
    return {
        "all": {
            "vars": shared,
            "hosts": reach,
            "children": {names.OUTSIDE: {"hosts": {names.OUTSIDE: {}}, "vars": {"outside_resolvers": list(resolvers)}}},
        }
    }


def shared_for_host() -> dict[str, str]:
    """Return what must be set per host because a tier's own inventory sets it per host, which would win."""
    return {"ansible_user": USER}


def ssh_config(addresses: Mapping[str, str], key: Path, known_hosts: Path) -> str:
    """Return an ssh_config with one block per host, for people and for tests."""
    blocks = [
        f'Host {host} {address}\n  HostName {address}\n  User {USER}\n  IdentityFile "{key}"\n'
        f'  IdentitiesOnly yes\n  UserKnownHostsFile "{known_hosts}"\n  StrictHostKeyChecking yes\n'
        for host, address in addresses.items()
    ]
    return "\n".join(blocks)


def as_text(inventory: Mapping[str, Any]) -> str:
    """Return the overlay as YAML: JSON is YAML, and needs no quoting rules."""
    return "# written by bin/kit up; bin/kit down removes it\n" + json.dumps(inventory, indent=2) + "\n"


def resolvers(resolv_conf: str, fallback: str = "") -> list[str]:
    """Return the name servers of a resolv.conf that a container can reach: those on loopback it cannot."""
    found = [
        parts[1]
        for parts in (line.split() for line in (resolv_conf + "\n" + fallback).splitlines())
        if len(parts) > 1 and parts[0] == "nameserver" and not parts[1].startswith("127.") and parts[1] != "::1"
    ]
    return list(dict.fromkeys(found))
