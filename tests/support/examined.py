"""One document, examined from a process of its own, with the time and the memory that it took.

What a process held at most counts from its fork on: one that a large run of tests starts has begun as large as the run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from portal.documents.sandbox import ROOT as APP
from portal.documents.sandbox import check_safely
from portal.documents.verdict import Verdict


class Examined(NamedTuple):
    """A verdict, the seconds until it was there, and the bytes that the examining process held at most."""

    verdict: Verdict
    seconds: float
    peak: int


def examined(path: Path, as_format: str) -> Examined:
    """Examine `path` as the portal does."""
    command = [sys.executable, "-m", "tests.support.examined", as_format, str(path)]
    places = f"{APP}:{Path(__file__).parents[2]}"
    done = subprocess.run(command, env={"PYTHONPATH": places}, capture_output=True, text=True, check=True)
    verdict, seconds, peak = json.loads(done.stdout)
    return Examined(Verdict.of(verdict), seconds, peak)


def main() -> None:
    """Print what `examined` reads."""
    as_format, path = sys.argv[1:]
    began = time.monotonic()
    verdict = check_safely(Path(path), as_format)
    seconds = time.monotonic() - began
    print(json.dumps([verdict.as_dict(), seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))


if __name__ == "__main__":
    main()
