"""Read `office.yml`: every mistake with its line, and for an unknown key the nearest right one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from portal.profile.model import Profile


@dataclass(frozen=True)
class Problem:
    """What is wrong in a profile; `line` counts from 1, `key` is the way to it, such as `office.currency`."""

    line: int
    key: str
    message: str


class ProfileError(ValueError):
    """The profile does not hold; `problems` says why, in the order of the file."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems
        super().__init__("\n".join(f"{path}:{p.line}: {p.key}: {p.message}" for p in problems))


def load_profile(path: Path) -> Profile:
    """The profile of this file; raises OSError or ProfileError."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProfileError(path, [Problem(line, "(file)", f"is not YAML: {error.problem}")]) from error
    try:
        return Profile.model_validate(values)
    except ValidationError as error:
        problems = [_problem(found, tree) for found in error.errors()]
        raise ProfileError(path, sorted(problems, key=lambda problem: problem.line)) from error


def _problem(found: Any, tree: yaml.Node | None) -> Problem:
    way = [part for part in found["loc"] if not isinstance(part, str) or part.isidentifier() or "-" in part]
    key = ".".join(str(part) for part in way) or "(file)"
    message = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        message = f"is not a known key{_nearest(way)}"
    elif found["type"] == "missing":
        message = "is missing"
    return Problem(_line(tree, way), key, message)


def _nearest(way: list[Any]) -> str:
    """Name the right key that is most like the last one of `way`."""
    model: Any = Profile
    for part in way[:-1]:
        if isinstance(part, int):
            continue
        field = model.model_fields[part]
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if model is None:
            return ""
    near = difflib.get_close_matches(str(way[-1]), list(model.model_fields), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else f"; known here: {', '.join(model.model_fields)}"


def _line(node: yaml.Node | None, way: list[Any]) -> int:
    """The line of the deepest part of the way that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for part in way:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
