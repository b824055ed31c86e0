"""The signing keys of other tiers, as far as this machine knows them: from the vaults that it can open."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
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
        f"{tier.title} in {tier.vault}{word}": public_key_of(certificate)
        for tier in _tiers()
        if tier.name != own and tier.vault.is_file() and tier.vault_password_file.is_file()
        for word, certificate in _signers(tier)
    }


def _tiers() -> Iterator[Tier]:
    for name in SHIPPED:
        yield Tier(name)
        for place in sorted(STATE.glob(f"rehearsal*/{name}")):
            yield Rehearsed(name, place=place)


def _signers(tier: Tier) -> Iterator[tuple[str, x509.Certificate]]:
    """The present signer's certificate, and the next one's while there is one."""
    held = secrets.read(tier)
    for word, name in (("", "vault_signing"), (" (next)", "vault_signing_next")):
        if held.get(f"{name}_keystore"):
            sealed = base64.b64decode(held[f"{name}_keystore"])
            _, certificate, _ = pkcs12.load_key_and_certificates(sealed, held[f"{name}_passphrase"].encode())
            assert certificate is not None, f"the keystore of {tier.title} holds no certificate"
            yield word, certificate
