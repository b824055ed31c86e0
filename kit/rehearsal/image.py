"""The image of a rehearsed server: Debian as a hosting company hands it over, made on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit import output, shell
from kit.errors import Exit, KitError
from kit.paths import cache, clone_hash
from kit.rehearsal import apt
from kit.rehearsal.runtime import podman

SUITES = ("trixie", "bookworm")
RECIPE = 4  # raise it when the commands below change what the image holds

# What a hosting company's Debian has beyond the essential packages: it boots, it can be reached by SSH, and
# Ansible finds a Python. Nothing that a role of ours would install.
PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "libpam-systemd",
    "python3",
    "python3-apt",
    "openssh-server",
    "sudo",
    "ca-certificates",
    "iproute2",
    "netbase",
    "procps",
    "tzdata",
)

# Runs inside the new system: the account that is handed over, and no host keys (each server makes its own).
CUSTOMIZE = """
set -eu
useradd --create-home --shell /bin/bash --comment Debian debian
printf 'debian ALL=(ALL) NOPASSWD:ALL\\n' > /etc/sudoers.d/90-hosting-company
chmod 0440 /etc/sudoers.d/90-hosting-company
rm -f /etc/ssh/ssh_host_* /etc/machine-id /etc/hostname
: > /etc/machine-id
systemctl disable --quiet ssh
systemctl mask --quiet getty.target console-getty.service systemd-firstboot.service dev-hugepages.mount \
  sys-fs-fuse-connections.mount
