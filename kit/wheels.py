"""The portal's dependencies as wheels for the servers' Python, from the hash-locked list and a cache."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kit import paths
from kit.errors import Exit, KitError
from kit.shell import run

LOCK = paths.ROOT / "locks" / "portal.txt"
TARGET_PYTHON = "3.13"
"""Debian 13's; the servers build their environment with it."""
TARGET_PLATFORMS = ("manylinux_2_39_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
_ENVIRONMENT = {
    "implementation_name": "cpython",
    "implementation_version": f"{TARGET_PYTHON}.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": f"{TARGET_PYTHON}.0",
    "python_version": TARGET_PYTHON,
    "sys_platform": "linux",
    "extra": "",
}
_EPOCH = {"SOURCE_DATE_EPOCH": "315532800"}  # 1980: the oldest date that a zip file can hold


def wheel_directory() -> Path:
    """Return the directory with every wheel of the lock; without network once it is in the cache."""
    wanted = requirements_for_target(LOCK.read_text("utf-8"))
    key = hashlib.sha256(repr((wanted, TARGET_PYTHON, TARGET_PLATFORMS)).encode()).hexdigest()[:16]
    place = paths.cache() / "wheels" / key
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        _download(wanted, scratch)
        scratch.rename(place)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return place


def requirements_for_target(lock: str) -> dict[str, str]:
    """Map each package that the target needs to its locked requirement with hashes, markers decided.

    pip decides markers by the Python that runs it, which is the controller's; the lock is for every platform.
    """
    from packaging.requirements import Requirement

    wanted: dict[str, str] = {}
    text = re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        requirement, *hashes = re.split(r"\s+(?=--hash=)", line)
        parsed = Requirement(requirement.strip())
        if parsed.marker is None or parsed.marker.evaluate(_ENVIRONMENT):
            wanted[parsed.name] = f"{parsed.name}{parsed.specifier} {' '.join(h.strip() for h in hashes)}"
    return wanted


def _download(wanted: dict[str, str], to: Path) -> None:
    """Fetch wheels; what its authors publish only as source is built here from its locked archive."""
    remaining = dict(wanted)
    while error := _pip_download(remaining, to):
        missing = re.search(r"No matching distribution found for ([A-Za-z0-9._-]+)==", error)
        if missing is None or missing.group(1) not in remaining:
            raise _failure(error)
        _build_pure(remaining.pop(missing.group(1)), to)


def _pip_download(wanted: dict[str, str], to: Path) -> str:
    """Return what pip complained about, or nothing."""
    platforms = [option for platform in TARGET_PLATFORMS for option in ("--platform", platform)]
    command = [
        *_pip("download"), "--no-deps", "--require-hashes", "--only-binary=:all:",
        "--python-version", TARGET_PYTHON, "--implementation", "cp", *platforms,
        "--dest", str(to), "--requirement", str(_written(wanted.values(), to)),
    ]  # fmt: skip
    result = run(command, check=False)
    return result.stderr if result.returncode else ""


def _build_pure(requirement: str, to: Path) -> None:
    """Build a wheel that runs anywhere; one with compiled code is refused, it would be the controller's."""
    before = set(to.glob("*.whl"))
    command = [
        *_pip("wheel"), "--no-deps", "--require-hashes", "--no-build-isolation",
        "--wheel-dir", str(to), "--requirement", str(_written([requirement], to)),
    ]  # fmt: skip
    result = run(command, env=_EPOCH, check=False)
    if result.returncode:
        raise _failure(result.stderr)
    for wheel in set(to.glob("*.whl")) - before:
        if not wheel.name.endswith("-none-any.whl"):
            raise _failure(f"{wheel.name} has compiled code, and is published only as source.")


def build_portal_wheel(source: Path, to: Path) -> Path:
    """Build the portal's own wheel from a prepared copy of app/; the same sources give the same bytes."""
    for file in sorted(source.rglob("*")):
        os.utime(file, (int(_EPOCH["SOURCE_DATE_EPOCH"]),) * 2)
    command = [*_pip("wheel"), "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(to), str(source)]
    result = run(command, env=_EPOCH, check=False)
    if result.returncode:
        raise KitError(
            "KIT-073",
            "The portal's wheel could not be built.",
            where="app/pyproject.toml",
            why=result.stderr.strip()[-1500:] or result.stdout.strip()[-1500:],
            fix="mend what is named above",
            exit_code=Exit.INTERNAL,
        )
    return next(to.glob("portal-*.whl"))


def _pip(verb: str) -> list[str]:
    return [sys.executable, "-m", "pip", verb, "--quiet", "--disable-pip-version-check", "--no-input"]


def _written(lines: Iterable[str], beside: Path) -> Path:
    """Write a requirements file for pip (bundles take only the wheels beside it)."""
    file = beside / "requirements.in"
    file.write_text("\n".join(lines) + "\n")
    return file


def _failure(why: str) -> KitError:
    return KitError(
        "KIT-072",
        "The portal's dependencies could not be fetched for the servers.",
        where=str(LOCK.relative_to(paths.ROOT)),
        why=why.strip()[-900:],
        fix="give this machine access to the Python package index once (or copy another clone's cache), then repeat",
        exit_code=Exit.INTERNAL,
    )
