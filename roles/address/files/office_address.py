#!/usr/bin/python3
"""Take this server out of service and put it back, or say how it stands: `office-address take-out|put-back|status`.

What was under way when the server is taken out may end. An agent who comes meanwhile waits a second or two: the first
packet of the connection is dropped, and sent again by the agent's machine when another server holds the address.
Ends with 0, or with 1 and the reason on standard error. Answers are JSON. Standard library only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = json.loads(Path("/etc/office-address.json").read_text(encoding="utf-8"))
WEIGHT = Path("/var/lib/office-address/weight")
OUT = -100
"""What being taken out takes off this server's claim: more than any sickness of another server's proxy or portal."""
MOVE_SECONDS = 10
READY_SECONDS = 60
CALM_SECONDS = 4
CALM_LOOKS = 3
GRACEFUL = {"nginx.service": "QUIT", "apache2.service": "WINCH"}


class Refused(Exception):
    """What could not be done, in an operator's words."""


def main(verb: str) -> dict[str, object]:
    """Do what the verb says, and return how the server stands."""
    {"take-out": take_out, "put-back": put_back, "status": lambda: None}[verb]()
    return status()


def status() -> dict[str, object]:
    """Whether the server holds the address, is taken out, and serves through its own proxy."""
    return {"holds": holds(), "taken_out": WEIGHT.read_text().strip() != "0", "serves": serves()}


def take_out() -> None:
    """Begin no new work, let requests end, stop the proxy, give the address away. Again: changes nothing."""
    _run("systemctl", "stop", *SETTINGS["workers"])
    if holds():
        with _newcomers_waiting():
            # who is in the queue that the proxy has not yet looked at is served: closing would refuse them
            _calm(lambda: not _queued())
            _drain()
            _calm(lambda: not _unacknowledged())
            WEIGHT.write_text(f"{OUT}\n")
            _wait(MOVE_SECONDS, lambda: not holds(), "the address stays: no other server takes it")
    else:
        WEIGHT.write_text(f"{OUT}\n")
        _drain()


def put_back() -> None:
    """Start what was stopped; take part again only once the portal answers through the proxy that it is ready."""
    _run("systemctl", "start", SETTINGS["proxy"], *SETTINGS["workers"])
    _wait(READY_SECONDS, serves, "the portal is not ready behind its proxy, so the server stays out")
    WEIGHT.write_text("0\n")


def holds() -> bool:
    """Whether the shared address is on one of this server's interfaces."""
    return f"inet {SETTINGS['shared']}/" in _said("ip", "-o", "-4", "address", "show")


def serves() -> bool:
    """Whether the portal says through this server's own proxy that it is ready."""
    name = SETTINGS["name"]
    asked = [
        "curl",
        "-sfk",
        "--noproxy",
        "*",
        "-o",
        "/dev/null",
        "--max-time",
        "3",
        "--resolve",
        f"{name}:443:127.0.0.1",
    ]
    return subprocess.run([*asked, f"https://{name}/health/ready"], check=False).returncode == 0


def _drain() -> None:
    """Stop the proxy as soon as its last request has ended, or when the time for it is over."""
    unit = SETTINGS["proxy"]
    if _said("systemctl", "is-active", unit).strip() != "active":
        return
    _run("systemctl", "kill", "--kill-whom=main", f"--signal={GRACEFUL[unit]}", unit)
    deadline = time.monotonic() + SETTINGS["drain_seconds"]
    while time.monotonic() < deadline and _said("systemctl", "is-active", unit).strip() == "active":
        time.sleep(0.05)
    _run("systemctl", "stop", unit)


@contextmanager
def _newcomers_waiting() -> Iterator[None]:
    """Drop the first packet of new connections to the shared address while the block runs."""
    rule = f"ip daddr {SETTINGS['shared']} tcp dport {{ 80, 443 }} tcp flags & (syn | ack) == syn drop"
    table = (
        "table inet office_drain {\n chain input {\n  type filter hook input priority filter - 10; policy accept;\n"
        f"  {rule}\n }}\n}}\n"
    )
    _run("nft", "-f", "-", given=table)
    try:
        yield
    finally:
        _run("nft", "delete", "table", "inet", "office_drain")


def _queued() -> bool:
    """Whether connections wait for the proxy to take them, or are about to be made."""
    listening = _said("ss", "-Hltn", "( sport = :443 or sport = :80 )").splitlines()
    coming = _said("ss", "-Htn", "state", "syn-recv", "( sport = :443 or sport = :80 )").strip()
    return bool(coming) or any(line.split()[1] != "0" for line in listening)


def _unacknowledged() -> bool:
    """Whether an agent's machine has not yet said that it has all of an answer; another holder could not repeat it."""
    states = [word for state in ("established", "fin-wait-1", "closing", "last-ack") for word in ("state", state)]
    return bool(_said("ss", "-Htn", *states, "src", SETTINGS["shared"]).strip())


def _calm(so: Callable[[], bool]) -> None:
    """Wait until something has been so for a third of a second; at most for CALM_SECONDS."""
    deadline = time.monotonic() + CALM_SECONDS
    calm = 0
    while calm < CALM_LOOKS and time.monotonic() < deadline:
        calm = calm + 1 if so() else 0
        time.sleep(0.1)


def _wait(seconds: float, until: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise Refused(otherwise)
        time.sleep(0.1)


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _run(*command: str, given: str = "") -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")


if __name__ == "__main__":
    try:
        print(json.dumps(main(sys.argv[1])))
    except Refused as refused:
        sys.exit(f"office-address: {refused}")
