"""Open a document in a process of its own, with little memory and little time: a bomb harms nobody else.

Run as a module this is the process that examines: the document on standard input, the verdict as JSON on standard
output.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO

from portal.documents.verdict import Limits, Reason, Verdict

MODULE = "portal.documents.sandbox"
ROOT = Path(__file__).parents[2]
GRACE = 5
AT_ONCE = threading.BoundedSemaphore(2)
"""How many examinations a server process runs at a time: their memory counts as the service's own."""


def check_safely(path: Path, as_format: str, limits: Limits | None = None) -> Verdict:
    """The verdict of `portal.documents.checks.check`, or a refusal when it could not be had within the limits."""
    limits = limits or Limits()
    with path.open("rb") as document:
        told = run_apart(MODULE, [as_format, json.dumps(asdict(limits))], document, limits)
    try:
        return _not_examined(path) if told is None else Verdict.of(json.loads(told))
    except (ValueError, TypeError, KeyError):
        return _not_examined(path)


def run_apart(module: str, arguments: list[str], document: IO[bytes], limits: Limits) -> bytes | None:
    """What a module of the portal, run by itself, says of a document (a real file); None when it did not end well.

    The module calls `keep_within` before it reads a byte.
    """
    command = [sys.executable, "-P", "-m", module, *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    with AT_ONCE:
        try:
            done = subprocess.run(
                command,
                stdin=document,
                capture_output=True,
                env=environment,
                cwd="/",
                timeout=limits.seconds + GRACE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 else None


def _not_examined(path: Path) -> Verdict:
    return Verdict((Reason("not-examined"),), None, path.stat().st_size)


def keep_within(limits: Limits) -> None:
    """Give up memory, time, files and core dumps before a byte of the document is read."""
    # Should the service's memory run out all the same, the kernel ends this process and not the server.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def main() -> None:
    """Examine standard input; leave with 1 when memory runs out."""
    as_format, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    keep_within(limits)
    from portal.documents.checks import check  # noqa: PLC0415  (its libraries load under the limits)

    try:
        verdict = check(sys.stdin.buffer, as_format, limits)
    except MemoryError:
        sys.exit(1)
    print(json.dumps(verdict.as_dict()))


if __name__ == "__main__":
    main()
