"""Run on a server by playbooks/preflight.yml with names to resolve: identity, clock, names, ports, room, as JSON."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _addresses(name: str) -> list[str]:
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, 443)})
    except socket.gaierror:
        return []


UNITS = {
    "22": ["ssh.service"],
    "25": ["postfix.service"],
    "80": ["nginx.service", "apache2.service"],
    "443": ["nginx.service", "apache2.service"],
    "3306": ["mariadb.service"],
    "4567": ["mariadb.service"],
    "4580": ["office-cluster.service"],
    "4581": ["office-cluster.service"],
}


def _unit_of(port: str) -> str:
    for unit in UNITS.get(port, []):
        if subprocess.run(["systemctl", "-q", "is-active", unit], check=False).returncode == 0:
            return unit
    return "a program without a name"


def _listening() -> dict[str, list[str]]:
    """Programs by TCP port; where a container hides another account's programs, the unit that runs stands for them."""
    found: dict[str, set[str]] = {}
    for line in _said("ss", "-Hltnp").splitlines():
        port = line.split()[3].rsplit(":", 1)[1]
        names = re.findall(r'\("([^"]+)"', line)
        found.setdefault(port, set()).update(names or [_unit_of(port)])
    return {port: sorted(names) for port, names in found.items()}


def _disk() -> int:
    """Bytes of all local file systems that keep what is written."""
    table = _said("df", "--local", "-B1", "--output=source,size", "-x", "tmpfs", "-x", "devtmpfs", "-x", "squashfs")
    return sum(int(size) for size in dict(line.split() for line in table.splitlines()[1:]).values())


def _memory() -> int:
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal:"))
    return int(line.split()[1]) * 1024


resolved = {name: _addresses(name) for name in sys.argv[1:]}
json.dump(
    {
        "time": time.time(),
        "machine": Path("/etc/machine-id").read_text().strip(),
        "hostname": socket.gethostname().partition(".")[0],
        "resolved": resolved,
        "unresolved": [name for name, addresses in resolved.items() if not addresses],
        "listening": _listening(),
        "memory": _memory(),
        "disk": _disk(),
        "free_gib": round(shutil.disk_usage("/").free / 2**30, 1),
    },
    sys.stdout,
)
