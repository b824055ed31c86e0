"""The keys and certificates that the kit makes: a signer's keystore, the internal TLS authority, and others."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNER_DAYS = 730
AUTHORITY_DAYS = 3650
BOUGHT_DAYS = 365
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


@dataclass(frozen=True)
class Published:
    """A private key, PEM, and what others know it by: an account's thumbprint, or a signer's public half in base64."""

    key: str
    public: str


@dataclass(frozen=True)
class Bought:
    """What a supplier delivers, all PEM: the server's certificate with the authority between, its key, and the root."""

    chain: str
    key: str
    root: str


def signer_name(office: str, tier: str) -> str:
    """Return the signer's common name; on test and demo it says that nothing signed has legal effect.

    A common name holds 64 characters at most (RFC 5280): the office's name gives way, the warning never.
    """
    mark = NO_EFFECT.get(tier)
    if mark is None:
        return office[:64]
    return f"{office[: 64 - len(mark) - 3]} ({mark})"


def signing_root_name(office: str, tier: str) -> str:
    """Return the common name of the root that the kit makes for a tier's signers."""
    mark = f" signing root ({tier})"  # RFC 5280 gives a common name 64 characters
    return office[: 64 - len(mark)] + mark


def signing_keystore(office: str, tier: str, passphrase: str, begins: datetime | None = None) -> Signing:
    """Make an ECDSA P-256 key whose certificate may sign documents, under a root made for it.

    The certificate is valid from `begins` (aware), or from an hour ago, so that a clock that is late finds it valid.
    """
    now = datetime.now(UTC)
    begins = begins or now - timedelta(hours=1)
    root_key, root = _root(signing_root_name(office, tier), office, now)
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
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=SIGNER_DAYS))
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
    return Authority(_private_pem(key), _pem(certificate))


def acme_account() -> Published:
    """Make the key of an account at an ACME authority, with its thumbprint (RFC 7638), which answers challenges."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    jwk = {"crv": "P-256", "kty": "EC", "x": _url64(point.x.to_bytes(32)), "y": _url64(point.y.to_bytes(32))}
    canonical = json.dumps(jwk, separators=(",", ":"), sort_keys=True)
    return Published(_private_pem(key), _url64(hashlib.sha256(canonical.encode()).digest()))


def mail_signer() -> Published:
    """Make the key that signs mail (DKIM, RFC 6376): RSA-2048, which every receiver verifies."""
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Published(_private_pem(key), base64.b64encode(public).decode())


def bought(names: Sequence[str], days: int = BOUGHT_DAYS) -> Bought:
    """Make what a supplier would sell for these names and addresses: root, issuing authority, certificate."""
    now = datetime.now(UTC)
    supplier = "Supplier of a rehearsal"
    root_key, root = _root(f"{supplier}, root", supplier, now, below=1)
    middle_key, middle = _root(f"{supplier}, issuing", supplier, now, issuer=(root_key, root))
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(middle.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(middle_key.public_key()), critical=False)
        .sign(middle_key, hashes.SHA256())
    )
    return Bought(_pem(certificate) + _pem(middle), _private_pem(key), _pem(root))


def _root(
    name: str,
    organisation: str,
    now: datetime,
    *,
    below: int = 0,
    issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None = None,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Make an authority with at most `below` authorities under it, by itself or by `issuer`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    issuer_key, issuer_name = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return key, certificate


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _usage(**granted: bool) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: granted.get(name, False) for name in every})


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
