"""The office's signing key: read from its PKCS#12 once, kept parsed, and read again when the file changes.

pyHanko's own SimpleSigner parses and checks the key at every signature, which costs an RSA-3072 key 250 ms each.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class NoKey(Exception):
    """There is no usable signing key now; what needs it waits in the outbox."""


class KeptKeySigner(Signer):
    """Signs with a key that stays parsed in memory. The issuing root is not embedded: the reader has its own."""

    def __init__(
        self, key: EllipticCurvePrivateKey | RSAPrivateKey, certificate: x509.Certificate, chain: list[x509.Certificate]
    ) -> None:
        self._key = key
        self.name = str(certificate.subject.native.get("common_name", ""))
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        algorithm = HASHES[digest_algorithm]
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), algorithm)
        return self._key.sign(data, ECDSA(algorithm))


@dataclass(frozen=True)
class _Loaded:
    stamp: tuple[int, int, int, str]
    signer: KeptKeySigner


_loaded: dict[Path, _Loaded] = {}
_lock = threading.Lock()


def signer(keystore: Path | None, passphrase: str) -> KeptKeySigner:
    """The signer of this PKCS#12 file; raises NoKey when it is absent, unreadable or holds no usable key."""
    if keystore is None:
        raise NoKey("no signing key is configured (signing_keystore)")
    try:
        status = keystore.stat()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino, passphrase)  # another one may not open it
        with _lock:
            kept = _loaded.get(keystore)
            if kept is None or kept.stamp != stamp:
                kept = _loaded[keystore] = _Loaded(stamp, _read(keystore, passphrase))
    except (OSError, ValueError) as error:
        raise NoKey(f"the signing key {keystore} cannot be used: {error}") from error
    return kept.signer


def _read(keystore: Path, passphrase: str) -> KeptKeySigner:
    key, certificate, chain = pkcs12.load_key_and_certificates(keystore.read_bytes(), passphrase.encode() or None)
    if certificate is None or not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise ValueError("it needs a certificate with its ECDSA or RSA key")
    own, *others = [x509.Certificate.load(item.public_bytes(Encoding.DER)) for item in [certificate, *chain]]
    return KeptKeySigner(key, own, others)
