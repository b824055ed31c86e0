"""Roles' READMEs, made from what the roles themselves declare: `python -m kit.roles_readme [--check]`.

A README that is written by hand goes stale; one that is generated from `meta/argument_specs.yml`, `meta/main.yml` and
`defaults/main.yml` says what the role really takes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from kit.paths import ROOT

ROLES = ROOT / "roles"
HEAD = "<!-- Made by `python -m kit.roles_readme` from meta/argument_specs.yml; change it there. -->"


def roles() -> list[Path]:
    """Return the directories of all roles, by name."""
    return sorted(path.parent.parent for path in ROLES.glob("*/meta/argument_specs.yml"))


def render(role: Path) -> str:
    """Return a role's README as it must be."""
    meta = _read(role / "meta" / "main.yml")
    specs: dict[str, Any] = _read(role / "meta" / "argument_specs.yml")["argument_specs"]
    given = _read(role / "defaults" / "main.yml")
    lines = [HEAD, "", f"# {role.name}", "", f"{meta['galaxy_info']['description'].rstrip('.')}.", ""]
    for entry, spec in specs.items():
        if entry != "main":
            lines += [f"## Entry point `{entry}`", "", f"{spec['short_description'].rstrip('.')}.", ""]
        lines += [f"- {' '.join(line.split())}" for line in spec.get("description", [])]
        lines += ["", *_table(spec.get("options", {}), given), ""]
    scenario = f"`python -m kit.rehearsal.molecule run {role.name}`"
    lines += [f"Why each default is what it is: `defaults/main.yml`. Proof: {scenario}.", ""]
    return "\n".join(lines)


def _table(options: dict[str, Any], given: dict[str, Any]) -> list[str]:
    if not options:
        return ["It takes no variables."]
    rows = ["| variable | type | default | what it says |", "| --- | --- | --- | --- |"]
    for name, option in options.items():
        rows.append(f"| `{name}` | {_type(option)} | {_default(name, option, given)} | {_words(option)} |")
        for key, inner in option.get("options", {}).items():
            mark = "required" if inner.get("required") else _value(inner.get("default"))
            rows.append(f"| · `{key}` | {_type(inner)} | {mark} | {_words(inner)} |")
    return rows


def _type(option: dict[str, Any]) -> str:
    kind = str(option.get("type", "str"))
    return f"{kind} of {option['elements']}" if "elements" in option else kind


def _default(name: str, option: dict[str, Any], given: dict[str, Any]) -> str:
    if option.get("required"):
        return "required"
    return _value(given.get(name, option.get("default")))


def _value(value: Any) -> str:
    if value is None:
        return ""
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False)
    return f"`{_cell(text.removesuffix(chr(10)).removesuffix(chr(10) + '...'))}`"


def _words(option: dict[str, Any]) -> str:
    said = option.get("description", "")
    text = " ".join(said) if isinstance(said, list) else str(said)
    if "choices" in option:
        text = f"{text.rstrip('.')}. One of {', '.join(f'`{choice}`' for choice in option['choices'])}."
    return _cell(text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {} if path.is_file() else {}


def main(arguments: list[str]) -> int:
    """Write every README; with --check write nothing and fail when one is stale."""
    stale = []
    for role in roles():
        path, text = role / "README.md", render(role)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(role.name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    if stale:
        said = "stale" if "--check" in arguments else "written"
        print(f"{said}: {', '.join(stale)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
