#!/usr/bin/python3
"""Look into the proxy's own log: whoever claimed another address stands there with the true one, and queries do not."""

import json
import re
import sys
from pathlib import Path

CLAIM, TRUE = "203.0.113.7", sys.argv[1]


def seen(line: str) -> tuple[str, str, str]:
    """Address, claim and reference of a line: JSON of nginx, or words of Apache."""
    if line.startswith("{"):
        row = json.loads(line)
        return row["address"], row["claimed"], row["request_id"]
    address, _, claim, reference = line.split()[:4]
    return address, claim, reference


log = next(path for name in ("nginx", "apache2") if (path := Path(f"/var/log/{name}/access.log")).is_file())
lines = [line for line in log.read_text().splitlines() if CLAIM in line]
wrong = [] if lines else ["nobody's claim is written down"]
for line in lines:
    address, claim, reference = seen(line)
    if address != TRUE or CLAIM not in claim or not re.fullmatch("[0-9a-f]{32}", reference):
        wrong.append(line)
wrong += [line for line in log.read_text().splitlines() if "page=2" in line]
sys.exit("\n".join([f"{log}:", *wrong]) if wrong else 0)
