"""From the access table to the rules of one server."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

ANYWHERE = "anywhere"
ADMINISTRATION = "administration"
VRRP = "vrrp"
"""A protocol of its own beside TCP and UDP (112): it has no ports."""


def _named(row: Mapping[str, Any]) -> str:
    return f"port {row['port']}" if "port" in row else str(row.get("proto", "tcp"))


def _network(text: str, row: Mapping[str, Any]) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise AnsibleFilterError(
            f"firewall_access, {_named(row)}: '{text}' is neither a group of the inventory nor a network. "
            f"Write a group's name, a network such as 192.0.2.0/24, `{ANYWHERE}` or `{ADMINISTRATION}`."
        ) from None


def _addresses(host: str, hostvars: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    own = hostvars[host]
    given = own.get("firewall_addresses") or [own.get("ansible_host", host)]
    return [_network(str(address), row) for address in given]


def firewall_rows(
    access: Sequence[Mapping[str, Any]],
    host: str,
    groups: Mapping[str, Sequence[str]],
    hostvars: Mapping[str, Any],
    administration: Sequence[str],
) -> list[dict[str, Any]]:
    """What `host` lets in: rows of port, proto and `from` as a sorted list of networks, None for anywhere.

    A row of VRRP has no port. Raises AnsibleFilterError for a word that is neither a group nor a network, for a group
    that the inventory does not know, and for a port where none is or none where one is: a slip must not silently
    close a port, nor open more than was meant.
    """
    rows = []
    for row in access:
        if ("port" in row) == (row.get("proto", "tcp") == VRRP):
            raise AnsibleFilterError(f"firewall_access, {_named(row)}: tcp and udp need a port, vrrp has none.")
        group = row["group"]
        if group != "all" and group not in groups:
            raise AnsibleFilterError(f"firewall_access, {_named(row)}: the inventory has no group '{group}'.")
        if group != "all" and host not in groups[group]:
            continue
        said = row["from"]
        words = [said] if isinstance(said, str) else list(said)
        networks: set[str] = set()
        for word in words:
            if word == ANYWHERE:
                continue
            if word == ADMINISTRATION:
                networks.update(_network(net, row) for net in administration)
            elif word in groups:
                networks.update(a for member in groups[word] for a in _addresses(member, hostvars, row))
            else:
                networks.add(_network(word, row))
        rows.append(
            {
                "port": int(row["port"]) if "port" in row else None,
                "proto": row.get("proto", "tcp"),
                "from": None if ANYWHERE in words else sorted(networks),
            }
        )
    return rows


def firewall_lets_in(rows: Sequence[Mapping[str, Any]], address: str, port: int) -> bool:
    """Whether a TCP connection from `address` to `port` passes these rows."""
    client = ipaddress.ip_address(address)
    for row in rows:
        if row["proto"] == "tcp" and row["port"] == port:
            if row["from"] is None:
                return True
            if any(client in ipaddress.ip_network(network) for network in row["from"]):
                return True
    return False


class FilterModule:
    """The two filters of the role, for Ansible."""

    def filters(self) -> dict[str, Any]:
        return {"firewall_rows": firewall_rows, "firewall_lets_in": firewall_lets_in}
