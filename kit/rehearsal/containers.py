"""Containers that are handed over as servers: running, reachable by SSH with the rehearsal's key, nothing more."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from kit import output, shell
from kit.errors import Exit, KitError
from kit.paths import cache, clone_hash, private_directory
from kit.rehearsal import names, runtime
from kit.rehearsal.runtime import inspect, podman

BOOT_SECONDS = 60

# Runs in a container that was just started: what a hosting company's first boot does.
FIRST_BOOT = """
set -eu
ssh-keygen -A >/dev/null
install -d -m 0700 -o debian -g debian /home/debian/.ssh
cat > /home/debian/.ssh/authorized_keys
chown debian:debian /home/debian/.ssh/authorized_keys
chmod 0600 /home/debian/.ssh/authorized_keys
printf '127.0.0.1 localhost\\n::1 localhost ip6-localhost ip6-loopback\\n%s %s\\n' "$1" "$2" > /etc/hosts
systemctl enable --quiet --now ssh
"""


@dataclass(frozen=True)
class Server:
    """One container to be: who it plays, where it stands, and whom it asks for names."""

    host: str
    container: str
    network: str
    address: str
    dns: str = ""


def ensure(server: Server, image: str, public_key: str) -> str:
    """Make the container run, and return what was done: `made`, `started again` or `was running`."""
    known = inspect("container", server.container)
    if known and known["State"]["Status"] == "running":
        return "was running"
    if known and known["State"]["Status"] == "paused":
        podman("unpause", server.container)
        return "started again"
    if known:
        done = podman("start", server.container, check=False)
        if done.returncode == 0:
            _wait_for_boot(server)
            return "started again"
        podman("rm", "-f", "-t", "0", server.container)
    _create(server, image)
    _wait_for_boot(server)
    podman("exec", "-i", server.container, "sh", "-c", FIRST_BOOT, "sh", server.address, server.host, stdin=public_key)
    return "made"


def _create(server: Server, image: str) -> None:
    chosen = runtime.runtime(image)
    options = [
        f"--name={server.container}",
        f"--hostname={server.host}",
        f"--network={server.network}",
        f"--ip={server.address}",
        f"--label={names.LABEL}={clone_hash()}",
        f"--volume={apt_directory(server.container)}:/var/cache/apt/archives",
        *([f"--dns={server.dns}"] if server.dns else []),
        *[f"--volume={path}:{path}:ro" for path in ("/etc/apt/auth.conf.d", "/etc/apt/auth.conf") if _filled(path)],
    ]
    done = podman(f"--runtime={chosen}", "run", "-d", *runtime.BOOT_OPTIONS, *options, image, check=False)
    if done.returncode != 0:
        runtime.forget_runtime()
        podman("rm", "-f", "-t", "0", server.container, check=False)
        raise KitError(
            "KIT-105",
            f"The container that plays {server.host} does not start.",
            where=server.container,
            why=shell.last_lines(done.stderr, 3),
            fix="bin/kit preflight says what this machine lacks; bin/kit down, then bin/kit up begins anew",
            exit_code=Exit.INTERNAL,
        )


def _wait_for_boot(server: Server) -> None:
    """Wait until systemd has started everything. A server with a failed unit is up all the same."""
    deadline = time.monotonic() + BOOT_SECONDS
    state = ""
    while time.monotonic() < deadline:
        done = podman("exec", server.container, "systemctl", "is-system-running", check=False, timeout=30)
        state = done.stdout.strip() or shell.last_lines(done.stderr, 1)
        if state in {"running", "degraded"}:
            return
        time.sleep(0.2)
    raise KitError(
        "KIT-106",
        f"The container that plays {server.host} did not boot within {BOOT_SECONDS} seconds.",
        where=server.container,
        why=f"systemd says: {state}",
        fix=f"look inside: podman exec {server.container} journalctl -b; or bin/kit down, then bin/kit up",
        exit_code=Exit.INTERNAL,
    )


def host_keys(server: Server) -> list[str]:
    """Return the lines of known_hosts for a server, read inside it: nothing in between can lie about them."""
    done = podman("exec", server.container, "sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub")
    keys = [" ".join(line.split()[:2]) for line in done.stdout.splitlines() if line.strip()]
    if not keys:
        raise KitError(
            "KIT-107",
            f"The container that plays {server.host} has no SSH host keys.",
            where=server.container,
            fix="bin/kit down, then bin/kit up",
            exit_code=Exit.INTERNAL,
        )
    return [f"{server.address} {key}" for key in keys]


def mine() -> list[str]:
    """Return the names of this clone's containers, running or not."""
    listed = podman("ps", "-a", "--format={{.Names}}", f"--filter=label={names.LABEL}={clone_hash()}")
    return sorted(listed.stdout.split())


