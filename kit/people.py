"""The demonstration people of test and demo: how they sign in, and their code of this moment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

COLUMNS = ["", "e-mail", "password", "code now", "secret for an authenticator"]
PERIOD = 30


def totp(secret: str, moment: float | None = None) -> str:
    """Return the six digits that an authenticator shows at `moment` (RFC 6238: SHA-1, 30 seconds)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    counter = int(time.time() if moment is None else moment) // PERIOD
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_ins(secrets: dict[str, Any]) -> list[list[str]]:
    """Return the rows of COLUMNS for the people whose secrets a vault holds; their addresses are the portal's."""
    from portal.accounts.service import DEMO_PEOPLE

    return [
        [
            role.value,
            email,
            secrets["vault_demo_passwords"][role.value],
            totp(secrets["vault_demo_totp"][role.value]),
            secrets["vault_demo_totp"][role.value],
        ]
        for role, (email, _) in DEMO_PEOPLE.items()
    ]
