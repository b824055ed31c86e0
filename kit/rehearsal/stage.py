"""Setting the stage of a rehearsal: network, containers, keys, addresses; and clearing it away."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from kit import output
from kit.errors import Exit, KitError
from kit.paths import REHEARSALS, private_directory, write_private
from kit.rehearsal import containers, image, names, network, overlay, runtime
from kit.tier import Tier


@dataclass(frozen=True)
class Stage:
    """A rehearsal that stands: where its hosts are, and whether anything had to be made."""

    subnet: IPv4Network
    servers: tuple[containers.Server, ...]
    made: tuple[str, ...]

    def address(self, host: str) -> str:
        """Return the address of one host."""
        return next(server.address for server in self.servers if server.host == host)


def servers(tier: Tier, subnet: IPv4Network) -> tuple[containers.Server, ...]:
    """Return the containers that a tier's rehearsal consists of: the internet's side first."""
    name = names.network_name()
    outside = names.outside_address(subnet)
    return (
        containers.Server(names.OUTSIDE, names.container_name(names.OUTSIDE), name, outside),
        *(
            containers.Server(host, names.container_name(host), name, names.address(subnet, place), dns=outside)
            for place, host in enumerate(tier.hosts)
        ),
    )


def set_up(tier: Tier) -> Stage:
    """Make the tier's containers run, and write how Ansible reaches them. What stands is left alone."""
    others = [name for name in standing() if name != tier.name]
    if others:
        raise KitError(
            "KIT-123",
            f"Another tier is being rehearsed in this clone: {', '.join(others)}.",
            where=str(REHEARSALS),
            why="a rehearsal's addresses and its outside world serve one tier at a time",
            fix=f"bin/kit down {others[0]}",
            exit_code=Exit.REFUSED,
        )
    folder = private_directory(tier.state)
    public = containers.make_key(folder)
    debian = image.ensure()
    subnet = network.ensure(names.network_name())
    stage = servers(tier, subnet)
    made = []
    for server in stage:
        done = containers.ensure(server, debian, public)
        containers.report(server, done)
        if done != "was running":
            made.append(server.host)
    known_hosts = folder / overlay.KNOWN_HOSTS
    lines = [line for server in stage for line in containers.host_keys(server)]
    write_private(known_hosts, "\n".join(lines) + "\n")
    key = folder / overlay.KEY
    addresses = {server.host: server.address for server in stage}
    inventory = overlay.hosts(addresses, subnet, folder, machine_resolvers(), shares=bool(tier.shared_address))
    write_private(folder / "hosts.yml", overlay.as_text(inventory))
    write_private(folder / "ssh_config", overlay.ssh_config(addresses, key, known_hosts))
    for server in stage:
        containers.wait_for_ssh(server, key, known_hosts)
    return Stage(subnet, stage, tuple(made))


def machine_resolvers() -> list[str]:
    """Return the machine's name servers that containers can reach."""
    texts = [Path(path).read_text() for path in _RESOLV_CONF if Path(path).is_file()]
    return overlay.resolvers(*texts[:2]) if texts else []


_RESOLV_CONF = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")


def standing() -> list[str]:
    """Return the tiers for which this clone has a rehearsal's state."""
    if not REHEARSALS.is_dir():
        return []
    return sorted(path.parent.name for path in REHEARSALS.glob("*/hosts.yml"))


def addresses(tier: Tier) -> dict[str, str]:
    """Return the addresses of a rehearsal that stands; empty when none does."""
    path = tier.state / "hosts.yml"
    if not path.is_file():
        return {}
    inventory = json.loads("\n".join(path.read_text().splitlines()[1:]))
    found: dict[str, str] = inventory["all"]["vars"]["rehearsal_addresses"]
    return found


def portal_address(tier: Tier, scene: Stage) -> str:
    """Return the address at which a rehearsal's portal is asked for: the shared one, or its first server's."""
    return names.shared_address(scene.subnet) if tier.shared_address else scene.address(tier.hosts[0])


def require(tier: Tier) -> None:
    """Raise KIT-124 when the tier is a rehearsal that does not stand."""
    if tier.rehearsal and not (tier.state / "hosts.yml").is_file():
        raise KitError(
            "KIT-124",
            f"There is no rehearsal of the tier {tier.name}.",
            where=str(tier.state),
            fix=f"bin/kit up {tier.name}",
            exit_code=Exit.UNREACHABLE,
        )
    if not tier.rehearsal:
        return
    states = {host: state(host) for host in addresses(tier)}
    idle = {host: found for host, found in states.items() if found != "running"}
    if idle:
        raise KitError(
            "KIT-125",
            f"Not running: {', '.join(f'{host} ({found})' for host, found in idle.items())}.",
            where=", ".join(names.container_name(host) for host in idle),
            why="the container was stopped or removed by hand, or the machine was started again",
            fix=f"bin/kit up {tier.name}",
            exit_code=Exit.UNREACHABLE,
        )


def state(host: str) -> str:
    """Return podman's word for the state of a host's container: running, paused, exited, … or gone."""
    known = runtime.inspect("container", names.container_name(host))
    return str(known["State"]["Status"]) if known else "gone"


def identity(host: str) -> str:
    """Return podman's identity of a host's container: another one after it was made anew, or started again.

    podman writes /etc/resolv.conf at each start, whoever started it.
    """
    known = runtime.inspect("container", names.container_name(host))
    return f"{known['Id']} {known['State']['StartedAt']}" if known else ""


def keep_packages(tier: Tier) -> None:
    """Keep the packages that a rehearsal's servers downloaded, for the next rehearsal."""
    if tier.rehearsal:
        for host in addresses(tier):
            containers.keep_packages(names.container_name(host))


def clear_away() -> dict[str, int]:
    """Remove this clone's containers, networks, image names and rehearsal state; the caches stay."""
    removed = {"containers": 0, "networks": 0, "images": 0}
    for container in containers.mine():
        output.progress(f"removing {container}")
        containers.remove(container)
        removed["containers"] += 1
    for purpose in ("", "molecule"):
        name = names.network_name(purpose=purpose)
        if network.subnet(name) is not None:
            network.remove(name)
            removed["networks"] += 1
    removed["images"] = image.remove()
    shutil.rmtree(REHEARSALS, ignore_errors=True)
    return removed
