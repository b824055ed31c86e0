"""The command that checks a configuration before it is put in place."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command("check-config")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "kind", type=click.Choice(["settings", "office"]), help="What the file is; else by its name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each file and each mistake.")
def check_config(files: tuple[Path, ...], kind: str | None, as_json: bool) -> None:
    """Check settings.toml or office.yml: every mistake with file, line, key and the nearest right key."""
    from portal.profile import check

    wrong = False
    for path in files:
        try:
            found_kind = kind or check.kind_of(path)
        except OSError:
            found_kind = "office"
        problems = check.problems_of(path, found_kind)
        wrong |= bool(problems)
        if as_json:
            click.echo(json.dumps({"file": str(path), "kind": found_kind, "valid": not problems}))
        elif not problems:
            click.echo(f"{path}: holds ({found_kind})")
        for problem in problems:
            one = {"file": str(path), "line": problem.line, "key": problem.key, "message": problem.message}
            if as_json:
                click.echo(json.dumps(one | {"nearest": problem.nearest or None}, ensure_ascii=False))
            else:
                click.echo(f"{path}:{problem.line}: {problem.key}: {problem.message}", err=True)
    sys.exit(2 if wrong else 0)
