"""Check a settings file or an office's profile before it is put in place: each mistake and each doubt with its line."""

from __future__ import annotations

import difflib
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from portal.profile.loader import Problem, ProfileError, load_profile, load_with_doubts
from portal.settings import Settings

SETTINGS, OFFICE = "settings", "office"


def kind_of(path: Path) -> str:
    """Whether a file is settings (TOML) or a profile (YAML): by its name, else by its first line."""
    if path.suffix in (".toml", ".yml", ".yaml"):
        return SETTINGS if path.suffix == ".toml" else OFFICE
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    return SETTINGS if re.match(r"\s*(\[|[A-Za-z0-9_-]+\s*=)", first) else OFFICE


def problems_of(path: Path, kind: str) -> list[Problem]:
    """What is wrong with the file; nothing when it holds."""
    try:
        if kind == SETTINGS:
            return _settings_problems(path)
        load_profile(path)
    except ProfileError as error:
        return error.problems
    except OSError as error:
        return [Problem(0, "(file)", f"cannot be read: {error.strerror}")]
    return []


def doubts_of(path: Path) -> list[Problem]:
    """What is doubtful in a profile that holds: nothing is refused because of it."""
    return load_with_doubts(path, datetime.now(UTC).date())[1]


def _settings_problems(path: Path) -> list[Problem]:
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except UnicodeDecodeError:
        return [Problem(1, "(file)", "is not UTF-8 text")]
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return [Problem(int(found[1]) if found else 1, "(file)", f"is not TOML: {error}")]
    try:
        Settings.model_validate(values)
    except ValidationError as error:
        found_problems = [
            _settings_problem(found["loc"], found["type"], found["msg"], text) for found in error.errors()
        ]
        return sorted(found_problems, key=lambda problem: problem.line)
    return []


def _settings_problem(way: tuple[str | int, ...], kind: str, message: str, text: str) -> Problem:
    key = ".".join(str(part) for part in way)
    line = _line_of(str(way[0]), text) if way else 1
    if kind == "missing":
        return Problem(line, key, "is missing")
    if kind != "extra_forbidden":
        return Problem(line, key, message.removeprefix("Value error, "))
    near = difflib.get_close_matches(str(way[0]), list(Settings.model_fields), n=1, cutoff=0.5)
    if near:
        return Problem(line, key, f"is not a known key; did you mean '{near[0]}'?", near[0])
    return Problem(line, key, f"is not a known key; known: {', '.join(Settings.model_fields)}")


def _line_of(key: str, text: str) -> int:
    """The line on which a key of the file's first level stands; 1 when it is not there."""
    pattern = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[=.\]]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)
