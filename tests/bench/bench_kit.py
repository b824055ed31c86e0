"""How long the operator waits: `up` with empty and with warm caches, a second `up`, a second `apply`, `verify`.

It has a rehearsal of its own and takes it down. `--warm-only` leaves out the run with empty caches, which downloads
everything again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIER = "test"
GOALS = {
    "bin/kit up test, empty caches": 360,
    "bin/kit up test, warm caches": 240,
    "bin/kit up test, again": 60,
    "bin/kit apply test, again": 60,
    "bin/kit verify test": 120,
}


def timed(what: str, arguments: list[str], environment: dict[str, str]) -> dict[str, object]:
    """Run the operator's command, and return the measure; an end other than 0 misses the goal."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(ROOT / "bin" / "kit"), *arguments],
        env={**os.environ, "KIT_INSTANCE": "bench", **environment},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        check=False,
    )
    seconds = time.monotonic() - begun
    goal = GOALS[what]
    return {
        "what": what if done.returncode == 0 else f"{what} (ended with {done.returncode})",
        "value": round(seconds, 1),
        "unit": "s",
        "goal": f"≤ {goal} s",
        "ok": done.returncode == 0 and seconds <= goal,
    }


def down(environment: dict[str, str]) -> None:
    """Remove the measurement's rehearsal."""
    subprocess.run(
        [str(ROOT / "bin" / "kit"), "down", TIER],
        env={**os.environ, "KIT_INSTANCE": "bench", **environment},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        check=True,
    )


def main() -> None:
    """Measure, and print the measures as the last line."""
    measures = []
    down({})
    try:
        if "--warm-only" not in sys.argv:
            with tempfile.TemporaryDirectory(prefix="kit-bench-cache-") as empty:
                cold = {"XDG_CACHE_HOME": empty}
                measures.append(timed("bin/kit up test, empty caches", ["up", TIER], cold))
                down(cold)
        measures.append(timed("bin/kit up test, warm caches", ["up", TIER], {}))
        measures.append(timed("bin/kit up test, again", ["up", TIER], {}))
        measures.append(timed("bin/kit apply test, again", ["apply", TIER, "--rehearsal"], {}))
        measures.append(timed("bin/kit verify test", ["verify", TIER, "--rehearsal"], {}))
    finally:
        down({})
    print(json.dumps({"measures": measures}))


if __name__ == "__main__":
    main()
