"""Run on a server by playbooks/preflight.yml: clock, unresolved names, who listens where, disk; prints JSON."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time


def _resolves(name: str) -> bool:
    try:
        socket.getaddrinfo(name, 443)
    except socket.gaierror:
        return False
    return True


UNITS = {
    "22": "ssh.service",
    "25": "postfix.service",
    "80": "nginx.service",
    "443": "nginx.service",
    "3306": "mariadb.service",
}


def _unit_of(port: str) -> str:
    unit = UNITS.get(port, "")
    running = unit and subprocess.run(["systemctl", "-q", "is-active", unit], check=False).returncode == 0
    return unit if running else "a program without a name"


def _listening() -> dict[str, list[str]]:
    """Programs by TCP port; where a container hides another account's programs, the unit that runs stands for them."""
    found: dict[str, set[str]] = {}
    lines = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        port = line.split()[3].rsplit(":", 1)[1]
        names = re.findall(r'\("([^"]+)"', line)
        found.setdefault(port, set()).update(names or [_unit_of(port)])
    return {port: sorted(names) for port, names in found.items()}


disk = shutil.disk_usage("/")
json.dump(
    {
        "time": time.time(),
        "unresolved": [name for name in sys.argv[1:] if not _resolves(name)],
        "listening": _listening(),
        "disk_gib": round(disk.total / 2**30, 1),
        "free_gib": round(disk.free / 2**30, 1),
    },
    sys.stdout,
)
