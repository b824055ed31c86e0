"""Who may sign in on a test tier, and what the keys that `init` makes may be used for."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from kit import certificates, people, secrets


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_the_standard(moment, code):
    """The test vectors of RFC 6238, appendix B, cut to six digits: a wrong code locks a newcomer out."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert people.totp(secret, moment) == code


@pytest.fixture(scope="module")
def signer():
    made = certificates.signing_keystore("Intellectual Property Office of Lumeria", "test", "passphrase")
    bundle = pkcs12.load_pkcs12(base64.b64decode(made.keystore), b"passphrase")
    return bundle, x509.load_pem_x509_certificate(made.roots.encode())


def test_a_test_signature_says_that_it_has_no_legal_effect(signer):
    """A receipt of the test tier must never pass for a real one in court."""
    name = signer[0].cert.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert name.endswith("(TEST, no legal effect)")
    assert len(name) <= 64


def test_a_long_office_name_gives_way_and_the_warning_stays():
    """A common name holds 64 characters."""
    name = certificates.signer_name("The Very Long Named Industrial Property Office of a Federation", "demo")
    assert name.endswith("(DEMO, no legal effect)")
    assert len(name) <= 64


def test_a_production_signature_carries_no_such_words():
    """Nor may a real one be taken for a test."""
    assert certificates.signer_name("Office of Lumeria", "production") == "Office of Lumeria"


def test_the_signers_key_may_sign_documents_and_nothing_else(signer):
    """A key that may also issue certificates or serve TLS is worth stealing."""
    leaf = signer[0].cert.certificate
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert not usage.key_encipherment
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert isinstance(signer[0].key, ec.EllipticCurvePrivateKey)
    assert signer[0].key.curve.name == "secp256r1"


def test_the_signer_leads_to_its_root_and_lasts_two_years(signer):
    """A validator that is given the root must reach it."""
    leaf, root = signer[0].cert.certificate, signer[1]
    leaf.verify_directly_issued_by(root)
    assert timedelta(days=728) < leaf.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=731)


def test_secrets_are_not_repeated():
    """One password for two accounts would undo least privilege."""
    assert len({secrets.new_password() for _ in range(50)}) == 50
    assert len(base64.b32decode(secrets.new_totp_secret())) == 20


def test_an_acme_accounts_thumbprint_is_that_of_its_key():
    """A wrong one answers every challenge wrongly; nobody notices before the first certificate is due (RFC 7638)."""
    made = certificates.acme_account()
    key = serialization.load_pem_private_key(made.key.encode(), None)
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    x, y = (base64.urlsafe_b64encode(half).decode().rstrip("=") for half in (point[1:33], point[33:]))
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    digest = hashlib.sha256(canonical.encode()).digest()
    assert base64.urlsafe_b64decode(made.public + "=") == digest


def test_the_published_half_of_the_mail_key_is_its_own():
    """Receivers verify with what is published: another key's half makes every message a forgery."""
    made = certificates.mail_signer()
    key = serialization.load_pem_private_key(made.key.encode(), None)
    public = serialization.load_der_public_key(base64.b64decode(made.public))
    assert public.public_numbers() == key.public_key().public_numbers()
    assert public.key_size == 2048


@pytest.mark.parametrize("tier", ["test", "demo", "production"])
def test_a_long_office_name_leaves_room_for_the_tiers(tier):
    """A common name of 65 characters is refused by the library, in the middle of `init`."""
    office = "Intellectual Property Office of the Federation of Lumeria and Outer Isles"
    assert certificates.signing_keystore(office, tier, "passphrase").roots.startswith("-----BEGIN CERTIFICATE-----")
