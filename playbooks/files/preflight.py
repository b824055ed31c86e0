"""Run on a server by playbooks/preflight.yml: clock, names that do not resolve, who listens where, disk. Prints JSON."""

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


def _listening() -> dict[str, list[str]]:
    """Programs by TCP port; what listens on the loopback only is in nobody's way but its own port's."""
    found: dict[str, set[str]] = {}
    lines = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        port = line.split()[3].rsplit(":", 1)[1]
        names = re.findall(r'\("([^"]+)"', line)
        found.setdefault(port, set()).update(names or ["a program without a name"])
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
