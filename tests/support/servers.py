"""The tier's servers as its inventory names them, reached over SSH as the playbooks reach them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import testinfra
from jinja2 import Environment, StrictUndefined
from testinfra.host import Host

from kit.paths import VENV
from kit.tier import Tier


@dataclass(frozen=True)
class Server:
    """One host of the inventory: its name, its variables, and a connection that acts as root."""

    name: str
    variables: dict[str, Any] = field(hash=False, compare=False)
    host: Host = field(hash=False, compare=False)

    @property
    def address(self) -> str:
        """The address under which the inventory reaches it."""
        return str(self.variables.get("ansible_host", self.name))

    def run(self, command: str) -> str:
        """What a command that must succeed writes to stdout."""
        done = self.host.run(command)
        assert done.rc == 0, f"{command!r} on {self.name} ended with {done.rc}: {done.stderr.strip()[-600:]}"
        return str(done.stdout)

    def answers(self, command: str) -> bool:
        """Whether the server can be reached, and the command succeeds there."""
        try:
            return self.attempt(command)[0] == 0
        except RuntimeError:  # testinfra's word for a connection that did not come about
            return False

    def attempt(self, command: str) -> tuple[int, str]:
        """Exit code and everything written of a command that may fail."""
        done = self.host.run(command)
        return int(done.rc), f"{done.stdout}{done.stderr}"


class Servers:
    """The inventory's groups; hosts are connected to when they are first asked for."""

    def __init__(self, inventory: dict[str, Any]) -> None:
        self._inventory = inventory
        self._variables: dict[str, dict[str, Any]] = inventory["_meta"]["hostvars"]

    def names(self, group: str) -> list[str]:
        """Host names of a group and its children, in the inventory's order; [] when there is no such group."""
        entry = self._inventory.get(group, {})
        found = list(entry.get("hosts", []))
        for child in entry.get("children", []):
            found += [name for name in self.names(child) if name not in found]
        return found

    def group(self, group: str) -> list[Server]:
        """The servers of a group; a group that a test needs and that is empty is an error."""
        names = self.names(group)
        assert names, f"the inventory has no host in group {group}"
        return [self.server(name) for name in names]

    def variable(self, name: str, group: str = "all", otherwise: Any = None) -> Any:
        """A variable as the first host of `group` sees it, references filled in.

        One that is not set is `otherwise`; KeyError without it.
        """
        known = self._variables[self.names(group)[0]]
        return _filled(known[name] if otherwise is None else known.get(name, otherwise), known)

    @property
    def shared_address(self) -> str:
        """The address before the tier's proxies that moves between them; empty where each tier has one proxy."""
        return str(self.variable("tier_shared_address", "proxy", otherwise=""))

    def changed(self, group: str, *, without: str = "", twin_of: str = "", name: str = "") -> Servers:
        """The same inventory with a host of `group` less, or with another `name` for the host `twin_of`."""
        entry = dict(self._inventory.get(group, {}))
        entry["hosts"] = [host for host in self.names(group) if host != without] + ([name] if twin_of else [])
        known = dict(self._variables)
        if twin_of:
            known[name] = self._variables[twin_of]
        return Servers({**self._inventory, group: entry, "_meta": {"hostvars": known}})

    def others(self, server: Server, tier: str) -> list[Server]:
        """Every other server of the tier: what stands beside this one in the same network."""
        return [other for other in self.group(tier) if other.name != server.name]

    def server(self, name: str) -> Server:
        """One server by its inventory name."""
        return Server(name, self._variables[name], _connect(name, json.dumps(self._variables[name], sort_keys=True)))


def _filled(value: Any, known: dict[str, Any]) -> Any:
    """A value with its references to `known` variables filled in, those inside lists and dicts too."""
    if isinstance(value, list):
        return [_filled(one, known) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, known) for key, one in value.items()}
    for _ in range(5):
        if not (isinstance(value, str) and "{{" in value):
            return value
        value = Environment(undefined=StrictUndefined, autoescape=False).from_string(value).render(known)
    raise AssertionError(f"a variable refers to itself: {value}")


@cache
def _connect(name: str, variables: str) -> Host:
    known = json.loads(variables)
    if known.get("ansible_connection") == "local":
        return testinfra.get_host("local://", sudo=True)
    arguments = " ".join(
        str(known[key]) for key in ("ansible_ssh_common_args", "ansible_ssh_extra_args") if known.get(key)
    )
    key = known.get("ansible_ssh_private_key_file")
    user = known.get("ansible_user", known.get("ansible_ssh_user", ""))
    where = f"{user}@" if user else ""
    port = f":{known['ansible_port']}" if known.get("ansible_port") else ""
    return testinfra.get_host(
        f"ssh://{where}{known.get('ansible_host', name)}{port}",
        sudo=True,
        timeout=10,
        ssh_extra_args=f"-o BatchMode=yes {arguments}".strip(),
        **({"ssh_identity_file": key} if key else {}),
    )


def this_machine() -> Server:
    """The machine that verifies: it is the outside of a real tier."""
    return Server("this machine", {"ansible_host": "127.0.0.1"}, testinfra.get_host("local://"))


def read_inventory(tier: Tier) -> dict[str, Any]:
    """What `ansible-inventory --list` tells of a tier, the vault's variables included; Jinja stays as written."""
    sources = [argument for source in tier.inventories for argument in ("-i", str(source))]
    command = [str(VENV / "bin" / "ansible-inventory"), *sources, "--list"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **tier.ansible_environment()}
    )
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr[-800:]}"
    return dict(json.loads(done.stdout))
