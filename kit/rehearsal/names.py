"""What the containers, networks and addresses of a rehearsal are called. Pure: no podman here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from kit.paths import clone_hash

POOL = IPv4Network("10.89.0.0/16")
FIRST_HOST = 11
OUTSIDE = "outside"
OUTSIDE_HOST = 10
SHARED_HOST = 99
LABEL = "ip-filing-kit.clone"


def network_name(clone: str = "", purpose: str = "") -> str:
    """Return the network of this clone, or of one purpose of it (`molecule`)."""
    return "-".join(part for part in ("kit", clone or clone_hash(), purpose) if part)


def container_name(host: str, clone: str = "") -> str:
    """Return the container that plays `host` for this clone."""
    return f"kit-{clone or clone_hash()}-{host}"


def subnets(name: str, taken: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """Yield the /24 networks that may serve `name`, free ones only, the same first choice every time.

    `taken` are the networks that this machine already routes; a choice never overlaps them.
    """
    occupied = list(taken)
    choices: list[IPv4Network] = list(POOL.subnets(new_prefix=24))
    start = sum(byte * 31**place for place, byte in enumerate(name.encode())) % len(choices)
    for choice in choices[start:] + choices[:start]:
        if not any(choice.overlaps(other) for other in occupied):
            yield choice


def address(subnet: IPv4Network, position: int) -> str:
    """Return the address of the tier's host at `position` (0 is the first) in `subnet`."""
    return str(subnet.network_address + FIRST_HOST + position)


def outside_address(subnet: IPv4Network) -> str:
    """Return the address of the internet's side."""
    return str(subnet.network_address + OUTSIDE_HOST)


def shared_address(subnet: IPv4Network) -> str:
    """Return the address that a tier's servers share when they have one: between its hosts and molecule's."""
    return str(subnet.network_address + SHARED_HOST)
