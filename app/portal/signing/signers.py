"""Who signs for the office now: of the keys that the settings name, the newest whose certificate is valid.

Two at a time overlap: the next one is in place before the present one ends, and takes over by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.sign.signers.pdf_cms import Signer

from portal.settings import Settings
from portal.signing.keys import NoKey, signer
from portal.signing.token import Access, TokenSigner, token

log = logging.getLogger("portal.signing")


@dataclass(frozen=True)
class Candidate:
    """A signer that the settings name; its certificate is valid between two aware UTC instants."""

    signer: Signer
    certificate: x509.Certificate

    @property
    def name(self) -> str:
        return str(self.certificate.subject.native.get("common_name", ""))

    @property
    def begins(self) -> datetime:
        begins: datetime = self.certificate.not_valid_before
        return begins

    @property
    def ends(self) -> datetime:
        ends: datetime = self.certificate.not_valid_after
        return ends

    def is_valid(self, now: datetime) -> bool:
        return self.begins <= now <= self.ends


def current_signer(settings: Settings, now: datetime) -> Candidate:
    """Who signs at this instant (aware); raises NoKey and says why nobody does."""
    return chosen(candidates(settings), now)


def chosen(known: list[Candidate], now: datetime) -> Candidate:
    """The newest of those that are valid now; raises NoKey."""
    valid = [one for one in known if one.is_valid(now)]
    if not valid:
        told = "; ".join(f"{one.name} from {one.begins:%Y-%m-%d %H:%M} to {one.ends:%Y-%m-%d %H:%M}" for one in known)
        raise NoKey(f"no signing certificate is valid now ({told}, UTC)")
    return max(valid, key=lambda one: one.begins)


def try_out(one: Candidate) -> None:
    """Sign something with it; raises NoKey."""
    asyncio.run(one.signer.async_sign_raw(b"Does this key sign?", "sha256"))


def candidates(settings: Settings) -> list[Candidate]:
    """Every signer that the settings name and that can be read; raises NoKey when that is none."""
    named = _in_token(settings) if settings.signing_engine == "pkcs11" else _in_files(settings)
    return sorted(named, key=lambda one: one.begins)


def _in_files(settings: Settings) -> Iterator[Candidate]:
    """The PKCS#12 files. A next one that cannot be read must not keep the present one from signing."""
    present = (settings.signing_keystore, settings.signing_passphrase)
    following = (settings.signing_next_keystore, settings.signing_next_passphrase)
    problems: list[NoKey] = []
    found = 0
    for path, passphrase in (present, following) if following[0] else (present,):
        try:
            key = signer(path, passphrase.get_secret_value())
        except NoKey as error:
            problems.append(error)
            continue
        found += 1
        yield Candidate(key, key.signing_cert)
    for problem in problems:
        if not found:
            raise problem
        log.warning("%s", problem)


def _in_token(settings: Settings) -> Iterator[Candidate]:
    """The certificates beside the token; each signs with the key in it that belongs to it."""
    path = settings.signing_certificates
    try:
        known = certificates(path) if path else []
    except (OSError, ValueError) as error:
        raise NoKey(f"the signing certificates {path} cannot be read: {error}") from error
    leaves = [one for one in known if not one.ca]
    if not leaves:
        raise NoKey(f"{path} holds no certificate of a signer")
    chain = [one for one in known if one.ca]
    held = token(Access.of(settings))
    for certificate in leaves:
        yield Candidate(TokenSigner(held, certificate, chain), certificate)


def certificates(path: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file; raises OSError, ValueError."""
    blocks = pem.unarmor(path.read_bytes(), multiple=True)
    return [x509.Certificate.load(block) for kind, _, block in blocks if kind == "CERTIFICATE"]