def remove(container: str) -> None:
    """Remove a container with everything in it, after keeping the packages that it downloaded."""
    keep_packages(container)
    podman("rm", "-f", "-t", "0", "-v", container, check=False)
    folder = _packages() / "containers" / container
    if folder.is_dir():
        shell.run(shell.as_root(["rm", "-rf", str(folder)]))


def make_key(folder: Path) -> str:
    """Return the public key of a rehearsal; make the pair on the first call."""
    private_directory(folder)
    key = folder / "id_ed25519"
    if not key.is_file():
        shell.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rehearsal", "-f", str(key)])
    return key.with_suffix(".pub").read_text()


# -- the packages that containers download, kept for the next ones ----------------------------------------


def apt_directory(container: str) -> Path:
    """Return the container's own apt archive, filled with hard links to every package kept so far.

    Each container has a directory of its own because apt locks it; hard links make it free.
    """
    own = _packages() / "containers" / container
    own.mkdir(parents=True, exist_ok=True)
    shared = _packages() / "kept"
    shared.mkdir(parents=True, exist_ok=True)
    _link(shared, own)
    return own


def keep_packages(container: str) -> int:
    """Link what a container downloaded into the shared cache, and return how many packages were new."""
    own = _packages() / "containers" / container
    shared = _packages() / "kept"
    return _link(own, shared) if own.is_dir() and shared.is_dir() else 0


def _link(source: Path, target: Path) -> int:
    have = {path.name for path in target.glob("*.deb")}
    new = [path for path in source.glob("*.deb") if path.name not in have]
    for path in new:
        try:
            (target / path.name).hardlink_to(path)
        except FileExistsError:
            continue
        except PermissionError:  # not root: files that apt wrote as root may not be linked, only copied
            shutil.copyfile(path, target / path.name)
    return len(new)


def _packages() -> Path:
    return cache() / "apt"


def _filled(path: str) -> bool:
    place = Path(path)
    return place.is_file() or (place.is_dir() and any(place.iterdir()))


def wait_for_ssh(server: Server, key: Path, known_hosts: Path, user: str = "debian") -> None:
    """Wait until a server answers by SSH with the keys that were pinned for it."""
    command = ["ssh", "-i", str(key), *ssh_options(known_hosts), f"{user}@{server.address}", "true"]
    refused = ""
    for _ in range(50):
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return
        refused = shell.last_lines(done.stderr, 2)
        # sshd punishes a source of many connections that do not authenticate: only a refusal is worth a repetition.
        if "refused" not in refused and "timed out" not in refused:
            break
        time.sleep(0.2)
    raise KitError(
        "KIT-108",
        f"{server.host} does not let us in by SSH.",
        where=f"{user}@{server.address} ({server.container})",
        why=re.sub(r"\s+", " ", refused),
        fix="bin/kit down, then bin/kit up; behind a firewall of this machine, allow the rehearsal's bridge",
        exit_code=Exit.UNREACHABLE,
    )


def ssh_options(known_hosts: Path) -> list[str]:
    """Return the options with which the kit itself speaks SSH: pinned keys, nothing of the operator's own."""
    return [
        "-F",
        "none",
        "-o",
        f'UserKnownHostsFile="{known_hosts}"',
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "BatchMode=yes",
        "-o",
        "ConnectTimeout=5",
    ]


def report(server: Server, done: str) -> None:
    """Say what became of a server."""
    if done != "was running":
        output.progress(f"{server.host}: container {server.container} {done} at {server.address}")
