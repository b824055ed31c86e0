"""Ask every TCP port of an address, and print those that gave any answer as JSON: {"443": "open", "22": "closed"}.

    scan.py ADDRESS SECONDS [PORT…]

It is sent to servers on which no scanner is installed and none should be. A packet that a firewall drops leaves its
attempt without an answer; SECONDS is how long one is waited for, and a PORT that is named is waited for longer.
Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import json
import resource
import select
import socket
import sys
import time
from collections.abc import Iterable, Sequence

AT_ONCE = 16000
LONGEST = 10.0
# A service that hangs up at once has answered.
SAYS = {0: "open", errno.ECONNRESET: "open", errno.ECONNREFUSED: "closed"}
SILENT = {errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH}


def ask(address: str, ports: Iterable[int], patience: float) -> dict[int, str]:
    """What these ports answer within `patience` seconds; silent ones are left out. OSError: a fault of ours."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answers: dict[int, str] = {}
    with contextlib.ExitStack() as all_of_them, select.epoll() as waiting:
        asked: dict[int, tuple[int, socket.socket]] = {}

        def note(port: int, code: int) -> None:
            if code in SAYS:
                answers[port] = SAYS[code]
            elif code not in SILENT:
                raise OSError(code, f"{address}:{port}")

        for port in ports:
            one = all_of_them.enter_context(socket.socket(family, socket.SOCK_STREAM))
            one.setblocking(False)
            code = one.connect_ex((address, port))
            if code == errno.EINPROGRESS:
                waiting.register(one, select.EPOLLOUT)
                asked[one.fileno()] = (port, one)
            else:
                note(port, code)
        until = time.monotonic() + patience
        while asked and (left := until - time.monotonic()) > 0:
            for number, _ in waiting.poll(left):
                port, one = asked.pop(number)
                waiting.unregister(number)
                note(port, one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    return answers


def sweep(address: str, ports: Sequence[int], patience: float) -> dict[int, str]:
    """The same for any number of ports, as many at once as this machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    at_once = min(AT_ONCE, hard - 100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (at_once + 100, hard))
    found: dict[int, str] = {}
    for first in range(0, len(ports), at_once):
        found |= ask(address, ports[first : first + at_once], patience)
    return found


def main() -> None:
    """Ask every port, and ask those that answered a second time.

    Two servers that scan each other: one's attempt may pass for an answer to the other's, but not twice.
    """
    address, patience = sys.argv[1], float(sys.argv[2])
    found = sweep(address, range(1, 65536), patience)
    named = [int(port) for port in sys.argv[3:]]
    print(json.dumps(sweep(address, sorted(found), patience) | sweep(address, named, LONGEST)))


if __name__ == "__main__":
    main()
