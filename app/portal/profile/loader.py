"""Read `office.yml`: every mistake with its line, and for an unknown key the nearest right one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from portal.profile.model import Profile
from portal.profile.warnings import doubts


@dataclass(frozen=True)
class Problem:
    """What is wrong; `line` counts from 1, `key` is the way to it (`office.currency`), `nearest` a known key."""

    line: int
    key: str
    message: str
    nearest: str = ""


class ProfileError(ValueError):
    """The profile does not hold; `problems` says why, in the order of the file."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems
        super().__init__("\n".join(f"{path}:{p.line}: {p.key}: {p.message}" for p in problems))


def load_profile(path: Path) -> Profile:
    """The profile of this file; raises OSError or ProfileError."""
    return _read(path)[0]


def load_with_doubts(path: Path, today: date) -> tuple[Profile, list[Problem]]:
    """The profile, and what in it is doubtful on that day, in the order of the file; raises as `load_profile`."""
    profile, tree = _read(path)
    told = [_at(tree, way, message) for way, message in doubts(profile, today)]
    return profile, sorted(told, key=lambda problem: problem.line)


def _read(path: Path) -> tuple[Profile, yaml.Node | None]:
    try:
        text = path.read_text(encoding="utf-8")
        values = yaml.load(text, Loader=_Strict)  # noqa: S506 - a SafeLoader
        tree = yaml.compose(text, Loader=_Strict)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ProfileError(path, [Problem(line, "(file)", "is not UTF-8 text")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProfileError(path, [Problem(line, "(file)", error.problem or "is not YAML")]) from error
    except yaml.YAMLError as error:
        raise ProfileError(path, [Problem(1, "(file)", f"is not YAML: {error}")]) from error
    try:
        return Profile.model_validate(values), tree
    except ValidationError as error:
        problems = [_problem(found, tree) for found in error.errors()]
        raise ProfileError(path, sorted(problems, key=lambda problem: problem.line)) from error


class _Strict(yaml.SafeLoader):
    """YAML that refuses what SafeLoader lets pass: a key given twice (the last would win), an impossible date."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _value in node.value:
            if key.value in seen:
                problem = f"key '{key.value}' was given before, in line {seen[key.value]}"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen[key.value] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)

    def construct_date(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError as error:
            problem = f"'{node.value}' is not a date: {error}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error


_Strict.add_constructor("tag:yaml.org,2002:timestamp", _Strict.construct_date)


def _at(tree: yaml.Node | None, way: list[str | int], message: str) -> Problem:
    return Problem(_line(tree, way), ".".join(str(part) for part in way), message)


def _problem(found: Any, tree: yaml.Node | None) -> Problem:
    located = found["ctx"]["way"] if found["type"] == "reference" else found["loc"]
    way = [part for part in located if not isinstance(part, str) or part.isidentifier() or "-" in part]
    key = ".".join(str(part) for part in way) or "(file)"
    message = found["msg"].removeprefix("Value error, ")
    nearest = ""
    if found["type"] == "extra_forbidden":
        known, nearest = _nearest(way)
        message = (
            f"is not a known key; did you mean '{nearest}'?" if nearest else f"is not a known key; known here: {known}"
        )
    elif found["type"] == "missing":
        message = "is missing"
    return Problem(_line(tree, way), key, message, nearest)


def _nearest(way: list[Any]) -> tuple[str, str]:
    """The known keys at this place, and the one that is most like the last one of `way`."""
    model: Any = Profile
    for part in way[:-1]:
        if isinstance(part, int):
            continue
        field = model.model_fields[part]
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if model is None:
            return "", ""
    near = difflib.get_close_matches(str(way[-1]), list(model.model_fields), n=1, cutoff=0.5)
    return ", ".join(model.model_fields), near[0] if near else ""


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
