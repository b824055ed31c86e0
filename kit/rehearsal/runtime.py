"""podman, with settings of our own so that containers start on any host."""

from __future__ import annotations

import json
import platform
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Any

from kit import shell
from kit.errors import Exit, KitError
from kit.paths import REHEARSALS, private_directory
from kit.rehearsal.names import container_name

RUNTIMES = ("crun", "runc")
NOFILE_WANTED = 524_288
NPROC_WANTED = 30_000

# As a real server: systemd is process 1, services may sandbox themselves (that needs CAP_SYS_ADMIN), and
# the firewall is the host's own (CAP_NET_ADMIN). The machine's AppArmor profile for containers would
# refuse the sandboxes' mounts.
BOOT_OPTIONS = (
    "--systemd=always",
    "--cap-add=NET_ADMIN,NET_RAW,SYS_ADMIN,AUDIT_WRITE,SYS_CHROOT",
    "--security-opt=apparmor=unconfined",
    "--stop-timeout=10",
    "--pids-limit=8192",
    # podman would write /etc/hosts anew at each start, and forget the tier's names in it
    "--no-hosts",
)


def within(wanted: int, hard: int) -> int:
    """Return a limit that this process may pass on: `wanted`, or its own hard limit when lower.

    Without CAP_SYS_RESOURCE a limit above the caller's own is refused and no container starts.
    """
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def containers_conf(nofile: int, nproc: int) -> str:
    """Return the containers.conf of rehearsals: it replaces the machine's, so that this is all that counts."""
    return f"""# written by bin/kit; the machine's own containers.conf is not read
[containers]
default_ulimits = ["nofile={nofile}:{nofile}", "nproc={nproc}:{nproc}"]
base_hosts_file = "none"
log_driver = "k8s-file"
log_size_max = 10485760

[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"

[network]
network_backend = "netavark"
"""


def environment() -> dict[str, str]:
    """Write containers.conf for this machine, and return the variable that makes podman read it."""
    path = REHEARSALS / "containers.conf"
    nofile = within(NOFILE_WANTED, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    nproc = within(NPROC_WANTED, resource.getrlimit(resource.RLIMIT_NPROC)[1])
    text = containers_conf(nofile, nproc)
    if not path.is_file() or path.read_text() != text:
        private_directory(REHEARSALS)
        path.write_text(text)
    return {"CONTAINERS_CONF": str(path)}


def podman(
    *arguments: str, check: bool = True, stdin: str | None = None, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run podman as root and return what it said."""
    if shutil.which("podman") is None:
        raise KitError(
            "KIT-101",
            "podman is not installed.",
            where="this machine",
            why="rehearsals are podman containers",
            fix="bin/kit up installs it; by hand: apt-get install podman runc crun netavark iptables",
        )
    env = environment()
    return shell.run(shell.as_root(["podman", *arguments], env), env=env, check=check, stdin=stdin, timeout=timeout)


def inspect(kind: str, name: str) -> dict[str, Any] | None:
    """Return what podman knows about a container, network or image; None when there is none."""
    done = podman(kind, "inspect", name, check=False)
    if done.returncode != 0:
        if "no such" in done.stderr.lower() or "unable to find" in done.stderr.lower():
            return None
        if "not found" in done.stderr.lower() or "image not known" in done.stderr.lower():
            return None
        raise KitError(
            "KIT-102",
            f"podman cannot say anything about the {kind} {name}.",
            where="this machine",
            why=shell.last_lines(done.stderr),
            fix="try `podman info`; when it fails too, mend podman first",
            exit_code=Exit.INTERNAL,
        )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found[0] if found else None


def runtime(image: str) -> str:
    """Return the OCI runtime with which `image` starts here, and remember it for this kernel.

    crun is the normal case on cgroup v2. It refuses hybrid cgroups, where runc starts.
    """
    memory = REHEARSALS / "runtime.json"
    here = {"kernel": platform.release(), "podman": shutil.which("podman")}
    if memory.is_file():
        remembered = json.loads(memory.read_text() or "{}")
        chosen = remembered.pop("runtime", None)
        if remembered == here and chosen and shutil.which(chosen):
            return str(chosen)
    reasons = []
    for name in RUNTIMES:
        refused = _refusal(name, image)
        if refused is None:
            memory.write_text(json.dumps({**here, "runtime": name}))
            return name
        reasons.append(f"{name}: {refused}")
    raise KitError(
        "KIT-103",
        "No container starts on this machine.",
        where="this machine",
        why="\n".join(reasons),
        fix="install crun and runc (apt-get install crun runc); inside a container of another system, run the\n"
        "kit on the machine itself or in a virtual machine",
    )


def forget_runtime() -> None:
    """Drop the remembered runtime, so that the next start tries again."""
    (REHEARSALS / "runtime.json").unlink(missing_ok=True)


def _refusal(name: str, image: str) -> str | None:
    """Say why `name` cannot start a container of `image`; None when it can."""
    if shutil.which(name) is None and not Path(f"/usr/sbin/{name}").exists():
        return "not installed"
    trial = container_name("trial")
    podman("rm", "-f", "-t", "0", trial, check=False)
    done = podman(
        f"--runtime={name}",
        "run",
        "--rm",
        "--name",
        trial,
        *BOOT_OPTIONS,
        "--network=none",
        image,
        "/bin/true",
        check=False,
        timeout=60,
    )
    podman("rm", "-f", "-t", "0", trial, check=False)
    return None if done.returncode == 0 else shell.last_lines(done.stderr, 1)
