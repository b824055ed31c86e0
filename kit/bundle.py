"""The release bundle: the portal and all that it needs, built once here, installed anywhere without an index."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kit import assets, paths, wheels
from kit.errors import KitError

APP = paths.ROOT / "app"
CURRENT = "current.json"
_LEFT_OUT = {"__pycache__", "dist", "node_modules"}


@dataclass(frozen=True)
class Bundle:
    """A release as it travels: `path` is its directory, `archive` the same as one file."""

    version: str
    path: Path
    archive: Path
    changed: bool


def build(bundles: Path = paths.BUNDLES) -> Bundle:
    """Build the release of the sources as they are, unless it stands already; no network when nothing changed.

    The version is that of app/pyproject.toml and 10 digits of the content's hash: changed sources are a new release.
    `bundles/current.json` then names it: roles/portal installs what that says.
    """
    assets.build_assets()
    dependencies = wheels.wheel_directory()
    version = release_version(dependencies)
    path, archive = bundles / f"portal-{version}", bundles / f"portal-{version}.tar"
    changed = not (path.is_dir() and archive.is_file())
    if changed:
        bundles.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=bundles))
        try:
            _fill(scratch, version, dependencies)
            shutil.rmtree(path, ignore_errors=True)
            scratch.rename(path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        path.chmod(0o755)
        _archive(path, archive)
    _point_to(bundles, version, archive)
    return Bundle(version, path, archive, changed)


def find(version: str, bundles: Path = paths.BUNDLES) -> Bundle:
    """Return the release that was built here under this version. Raises KIT-043 when there is none."""
    path, archive = bundles / f"portal-{version}", bundles / f"portal-{version}.tar"
    if path.is_dir() and archive.is_file():
        return Bundle(version, path, archive, changed=False)
    known = sorted(one.stem.removeprefix("portal-") for one in bundles.glob("portal-*.tar"))
    raise KitError(
        "KIT-043",
        f"No release {version} was built here.",
        where=str(bundles),
        why=f"built here: {', '.join(known) or 'none'}",
        fix="name one of them, or check out its sources and run bin/kit bundle",
    )


def release_version(dependencies: Path) -> str:
    """Return `0.1.0+g<hash>`: the hash covers the sources, the built assets, the dependencies and the target."""
    digest = hashlib.sha256(repr((wheels.TARGET_PYTHON, sorted(f.name for f in dependencies.glob("*.whl")))).encode())
    for file in [*_sources(), assets.DIST / "manifest.json", Path(__file__), Path(wheels.__file__)]:
        digest.update(f"{file.relative_to(paths.ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return f"{_base_version()}+g{digest.hexdigest()[:10]}"


def compile_catalogs(portal: Path = APP / "portal") -> list[Path]:
    """Compile every gettext catalog (.po) that is newer than its .mo; returns what was written."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = []
    for source in sorted(portal.glob("translations/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        with source.open("rb") as text:
            catalog = read_po(text, locale=source.parents[1].name)
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as compiled:
            write_mo(compiled, catalog)
        draft.replace(target)
        written.append(target)
    return written


def _sources() -> list[Path]:
    """List what the wheel is made of; the caches and built files of a developer do not count."""
    files = [APP / "pyproject.toml"]
    for file in sorted((APP / "portal").rglob("*")):
        inside = file.relative_to(APP / "portal").parts
        if file.is_file() and not _LEFT_OUT & set(inside) and file.suffix not in {".pyc", ".mo", ".new"}:
            files.append(file)
    return files


def _base_version() -> str:
    import tomllib

    return str(tomllib.loads((APP / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _fill(bundle: Path, version: str, dependencies: Path) -> None:
    """Put the wheels, the list that pip installs from, and the manifest into `bundle`."""
    (bundle / "wheels").mkdir()
    for wheel in sorted(dependencies.glob("*.whl")):
        shutil.copyfile(wheel, bundle / "wheels" / wheel.name)
    with tempfile.TemporaryDirectory() as scratch:
        staged = _staged(Path(scratch) / "app", version)
        portal = wheels.build_portal_wheel(staged, bundle)
    locked = [_locked(wheel, f"./wheels/{wheel.name}") for wheel in sorted((bundle / "wheels").iterdir())]
    (bundle / "requirements.txt").write_text("\n".join([*locked, _locked(portal, f"./{portal.name}")]) + "\n")
    files = {str(f.relative_to(bundle)): _sha256(f) for f in sorted(bundle.rglob("*")) if f.is_file()}
    manifest = {"kind": "release-bundle", "format": 1, "version": version, "python": wheels.TARGET_PYTHON}
    (bundle / "MANIFEST.json").write_text(json.dumps(manifest | {"sha256": files}, indent=2) + "\n")


def _staged(to: Path, version: str) -> Path:
    """Copy the sources to `to` under this release's version, with assets and compiled catalogs."""
    for file in _sources():
        target = to / file.relative_to(APP)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    shutil.copytree(assets.DIST, to / "portal" / "static" / "dist", ignore=shutil.ignore_patterns(".*"))
    compile_catalogs(to / "portal")
    project = to / "pyproject.toml"
    named = f'version = "{version}"'
    text = re.sub(r'^version = ".*"$', named, project.read_text("utf-8"), count=1, flags=re.MULTILINE)
    project.write_text(text, "utf-8")
    return to


def _locked(wheel: Path, address: str) -> str:
    return f"{address} --hash=sha256:{_sha256(wheel)}"


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _archive(directory: Path, archive: Path) -> None:
    """Write the bundle as one file: one transfer to a server instead of seventy (wheels are compressed already)."""
    draft = archive.with_suffix(".tar.new")
    with tarfile.open(draft, "w") as tar:
        for file in sorted(directory.rglob("*")):
            entry = tar.gettarinfo(file, str(file.relative_to(directory)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = 0
            entry.mode = 0o755 if entry.isdir() else 0o644
            if entry.isfile():
                with file.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                tar.addfile(entry)
    draft.replace(archive)


def _point_to(bundles: Path, version: str, archive: Path) -> None:
    """Name the newest build for the playbooks, and forget all but the five newest."""
    text = json.dumps({"version": version, "archive": archive.name, "sha256": _archive_hash(archive)}, indent=2) + "\n"
    pointer = bundles / CURRENT
    if not pointer.is_file() or pointer.read_text() != text:
        paths.write_private(pointer, text)
    archives = sorted(bundles.glob("portal-*.tar"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in [file for file in archives if file != archive][4:]:
        old.unlink()
        shutil.rmtree(old.with_suffix(""), ignore_errors=True)


def _archive_hash(archive: Path) -> str:
    """Return the archive's SHA-256, kept beside it: hashing 80 MB at each start would be felt."""
    kept = archive.with_suffix(".tar.sha256")
    if not kept.is_file() or kept.stat().st_mtime_ns < archive.stat().st_mtime_ns:
        with archive.open("rb") as content:
            kept.write_text(hashlib.file_digest(content, "sha256").hexdigest())
    return kept.read_text()
