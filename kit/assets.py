"""The portal's front-end files: what npm's lock names and our own, copied once under hashed names."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from kit import paths
from kit.errors import Exit, KitError
from kit.shell import run

ASSETS = paths.ROOT / "app" / "assets"
SOURCES = paths.ROOT / "app" / "portal" / "static" / "src"
DIST = paths.ROOT / "app" / "portal" / "static" / "dist"
VENDOR = {
    "govuk-frontend.min.css": "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "govuk-frontend.min.js": "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tus.min.js": "tus-js-client/dist/tus.min.js",
}
MIRRORED = {"govuk-frontend.rtl.min.css": "govuk-frontend.min.css"}
"""Style sheets for languages that are written from right to left, each turned round from another of the files."""
RECIPE = "2"
"""Raise it when the way of building changes: everyone's files are then built again."""

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_FONT_NAME = re.compile(r"\"?GDS Transport\"?\s*,\s*")
_CREST = re.compile(r"[^{}]*\{[^{}]*url\([^)]*govuk-crest[^)]*\)[^{}]*\}")
_SOURCE_MAP = re.compile(r"(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=[^*]+\*/)\s*")


def build_assets() -> bool:
    """Bring app/portal/static/dist up to date; true when something was built.

    `manifest.json` there maps a logical name (`govuk-frontend.min.css`) to its hashed one. Quick when current, and
    without network when npm's packages of this lock are in the cache.
    """
    wanted = _fingerprint()
    stamp = DIST / ".built-from"
    if stamp.is_file() and stamp.read_text() == wanted and _is_whole():
        return False
    modules = _node_modules()
    files = {logical: _vendored(logical, modules / where) for logical, where in VENDOR.items()}
    files |= {logical: _mirrored(files[source], modules) for logical, source in MIRRORED.items()}
    names = {logical: _hashed(logical, text) for logical, text in files.items()}
    for source in _own_files():
        text = source.read_text("utf-8")
        for logical, hashed in names.items():
            text = text.replace(f"./{logical}", f"./{hashed}")
        files[source.name], names[source.name] = text, _hashed(source.name, text)
    _write({names[logical]: text for logical, text in files.items()}, names, wanted)
    return True


def _own_files() -> list[Path]:
    return sorted(f for f in SOURCES.glob("*") if f.suffix in {".css", ".js"})


def _fingerprint() -> str:
    """What the result depends on: the lock, our own files and the recipe."""
    digest = hashlib.sha256(RECIPE.encode())
    for file in [ASSETS / "package-lock.json", Path(__file__), *_own_files()]:
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _is_whole() -> bool:
    """Whether every file of the manifest is there (somebody may have tidied up half of them)."""
    manifest = DIST / "manifest.json"
    if not manifest.is_file():
        return False
    return all((DIST / name).is_file() for name in json.loads(manifest.read_text()).values())


def _node_modules() -> Path:
    """The packages of the lock, installed once into the cache that clones share."""
    lock = ASSETS / "package-lock.json"
    key = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    place = paths.cache() / "npm" / key
    if (place / "node_modules").is_dir():
        return place / "node_modules"
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ASSETS / name, scratch)
        npm = Path(sys.executable).parent / "npm"
        command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        search = {"PATH": f"{npm.parent}{os.pathsep}{os.environ['PATH']}"}
        result = run(command, cwd=Path(scratch), env=search, check=False)
        if result.returncode:
            raise KitError(
                "KIT-070",
                "The front end's packages could not be installed.",
                where=f"npm ci in {ASSETS}",
                why=result.stderr.strip()[-600:],
                fix="Give this machine access to npm's registry once (or copy the cache of another clone), then repeat",
                exit_code=Exit.INTERNAL,
            )
        shutil.rmtree(place, ignore_errors=True)
        Path(scratch).rename(place)
        Path(scratch).mkdir()  # TemporaryDirectory removes this empty one
    return place / "node_modules"


def _vendored(logical: str, file: Path) -> str:
    """Return a package's file, tidied, under a line that says whose it is and under which licence."""
    about = json.loads(next(p / "package.json" for p in file.parents if (p / "package.json").is_file()).read_text())
    return f"/*! {about['name']} {about['version']}, {about['license']} */\n{_tidy(logical, file.read_text('utf-8'))}"


def _mirrored(text: str, modules: Path) -> str:
    """Return a style sheet for the other direction of writing: what stands left in it stands right, and back."""
    node = Path(sys.executable).parent / "node"
    turned = run([str(node), str(modules / "rtlcss" / "bin" / "rtlcss.js"), "--silent", "-"], stdin=text).stdout
    if "float:right" not in turned:
        raise KitError(
            "KIT-074",
            "The style sheet for right-to-left languages could not be made.",
            where="rtlcss, run by kit/assets.py",
            why=f"it answered {len(turned)} characters in which nothing was turned round",
            fix="compare app/assets/package.json with the last commit that worked, then repeat",
            exit_code=Exit.INTERNAL,
        )
    return turned


def _tidy(logical: str, text: str) -> str:
    """Take out what is the British government's own (font, crest) and what would point to files not shipped."""
    text = _SOURCE_MAP.sub("", text)
    if not logical.endswith(".css"):
        return text
    text = _FONT_NAME.sub("", _FONT_FACE.sub("", text))
    text = _CREST.sub("", text)
    if left := re.search(r"GDS Transport|url\((?!data:)[^)]*\)", text):
        raise KitError(
            "KIT-071",
            f"{logical} still names a font or picture that must not be shipped.",
            where=f"kit/assets.py, after tidying {logical}",
            why=f"It contains {left.group(0)!r}; the package was probably upgraded.",
            fix="Teach kit/assets.py to remove it, and raise RECIPE",
            exit_code=Exit.INTERNAL,
        )
    return text


def _hashed(logical: str, text: str) -> str:
    stem, suffix = logical.rsplit(".", 1)
    return f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:12]}.{suffix}"


def _write(files: dict[str, str], names: dict[str, str], stamp: str) -> None:
    """Put the new files beside the old ones, then the manifest, then remove what it no longer names."""
    dist = DIST
    dist.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (dist / name).write_text(text, "utf-8")
    draft = dist / "manifest.json.new"
    draft.write_text(json.dumps(names, indent=2, sort_keys=True) + "\n")
    draft.replace(dist / "manifest.json")
    for old in dist.iterdir():
        if old.name not in files and old.name != "manifest.json":
            old.unlink()
    (dist / ".built-from").write_text(stamp)
