"""The command that checks a configuration before it is put in place."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from portal.profile.loader import Problem


@click.command("check-config")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "kind", type=click.Choice(["settings", "office"]), help="What the file is; else by its name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each file and each mistake.")
def check_config(files: tuple[Path, ...], kind: str | None, as_json: bool) -> None:
    """Check settings.toml or office.yml: every mistake with file, line, key and the nearest right key.

    A doubt (severity "warning") is told and changes nothing: the file holds, and the exit code is 0.
    """
    from portal.profile import check

    wrong = False
    for path in files:
        try:
            found_kind = kind or check.kind_of(path)
        except OSError:
            found_kind = "office"
        problems = check.problems_of(path, found_kind)
        doubts = check.doubts_of(path) if found_kind == check.OFFICE and not problems else []
        wrong |= bool(problems)
        if as_json:
            click.echo(json.dumps({"file": str(path), "kind": found_kind, "valid": not problems}))
        elif not problems:
            click.echo(f"{path}: holds ({found_kind})")
        for severity, found in (("error", problems), ("warning", doubts)):
            for problem in found:
                _tell(path, severity, problem, as_json)
    sys.exit(2 if wrong else 0)


def _tell(path: Path, severity: str, problem: Problem, as_json: bool) -> None:
    one = {"file": str(path), "line": problem.line, "key": problem.key, "message": problem.message}
    if as_json:
        more = {"nearest": problem.nearest or None, "severity": severity}
        click.echo(json.dumps(one | more, ensure_ascii=False))
        return
    mark = "warning: " if severity == "warning" else ""
    click.echo(f"{path}:{problem.line}: {mark}{problem.key}: {problem.message}", err=True)
