"""Examine a document in a process of its own, with little memory and little time: a bomb harms nobody else.

Run as a module this is that process: the document on standard input, the verdict as JSON on standard output.
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

from portal.documents.verdict import Limits, Reason, Verdict

MODULE = "portal.documents.sandbox"
ROOT = Path(__file__).parents[2]
GRACE = 5
AT_ONCE = threading.BoundedSemaphore(2)
"""How many examinations a server process runs at a time: their memory counts as the service's own."""


def check_safely(path: Path, as_format: str, limits: Limits | None = None) -> Verdict:
    """The verdict of `portal.documents.checks.check`, or a refusal when it could not be had within the limits."""
    limits = limits or Limits()
    command = [sys.executable, "-P", "-m", MODULE, as_format, json.dumps(asdict(limits))]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    size = path.stat().st_size
    with AT_ONCE, path.open("rb") as document:
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
            return _not_examined(size)
    if done.returncode != 0:
        return _not_examined(size)
    try:
        return Verdict.of(json.loads(done.stdout))
    except (ValueError, TypeError, KeyError):
        return _not_examined(size)


def _not_examined(size: int) -> Verdict:
    return Verdict((Reason("not-examined"),), None, size)


def _limit(limits: Limits) -> None:
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
    _limit(limits)
    from portal.documents.checks import check  # noqa: PLC0415  (its libraries load under the limits)

    try:
        verdict = check(sys.stdin.buffer, as_format, limits)
    except MemoryError:
        sys.exit(1)
    print(json.dumps(verdict.as_dict()))


if __name__ == "__main__":
    main()
