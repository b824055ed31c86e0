"""What tests ask of certificates."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def public_key_of(certificate: x509.Certificate) -> str:
    """The certificate's public key as `openssl pkey -pubout` writes it."""
    key = certificate.public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()


def days_left(certificate: x509.Certificate) -> int:
    """Whole days until the certificate ends; negative afterwards."""
    return (certificate.not_valid_after_utc - datetime.now(UTC)).days
