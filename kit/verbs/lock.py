"""`bin/kit lock`: resolve the dependencies again into locks/ (docs/decisions/0001-locks.md)."""

from __future__ import annotations

import subprocess

import click

from kit import output
from kit.errors import Exit, KitError
from kit.paths import ROOT, VENV

SHARED = (
    "pip",
    "compile",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--python-version",
    "3.11",
)
LOCKS = (
    ("app/pyproject.toml", "-o", "locks/portal.txt"),
    ("pyproject.toml", "app/pyproject.toml", "--group", "dev", "-c", "locks/portal.txt", "-o", "locks/dev.txt"),
)


@click.command("lock")
@click.option("--upgrade", is_flag=True, help="Take newer versions, not only what the project files ask for.")
def command(upgrade: bool) -> None:
    """Write locks/portal.txt (what servers get) and locks/dev.txt (that, and the tools). Commit both."""
    for arguments in LOCKS:
        line = [str(VENV / "bin" / "uv"), *SHARED, *(["--upgrade"] if upgrade else []), "-q", *arguments]
        with output.step(f"Resolving {arguments[-1]}"):
            done = subprocess.run(line, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise KitError(
                "KIT-040",
                f"{arguments[-1]} could not be resolved.",
                where=" ".join(arguments),
                why="uv says why above",
                fix="correct the project file, or see that the package index is reachable",
                exit_code=Exit.INTERNAL,
            )
    output.say("next  bin/kit test --fast, then commit locks/")
