"""Signing keys for tests: a root and a certificate under it, made anew in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PASSPHRASE = "only for tests"


@dataclass(frozen=True)
class TestKeys:
    """A PKCS#12 file with its passphrase, and the PEM file of the root that issued its certificate."""

    __test__ = False

    keystore: Path
    passphrase: str
    trust: Path


def make_keys(
    folder: Path,
    name: str = "TEST, no legal effect",
    kind: str = "ec",
    days: int = 1,
    begins: datetime | None = None,
) -> TestKeys:
    """Make a root and a signing certificate that it issued, valid for some days from `begins` (aware; an hour ago).

    `kind` is ec or rsa.
    """
    begins = begins or datetime.now(UTC) - timedelta(hours=1)
    folder.mkdir(parents=True, exist_ok=True)
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 3072)
    root_name = _name(f"{name} root")
    root = _certificate(root_name, root_key.public_key(), root_name, root_key, begins, days, authority=True)
    certificate = _certificate(_name(name), key.public_key(), root_name, root_key, begins, days, authority=False)
    keystore, trust = folder / "signing.p12", folder / "trust.pem"
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    keystore.write_bytes(pkcs12.serialize_key_and_certificates(b"signing", key, certificate, [root], encryption))
    trust.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    return TestKeys(keystore, PASSPHRASE, trust)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(subject, public_key, issuer, issuer_key, begins, days, *, authority):
    usage = {
        "digital_signature": not authority,
        "content_commitment": not authority,
        "key_cert_sign": authority,
        "crl_sign": authority,
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days, hours=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
