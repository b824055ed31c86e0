"""Run on a server by playbooks/status.yml with the names of its units: how it stands, as JSON."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _days_left(certificate: Path) -> int:
    end = _said("openssl", "x509", "-in", str(certificate), "-noout", "-enddate", "-dateopt", "iso_8601")
    until = datetime.strptime(end.partition("=")[2], "%Y-%m-%d %H:%M:%SZ").replace(tzinfo=UTC)
    return (until - datetime.now(UTC)).days


def _disk(path: str) -> dict[str, float]:
    usage = shutil.disk_usage(path)
    return {
        "total_gib": round(usage.total / 2**30, 1),
        "free_gib": round(usage.free / 2**30, 1),
        "used_percent": round(100 * usage.used / usage.total),
    }


def _backups() -> dict[str, str]:
    """When each kind of backup last ended well, and when one failed since."""
    found = sorted(Path("/var/lib/backup-status").glob("*.json"))
    return {path.stem: json.loads(path.read_text())["finished"] for path in found}


def _address() -> dict[str, bool] | None:
    """Whether the server holds the shared address, is taken out, and serves; None where there is no such address."""
    command = Path("/usr/local/sbin/office-address")
    return json.loads(_said(str(command), "status")) if command.exists() else None


current = Path("/opt/portal/current")
record = Path("/etc/office-dkim-record")
json.dump(
    {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "units": {unit: _said("systemctl", "is-active", unit) for unit in sys.argv[1:]},
        "failed_units": [
            line.split()[0] for line in _said("systemctl", "--failed", "--no-legend", "--plain").splitlines()
        ],
        "certificates": {path.stem: _days_left(path) for path in sorted(Path("/etc/ssl/office").glob("*.crt"))},
        "disk": {path: _disk(path) for path in ("/", "/srv/documents", "/var/lib/mysql") if Path(path).is_dir()},
        "release": current.resolve().name if current.exists() else None,
        "backups": _backups(),
        "address": _address(),
        "mail_record": record.read_text().strip() if record.exists() else None,
        "restart_needed": Path("/run/reboot-required").exists(),
    },
    sys.stdout,
)
