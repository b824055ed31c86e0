"""What the operator sees: words on stderr, documents on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape

# rich itself honours NO_COLOR, TERM=dumb and a stderr that is no terminal.
console = Console(stderr=True, highlight=False, soft_wrap=True)
_started = time.monotonic()


def interactive() -> bool:
    """Say whether a person can be asked: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def duration(seconds: float) -> str:
    """Write a duration as people read it: `0.4 s`, `12 s`, `3 min 05 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def elapsed() -> str:
    """Return the time since this command began, as `MM:SS`."""
    seconds = int(time.monotonic() - _started)
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def say(text: str, style: str = "") -> None:
    """Print one line for people; `text` is shown as it is, brackets too."""
    console.print(escape(text), style=style or None)


def progress(text: str) -> None:
    """Print one line of progress with the time since the start."""
    console.print(f"[dim]{elapsed()}[/]  {escape(text)}")


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step, and say how long it took once it is done."""
    progress(f"{text} …")
    begun = time.monotonic()
    yield
    taken = time.monotonic() - begun
    if taken >= 1:
        progress(f"{text}: {duration(taken)}")


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print aligned columns for people. Nothing is cut, whatever the width: secrets and paths are copied from here."""
    widths = [max(len(row[place]) for row in [columns, *rows]) for place in range(len(columns))]
    if title:
        say(title, style="bold")
    if any(columns):
        say("  ".join(cell.ljust(width) for cell, width in zip(columns, widths, strict=True)).rstrip(), style="dim")
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def emit_json(kind: str, version: int, payload: dict[str, Any]) -> None:
    """Write one versioned document to stdout: `kind` and `version` first, then the payload."""
    document = {"kind": kind, "version": version, **payload}
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()
