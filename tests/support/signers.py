"""The signing keys of other tiers, as far as this machine knows them: from the vaults that it can open."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12

from kit import secrets
from kit.paths import STATE
from kit.tier import SHIPPED, Tier
from tests.support.pem import public_key_of


@dataclass(frozen=True)
class Rehearsed(Tier):
    """A tier's rehearsal of any instance of this clone: its state lies in `place`."""

    rehearsal: bool = True
    place: Path = Path()

    @property
    def state(self) -> Path:
        """Where that instance keeps it."""
        return self.place


def signers_of_other_tiers(own: str) -> dict[str, str]:
    """Public signing key (PEM) by where it was found, of every tier but `own`, real or rehearsed."""
    return {
        f"{tier.title} in {tier.vault}": public_key_of(_signer(tier))
        for tier in _tiers()
        if tier.name != own and tier.vault.is_file() and tier.vault_password_file.is_file()
    }


def _tiers() -> Iterator[Tier]:
    for name in SHIPPED:
        yield Tier(name)
        for place in sorted(STATE.glob(f"rehearsal*/{name}")):
            yield Rehearsed(name, place=place)


def _signer(tier: Tier):
    held = secrets.read(tier)
    sealed = base64.b64decode(held["vault_signing_keystore"])
    _, certificate, _ = pkcs12.load_key_and_certificates(sealed, held["vault_signing_passphrase"].encode())
    assert certificate is not None, f"the keystore of {tier.title} holds no certificate"
    return certificate
