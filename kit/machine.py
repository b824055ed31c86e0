"""What this machine needs for rehearsals and tests: checked in plain words, and installed where that is allowed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kit import output, shell
from kit.errors import Exit, KitError
from kit.paths import ROOT, cache

# command → Debian package. Both firewalls' tools: netavark of Debian 12 speaks iptables, that of 13 nftables.
REHEARSAL_TOOLS = {
    "podman": "podman",
    "runc": "runc",
    "crun": "crun",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
    "iptables": "iptables",
    "nft": "nftables",
    "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client",
    "ip": "iproute2",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
TEST_TOOLS = {
    "chromium": "chromium",
    "pdfsig": "poppler-utils",
    "qpdf": "qpdf",
    "msgfmt": "gettext",
    "/usr/sbin/mariadbd": "mariadb-server",
    "/usr/sbin/postfix": "postfix",
    "/usr/sbin/clamd": "clamav-daemon",
    "softhsm2-util": "softhsm2",
    "swift-ring-builder": "swift",
    "swift-proxy-server": "swift-proxy",
    "swift-account-server": "swift-account",
    "swift-container-server": "swift-container",
    "swift-object-server": "swift-object",
    "git": "git",
    # What the portal's role installs on a server, to print names in other scripts.
    "/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf": "fonts-noto-core",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc": "fonts-noto-cjk",
    "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf": "fonts-symbola",
}
DISK_NEEDED = 4 * 1024**3
MEMORY_NEEDED = 2 * 1024**3


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is right, what was seen, and what mends it."""

    name: str
    ok: bool
    seen: str
    fix: str = ""

    def as_dict(self) -> dict[str, str | bool]:
        """Return the check as a part of a JSON document."""
        return asdict(self)


def missing(tools: dict[str, str]) -> list[str]:
    """Return the Debian packages of those tools that this machine does not have."""
    search = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    return sorted(
        {
            package
            for tool, package in tools.items()
            if not (Path(tool).exists() if tool.startswith("/") else shutil.which(tool, path=search))
        }
    )


def install(tools: dict[str, str]) -> list[str]:
    """Install the packages that are missing, by apt, and say so. Return their names."""
    packages = missing(tools)
    if not packages:
        return []
    if shutil.which("apt-get") is None:
        raise KitError(
            "KIT-120",
            f"This machine lacks: {', '.join(packages)}.",
            where="this machine",
            why="there is no apt-get to install them with",
            fix="run the kit on Debian 12 or 13",
        )
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    with output.step(f"Installing on this machine: {', '.join(packages)}"), _no_services():
        shell.run(shell.as_root(["apt-get", "update", "-q"], environment), env=environment, check=False, timeout=600)
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        done = shell.run(shell.as_root(command, environment), env=environment, check=False, timeout=1800)
    still = missing(tools)
    if still:
        raise KitError(
            "KIT-121",
            f"Could not install: {', '.join(still)}.",
            where="apt-get install",
            why=shell.last_lines(done.stderr or done.stdout, 5),
            fix=f"as root: apt-get update && apt-get install {' '.join(still)}",
        )
    return packages


class _no_services:  # noqa: N801 - reads as a phrase where it is used
    """Keep packages from starting their services on the operator's machine while they are installed."""

    policy = Path("/usr/sbin/policy-rc.d")

    def __enter__(self) -> None:
        self.mine = not self.policy.exists()
        if self.mine:
            script = "#!/bin/sh\n# written by bin/kit while it installs packages\nexit 101\n"
            shell.run(shell.as_root(["tee", str(self.policy)]), stdin=script)
            shell.run(shell.as_root(["chmod", "0755", str(self.policy)]))

    def __exit__(self, *ignored: object) -> None:
        if self.mine:
            shell.run(shell.as_root(["rm", "-f", str(self.policy)]))


def checks() -> list[Check]:
    """Look at everything that a rehearsal needs of this machine. Changes nothing."""
    return [_system(), _root(), _tools(), *_disks(), _memory(), _cgroups(), _proc()]


def require(found: Iterable[Check]) -> None:
    """Raise KIT-122 when a check failed, with everything that is to be mended."""
    bad = [check for check in found if not check.ok]
    if not bad:
        return
    raise KitError(
        "KIT-122",
        "This machine cannot run a rehearsal as it is.",
        where=platform.node(),
        why="\n".join(f"{check.name}: {check.seen}" for check in bad),
        fix="\n".join(check.fix for check in bad if check.fix),
        exit_code=Exit.CHECKS_FAILED,
    )


def _system() -> Check:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    name = release.get("PRETTY_NAME", platform.system())
    good = (
        release.get("ID") == "debian" and release.get("VERSION_ID", "0").isdigit() and int(release["VERSION_ID"]) >= 12
    )
    return Check("system", good, name, "use Debian 12 or 13; a virtual machine will do")


def _root() -> Check:
    if shell.is_root():
        return Check("rights", True, "root")
    if shutil.which("sudo") is None:
        return Check("rights", False, "neither root nor sudo", "run bin/kit as root, or install sudo")
    quiet = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return Check(
        "rights",
        quiet or output.interactive(),
        "sudo without a password" if quiet else "sudo asks for a password",
        "without a terminal sudo cannot ask: run bin/kit as root, or allow your account NOPASSWD",
    )


def _tools() -> Check:
    lacking = missing(REHEARSAL_TOOLS)
    return Check(
        "tools",
        not lacking,
        f"not installed: {', '.join(lacking)}" if lacking else "podman, mmdebstrap and what they need",
        f"bin/kit up installs them; by hand: apt-get install {' '.join(lacking)}",
    )


def _disks() -> list[Check]:
    found: dict[int, Check] = {}
    for place in (ROOT, cache(), Path("/var/lib/containers"), Path("/tmp")):  # noqa: S108 - only its size is read
        there = place
        while not there.exists():
            there = there.parent
        free = shutil.disk_usage(there).free
        check = Check(
            f"disk {place}",
            free >= DISK_NEEDED,
            f"{free / 1024**3:.1f} GB free, {DISK_NEEDED / 1024**3:.0f} GB are needed",
            f"make room on the disk of {place}",
        )
        found.setdefault(there.stat().st_dev, check)
    return list(found.values())


def _memory() -> Check:
    words = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line)
    free = int(words.get("MemAvailable", "0 kB").split()[0]) * 1024
    return Check(
        "memory",
        free >= MEMORY_NEEDED,
        f"{free / 1024**3:.1f} GB available, {MEMORY_NEEDED / 1024**3:.0f} GB are needed",
        "end other programs, or use a machine with more memory",
    )


def _cgroups() -> Check:
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():
        return Check("cgroups", os.access(root, os.W_OK) or not shell.is_root(), "version 2", _CGROUPS)
    if (root / "systemd").is_dir():
        return Check("cgroups", os.access(root / "systemd", os.W_OK) or not shell.is_root(), "hybrid", _CGROUPS)
    return Check("cgroups", False, "no cgroups that systemd could use in a container", _CGROUPS)


_CGROUPS = (
    "run on the machine itself or in a virtual machine; in a container, it must be privileged with cgroups writable"
)


def _proc() -> Check:
    forward = Path("/proc/sys/net/ipv4/ip_forward")
    good = forward.is_file() and (
        forward.read_text().strip() == "1" or os.access(forward, os.W_OK) or not shell.is_root()
    )
    return Check(
        "network",
        good,
        "containers can be routed" if good else "IP forwarding is off and may not be switched on",
        "as root: sysctl -w net.ipv4.ip_forward=1",
    )
