"""Running the operator's own tools, with errors that say what to do."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from kit.errors import Exit, KitError
from kit.output import interactive


def is_root() -> bool:
    """Say whether this process may do what root does."""
    return os.geteuid() == 0


def as_root(command: Sequence[str], env: Mapping[str, str] | None = None) -> list[str]:
    """Return `command` as root would run it: itself for root, through sudo for others.

    sudo drops the environment, therefore `env` is passed on by name.
    """
    if is_root():
        return list(command)
    if shutil.which("sudo") is None:
        raise KitError(
            "KIT-010",
            "This needs root, and there is no sudo.",
            where="this machine",
            why=f"to run: {shlex.join(command)}",
            fix="run bin/kit as root, or install sudo and allow your account to use it",
        )
    prompt = [] if interactive() else ["-n"]
    pairs = [f"{name}={value}" for name, value in (env or {}).items()]
    return ["sudo", *prompt, "--", "env", *pairs, *command]


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    cwd: Path | None = None,
    check: bool = True,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return what it said. With `check`, a failure is KIT-011."""
    try:
        done = subprocess.run(
            list(command),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
            cwd=cwd,
            check=False,
            timeout=timeout,
        )
    except FileNotFoundError as missing:
        raise KitError(
            "KIT-012",
            f"{command[0]} is not installed.",
            where="this machine",
            fix="bin/kit preflight says what is missing; bin/kit up installs it",
        ) from missing
    except subprocess.TimeoutExpired as late:
        raise KitError(
            "KIT-013",
            f"{Path(command[0]).name} did not end within {timeout:.0f} seconds.",
            where=shlex.join(command),
            why="it hangs, or the machine is overloaded",
            fix="look at `top`, then run the same command again",
            exit_code=Exit.INTERNAL,
        ) from late
    if check and done.returncode != 0:
        raise KitError(
            "KIT-011",
            f"{Path(command[0]).name} failed (exit {done.returncode}).",
            where=shlex.join(command),
            why=last_lines(done.stderr or done.stdout),
            fix="read the message above; bin/kit preflight checks this machine",
            exit_code=Exit.INTERNAL,
        )
    return done


def last_lines(text: str, count: int = 8) -> str:
    """Return the last lines of a tool's output: that is where the reason stands."""
    return "\n".join(text.strip().splitlines()[-count:])
