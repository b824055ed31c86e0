"""The rehearsal's own network: a bridge with fixed addresses, free of what the machine already routes."""

from __future__ import annotations

import json
from ipaddress import IPv4Network, ip_network

from kit import shell
from kit.errors import Exit, KitError
from kit.paths import clone_hash
from kit.rehearsal import names
from kit.rehearsal.runtime import inspect, podman


def ensure(name: str) -> IPv4Network:
    """Return the subnet of the network `name`; make it when there is none."""
    known = subnet(name)
    if known:
        return known
    refused = ""
    for choice in names.subnets(name, _taken()):
        done = podman(
            "network",
            "create",
            f"--subnet={choice}",
            f"--gateway={choice.network_address + 1}",
            "--disable-dns",
            f"--label={names.LABEL}={clone_hash()}",
            name,
            check=False,
        )
        if done.returncode == 0:
            return choice
        refused = shell.last_lines(done.stderr, 2)
        if "already used" not in refused and "overlap" not in refused:
            break
    raise KitError(
        "KIT-104",
        "The rehearsal's network could not be made.",
        where=f"podman network create {name}",
        why=refused or f"no /24 of {names.POOL} is free",
        fix="bin/kit down removes this clone's own; `podman network prune` removes unused ones of others",
        exit_code=Exit.INTERNAL,
    )


def subnet(name: str) -> IPv4Network | None:
    """Return the subnet of the network `name`, or None when there is no such network."""
    known = inspect("network", name)
    if not known:
        return None
    return IPv4Network(known["subnets"][0]["subnet"])


def remove(name: str) -> None:
    """Remove the network `name`; it is no error when there is none."""
    podman("network", "rm", "-f", "-t", "0", name, check=False)


def _taken() -> list[IPv4Network]:
    """Return every IPv4 network that this machine routes or that podman has promised to someone."""
    taken = []
    for route in json.loads(shell.run(["ip", "-json", "-4", "route", "show", "table", "all"]).stdout or "[]"):
        destination = route.get("dst", "default")
        if destination != "default" and route.get("type") not in {"broadcast", "multicast"}:
            taken.append(IPv4Network(destination, strict=False))
    for line in podman("network", "ls", "--format={{.Name}}").stdout.split():
        known = inspect("network", line) or {}
        for entry in known.get("subnets") or []:
            network = ip_network(entry["subnet"])
            if isinstance(network, IPv4Network):
                taken.append(network)
    return taken
