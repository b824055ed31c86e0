"""Plain containers for one role's molecule scenario: `python -m kit.rehearsal.molecule create NAME…`.

The containers are the same as those of a rehearsal, on a network of their own. Molecule's create and destroy
playbooks (tests/molecule/) call this and read the JSON list that it prints.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import click

from kit.errors import KitError
from kit.paths import REHEARSALS, ROOT, STATE, VENV, private_directory
from kit.rehearsal import containers, image, names, network
from kit.rehearsal.runtime import podman

FIRST = 100
NETWORK = names.network_name(purpose="molecule")
FOLDER = REHEARSALS / "molecule"


def _server(scenario: str, host: str, address: str) -> containers.Server:
    return containers.Server(host, names.container_name(f"m-{scenario}-{host}"), NETWORK, address)


def _addresses() -> dict[str, str]:
    path = FOLDER / "addresses.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
    return known


def _remember(known: dict[str, str]) -> None:
    (FOLDER / "addresses.json").write_text(json.dumps(known, indent=2))


@click.group()
def main() -> None:
    """Make and remove plain Debian containers for molecule."""


@main.command()
@click.option("--scenario", default="role", help="keeps the containers of two roles apart")
@click.option("--suite", default=image.SUITES[0], type=click.Choice(image.SUITES), help="Debian release")
@click.argument("hosts", nargs=-1, required=True)
def create(scenario: str, suite: str, hosts: tuple[str, ...]) -> None:
    """Start a plain container for each of HOSTS and print their addresses and key as JSON."""
    private_directory(FOLDER)
    public = containers.make_key(FOLDER)
    made = []
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        debian = image.ensure(suite)
        subnet = network.ensure(NETWORK)
        known = _addresses()
        for host in hosts:
            key = f"{scenario}/{host}"
            if key not in known:
                used = set(known.values())
                free = (str(subnet.network_address + number) for number in range(FIRST, 255))
                known[key] = next(choice for choice in free if choice not in used)
        _remember(known)
    for host in hosts:
        server = _server(scenario, host, known[f"{scenario}/{host}"])
        containers.report(server, containers.ensure(server, debian, public))
        pinned = FOLDER / f"known_hosts.{scenario}.{host}"
        pinned.write_text("\n".join(containers.host_keys(server)) + "\n")
        containers.wait_for_ssh(server, FOLDER / "id_ed25519", pinned)
        made.append(
            {
                "instance": host,
                "address": server.address,
                "user": "debian",
                "port": 22,
                "identity_file": str(FOLDER / "id_ed25519"),
                "container": server.container,
                "known_hosts": str(pinned),
            }
        )
    click.echo(json.dumps(made, indent=2))


@main.command()
@click.option("--scenario", default="role")
@click.argument("hosts", nargs=-1, required=True)
def destroy(scenario: str, hosts: tuple[str, ...]) -> None:
    """Remove the containers of HOSTS; those that are not there are no error."""
    private_directory(FOLDER)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _addresses()
        for host in hosts:
            containers.remove(_server(scenario, host, "").container)
            known.pop(f"{scenario}/{host}", None)
            Path(FOLDER / f"known_hosts.{scenario}.{host}").unlink(missing_ok=True)
        _remember(known)


@main.command()
@click.option("--scenario", default="role")
@click.argument("host")
def restart(scenario: str, host: str) -> None:
    """Restart the container of HOST, as a server that lost its power."""
    podman("restart", "-t", "2", _server(scenario, host, "").container)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("role")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(role: str, arguments: tuple[str, ...]) -> None:
    """Run molecule in a role's directory, with `test` when nothing else is asked (converge, verify, destroy …)."""
    command = [str(VENV / "bin" / "molecule"), *(arguments or ("test",))]
    done = subprocess.run(command, cwd=ROOT / "roles" / role, env=environment(), check=False)
    sys.exit(done.returncode)


def environment() -> dict[str, str]:
    """Return the environment in which molecule finds the kit's tools, roles and collections."""
    return {
        **os.environ,
        "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}",
        "KIT_ROOT": str(ROOT),
        "KIT_COLLECTIONS": sysconfig.get_paths()["purelib"],
        "ANSIBLE_CONFIG": "",
        "ANSIBLE_HOME": str(STATE / "ansible"),
    }


if __name__ == "__main__":
    try:
        main(standalone_mode=True)
    except KitError as error:
        click.echo(error.as_text(), err=True)
        sys.exit(error.exit_code)
