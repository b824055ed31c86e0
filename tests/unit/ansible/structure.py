"""What the playbooks and roles of this clone are, read from their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())
ROLE_NAMES = [role.name for role in ROLES]
TEXTS = {"name", "msg", "fail_msg", "success_msg"}


class _Loader(yaml.SafeLoader):
    """YAML as Ansible writes it: its own tags are read as what they hold."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_scalar(node))


def read(path: Path) -> Any:
    """Return a YAML file's content."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)


def plays() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every play of every playbook, with the file it stands in; imports of playbooks are no plays."""
    for path in PLAYBOOKS:
        for play in read(path):
            if "hosts" in play:
                yield path, play


def tasks_of(block: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every task, inside blocks too."""
    for task in block or []:
        for part in ("block", "rescue", "always"):
            yield from tasks_of(task.get(part, []))
        if "block" not in task:
            yield task


def task_files() -> Iterator[Path]:
    """Every file of tasks or handlers of every role."""
    for role in ROLES:
        yield from sorted(role.glob("tasks/*.yml"))
        yield from sorted(role.glob("handlers/*.yml"))


def all_tasks() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every task of roles and playbooks, with its file."""
    for path in task_files():
        for task in tasks_of(read(path) or []):
            yield path, task
    for path, play in plays():
        for part in ("pre_tasks", "tasks", "post_tasks", "handlers"):
            for task in tasks_of(play.get(part, [])):
                yield path, task


def words_in(value: Any, *, text: bool = False) -> set[str]:
    """Every identifier whose value a task uses; in texts for people only what stands in an expression."""
    if isinstance(value, dict):
        return {w for key, inner in value.items() for w in words_in(inner, text=text or key in TEXTS)} | set(value)
    if isinstance(value, list):
        return {word for inner in value for word in words_in(inner, text=text)}
    said = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", str(value), re.DOTALL)) if text else str(value)
    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", said))
