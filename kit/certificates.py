"""The keys and certificates that `init` makes: a signer's keystore and the internal TLS authority."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

SIGNER_DAYS = 730
AUTHORITY_DAYS = 3650
NO_EFFECT = {"test": "TEST, no legal effect", "demo": "DEMO, no legal effect"}


@dataclass(frozen=True)
class Signing:
    """A signer: PKCS#12 in base64, and the PEM of the root that its certificate leads to."""

    keystore: str
    roots: str


@dataclass(frozen=True)
class Authority:
    """An authority's private key and certificate, both PEM."""

    key: str
    certificate: str


def signer_name(office: str, tier: str) -> str:
    """Return the signer's common name; on test and demo it says that nothing signed has legal effect.

    A common name holds 64 characters at most (RFC 5280): the office's name gives way, the warning never.
    """
    mark = NO_EFFECT.get(tier)
    if mark is None:
        return office[:64]
    return f"{office[: 64 - len(mark) - 3]} ({mark})"


def signing_keystore(office: str, tier: str, passphrase: str) -> Signing:
    """Make an ECDSA P-256 key whose certificate may sign documents, under a root made for it."""
    now = datetime.now(UTC)
    root_key, root = _root(f"{office[:40]} signing root ({tier})", office, now)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, office[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NO_EFFECT.get(tier, "Online filing")),
            x509.NameAttribute(NameOID.COMMON_NAME, signer_name(office, tier)),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=SIGNER_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    sealed = pkcs12.serialize_key_and_certificates(
        b"signer", key, certificate, [root], serialization.BestAvailableEncryption(passphrase.encode())
    )
    return Signing(base64.b64encode(sealed).decode(), _pem(root))


def authority(name: str) -> Authority:
    """Make an authority for TLS certificates: ECDSA P-256, 10 years, may issue leaves only."""
    key, certificate = _root(name[:64], name, datetime.now(UTC))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Authority(private.decode(), _pem(certificate))


def _root(name: str, organisation: str, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _usage(**granted: bool) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: granted.get(name, False) for name in every})


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
