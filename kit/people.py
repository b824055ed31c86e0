"""The demonstration people of test and demo: who they are, and their code of this moment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

DOMAINS = {"agent": "agent@agents.example", "officer": "officer@ipo.example", "cashier": "cashier@ipo.example"}
PERIOD = 30


def totp(secret: str, moment: float | None = None) -> str:
    """Return the six digits that an authenticator shows at `moment` (RFC 6238, SHA-1, 30 seconds)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    counter = int(time.time() if moment is None else moment) // PERIOD
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_ins(secrets: dict[str, Any]) -> list[list[str]]:
    """Return rows of person, e-mail, password, code of now and secret."""
    return [
        [
            person,
            email,
            secrets["vault_demo_passwords"][person],
            totp(secrets["vault_demo_totp"][person]),
            secrets["vault_demo_totp"][person],
        ]
        for person, email in DOMAINS.items()
    ]
