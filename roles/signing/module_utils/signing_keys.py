"""What makes a signing key fit: shared by the modules that place one in a file and in a token."""

from __future__ import annotations

import glob
from datetime import timedelta
from pathlib import Path

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
except ImportError:  # said in plain words by the modules
    x509 = None

HERE = x509 is not None


class Unfit(Exception):
    """Why a key is not put in place; never holds a secret."""


def opened(content, passphrase):
    """The key, its certificate and the certificates above it; raises Unfit."""
    try:
        key, certificate, chain = load_key_and_certificates(content, passphrase.encode())
    except ValueError:
        raise Unfit("it does not open: the passphrase is another one's, or the file is damaged") from None
    if key is None or certificate is None:
        raise Unfit("it holds no key with its certificate")
    if public(key.public_key()) != public(certificate.public_key()):
        raise Unfit("its certificate is not that of its key")
    return key, certificate, chain


def public(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def check_certificate(certificate, words, days, now):
    """Raises Unfit unless the certificate may sign, for long enough, under the subject asked for."""
    until = certificate.not_valid_after_utc
    if certificate.not_valid_before_utc > now or until < now + timedelta(days=days):
        raise Unfit(f"its certificate is valid from {certificate.not_valid_before_utc} to {until} only")
    subject = certificate.subject.rfc4514_string()
    if words and words not in subject:
        raise Unfit(f"its subject is {subject!r}, and lacks {words!r}: is it another tier's key?")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise Unfit("its certificate does not say what the key is for (key usage)") from None
    if not (usage.digital_signature or usage.content_commitment):
        raise Unfit("its certificate is not for signatures (key usage)")


def check_not_shared(certificate, pattern):
    """Raises Unfit when the same key stands in another certificate of the server."""
    for name in sorted(glob.glob(pattern)) if pattern else []:  # noqa: PTH207 (an absolute pattern)
        for other in x509.load_pem_x509_certificates(Path(name).read_bytes()):
            if public(other.public_key()) == public(certificate.public_key()):
                raise Unfit(f"its key is also that of {name}")
