"""Ask an address for a page again and again, as agents who come anew, and print what came of it as JSON.

    probe.py ADDRESS NAME SECONDS

Every question is a connection of its own over TLS, one each 50 ms. `longest` is the longest time between two answers,
in seconds: what an agent waits who comes at the worst moment. `failed` counts questions that no answer came to within
PATIENCE, or that were refused or cut off: what an agent sees as an error, and tries again.
It is sent to `outside`. Standard library only.
"""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import sys
import threading
import time

PAUSE = 0.05
PATIENCE = 30.0


class Probe:
    """Questions to one address, each in a thread of its own so that one that hangs holds none up."""

    def __init__(self, address: str, name: str) -> None:
        self._address, self._name = address, name
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        self.answers: list[float] = []
        self.failures: list[str] = []

    def ask(self) -> None:
        """Ask once, and note when the answer was there or why none was."""
        try:
            with (
                socket.create_connection((self._address, 443), timeout=PATIENCE) as plain,
                self._context.wrap_socket(plain, server_hostname=self._name) as way,
            ):
                way.sendall(
                    f"GET /health/live HTTP/1.1\r\nHost: {self._name}\r\nConnection: close\r\n\r\n".encode("ascii")
                )
                said = way.recv(64)
        except OSError as error:
            self.failures.append(f"{type(error).__name__}: {error}")
            return
        if said.startswith(b"HTTP/1.1 200"):
            self.answers.append(time.monotonic())
        else:
            self.failures.append(repr(said[:40]))


def main() -> None:
    """Ask for as long as was said, wait for the last answers, and print."""
    address, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    probe = Probe(address, name)
    begun = time.monotonic()
    asking = []
    while time.monotonic() - begun < seconds:
        thread = threading.Thread(target=probe.ask, daemon=True)
        thread.start()
        asking.append(thread)
        time.sleep(PAUSE)
    for thread in asking:
        thread.join(PATIENCE)
    times = [begun, *sorted(probe.answers)]
    longest = max((after - before for before, after in itertools.pairwise(times)), default=seconds)
    print(
        json.dumps(
            {
                "asked": len(asking),
                "answered": len(probe.answers),
                "failed": len(probe.failures),
                "longest": round(longest, 2),
                "why": sorted(set(probe.failures))[:5],
            }
        )
    )


if __name__ == "__main__":
    main()