update-ca-certificates >/dev/null
"""


@dataclass(frozen=True)
class Recipe:
    """Everything that the image's content depends on."""

    suite: str
    architecture: str
    sources: tuple[str, ...]
    keyrings: tuple[str, ...]
    settings: tuple[str, ...]
    certificates: tuple[tuple[str, str], ...]

    def digest(self) -> str:
        """Return 16 hexadecimal digits of the recipe: the same ones mean the same image."""
        parts = [
            RECIPE,
            self.suite,
            self.architecture,
            self.sources,
            self.settings,
            self.certificates,
            PACKAGES,
            CUSTOMIZE,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def tag(self) -> str:
        """Return the image's name in podman, the clone's own so that `down` removes only that."""
        return f"localhost/kit-{clone_hash()}:{self.suite}-{self.digest()}"


def recipe(suite: str = SUITES[0]) -> Recipe:
    """Read this machine's apt sources, settings and certificates into the recipe of an image."""
    codename = _codename()
    machine = _machine_sources()
    sources = apt.for_suite(machine, codename, suite)
    if not sources:
        raise KitError(
            "KIT-110",
            "This machine's apt sources name no Debian archive that the servers' Debian could come from.",
            where="/etc/apt/sources.list, /etc/apt/sources.list.d/",
            why=f"looked for the suite {codename} with the component main",
            fix="add your Debian mirror to /etc/apt/sources.list.d/debian.sources, then run bin/kit again",
        )
    dump = shell.run(["apt-config", "dump"]).stdout
    certificates = tuple(
        (path.name, path.read_text(errors="replace"))
        for path in sorted(Path("/usr/local/share/ca-certificates").rglob("*.crt"))
    )
    return Recipe(
        suite,
        shell.run(["dpkg", "--print-architecture"]).stdout.strip(),
        tuple(source.line() for source in sources),
        tuple(path for path in apt.keyrings(machine, codename) if Path(path).exists()),
        tuple(apt.settings(dump) + _proxies(dump)),
        certificates,
    )


def ensure(suite: str = SUITES[0]) -> str:
    """Return the name of a podman image made by the recipe of today; make it, or take it from the cache."""
    wanted = recipe(suite)
    tag = wanted.tag()
    if podman("image", "exists", tag, check=False).returncode == 0:
        return tag
    archive = cache() / "images" / f"{suite}-{wanted.digest()}.tar"
    with _only_one(archive):
        if not archive.is_file():
            with output.step(f"Making a plain Debian ({suite}) from this machine's package mirror"):
                _build(wanted, archive)
        with output.step("Importing the Debian image"):
            podman(
                "import",
                "--quiet",
                '--change=CMD ["/sbin/init"]',
                "--change=STOPSIGNAL SIGRTMIN+3",
                str(archive),
                tag,
            )
    return tag


def mirror() -> tuple[bool, str]:
    """Ask the machine's mirror for the release of the servers, as apt itself would. Return whether it answered."""
    try:
        wanted = recipe()
    except KitError as refused:
        return False, refused.what
    if (cache() / "images" / f"{wanted.suite}-{wanted.digest()}.tar").is_file():
        return True, "not needed, the Debian image is there"
    words = wanted.sources[0].split()
    address = f"{words[words.index(wanted.suite) - 1].rstrip('/')}/dists/{wanted.suite}/InRelease"
    with tempfile.TemporaryDirectory(prefix="kit-mirror-") as scratch:
        command = ["/usr/lib/apt/apt-helper", "download-file", address, str(Path(scratch) / "InRelease")]
        done = shell.run(command, check=False, timeout=60)
    return done.returncode == 0, address if done.returncode == 0 else shell.last_lines(done.stderr or done.stdout, 2)


def remove() -> int:
    """Remove this clone's image names from podman (the cached archive stays). Return how many there were."""
    listed = podman("image", "ls", "--format={{.Repository}}:{{.Tag}}", check=False).stdout.split()
    mine = [name for name in listed if name.startswith(f"localhost/kit-{clone_hash()}:")]
    for name in mine:
        podman("image", "rm", name, check=False)
    return len(mine)


def _build(wanted: Recipe, archive: Path) -> None:
    """Run mmdebstrap into a new file beside `archive`, and move it there when it is whole."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kit-image-") as scratch:
        work = Path(scratch)
        (work / "debian.list").write_text("".join(f"{line}\n" for line in wanted.sources))
        (work / "apt.conf").write_text("".join(f"{line}\n" for line in wanted.settings))
        (work / "customize.sh").write_text(CUSTOMIZE)
        (work / "ca").mkdir()
        for name, text in wanted.certificates:
            (work / "ca" / name).write_text(text)
        (work / "keyrings").mkdir()
        for path in wanted.keyrings:
            (work / "keyrings" / Path(path).name).write_bytes(Path(path).read_bytes())
        work.chmod(0o755)
        fresh = archive.with_name(f".{archive.name}.{os.getpid()}")
        command = [
            "mmdebstrap",
            "--variant=minbase",
            "--mode=root",
            "--format=tar",
            "--skip=cleanup/apt/lists",
            f"--architectures={wanted.architecture}",
            f"--keyring={work / 'keyrings'}",
            f"--aptopt={work / 'apt.conf'}",
            '--aptopt=Acquire::Languages "none"',
            f"--include={','.join(PACKAGES)}",
            f"--customize-hook=copy-in {work / 'ca'} /usr/local/share/",
            '--customize-hook=mv "$1"/usr/local/share/ca/* "$1"/usr/local/share/ca-certificates/ 2>/dev/null; '
            'rmdir "$1"/usr/local/share/ca',
            '--customize-hook=mv "$1"/etc/apt/sources.list.d/*debian.list "$1"/etc/apt/sources.list',
            f'--customize-hook=chroot "$1" sh < {work / "customize.sh"}',
            wanted.suite,
            str(fresh),
            str(work / "debian.list"),
        ]
        done = shell.run(
            shell.as_root(command, {"TMPDIR": str(Path(tempfile.gettempdir()))}), check=False, timeout=1200
        )
        if done.returncode != 0:
            fresh.unlink(missing_ok=True)
            raise KitError(
                "KIT-111",
                f"The Debian image ({wanted.suite}) could not be made.",
                where="mmdebstrap, from: " + "; ".join(wanted.sources),
                why="\n".join(line for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "Err")))[-1500:]
                or shell.last_lines(done.stderr),
                fix="try `apt-get update` on this machine: when it fails too, mend the mirror, the proxy or the\n"
                "certificates first; `df -h /tmp ~` when the disk is full",
                exit_code=Exit.INTERNAL,
            )
        if not shell.is_root():
            shell.run(shell.as_root(["chown", str(os.getuid()), str(fresh)]))
        fresh.replace(archive)


@contextmanager
def _only_one(archive: Path) -> Iterator[None]:
    """Let one process at a time make or import an archive; others wait for it."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with archive.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            output.progress("Another run is making the Debian image; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _codename() -> str:
    release = platform.freedesktop_os_release()
    codename = release.get("VERSION_CODENAME", "")
    if release.get("ID") != "debian" or not codename:
        raise KitError(
            "KIT-112",
            f"This machine runs {release.get('PRETTY_NAME', 'an unknown system')}, not Debian.",
            where="/etc/os-release",
            why="the rehearsed servers are built from the machine's own Debian mirror",
            fix="run the rehearsal on Debian 12 or 13 (a virtual machine will do); real tiers can be applied from here",
        )
    return codename


def _machine_sources() -> list[apt.Source]:
    found: list[apt.Source] = []
    folder = Path("/etc/apt")
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))]:
        if path.is_file():
            found += apt.parse_one_line(path.read_text(errors="replace"))
    for path in sorted((folder / "sources.list.d").glob("*.sources")):
        found += apt.parse_deb822(path.read_text(errors="replace"))
    return found


def _proxies(dump: str) -> list[str]:
    """Turn http_proxy and https_proxy into apt settings where apt itself names no proxy."""
    lines = []
    for scheme in ("http", "https"):
        value = os.environ.get(f"{scheme}_proxy") or os.environ.get(f"{scheme.upper()}_PROXY")
        if value and f"Acquire::{scheme}::Proxy " not in dump:
            lines.append(f'Acquire::{scheme}::Proxy "{value}";')
    return lines
