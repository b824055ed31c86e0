"""Running the tools of a stage: their words are shown as they come, and kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.paths import ROOT


@dataclass(frozen=True)
class Ended:
    """How a tool ended. `late` is true when it was stopped because its time was over."""

    code: int
    late: bool
    stdout: str


def stream(
    command: Sequence[str],
    log: Path,
    *,
    limit: float,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    quiet: bool = False,
    keep_stdout: bool = False,
) -> Ended:
    """Run a tool in a process group of its own. Its words go to stderr (unless `quiet`) and into `log`.

    With `keep_stdout`, standard output is returned instead of shown. After `limit` seconds the group is ended.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as kept:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if keep_stdout else subprocess.STDOUT,
            start_new_session=True,
        )
        late = threading.Event()
        timer = threading.Timer(limit, _stop, (process, late))
        timer.start()
        said = bytearray()
        reader = threading.Thread(target=lambda: said.extend(process.stdout.read() if process.stdout else b""))
        try:
            if keep_stdout:
                reader.start()
            shown = process.stderr if keep_stdout else process.stdout
            for line in shown or []:
                kept.write(line)
                kept.flush()
                if not quiet:
                    sys.stderr.write(line.decode(errors="replace"))
                    sys.stderr.flush()
            code = process.wait()
            if keep_stdout:
                reader.join()
        except BaseException:
            _stop(process, late)
            raise
        finally:
            timer.cancel()
    return Ended(code, late.is_set(), said.decode(errors="replace"))


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    """End a tool with everything that it started: politely, then for good."""
    late.set()
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            continue
