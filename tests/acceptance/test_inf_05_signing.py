"""INF-05: the certificate that signs PDF forms, observed through a form signed on the host."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.support.pem import days_left, public_key_of
from tests.support.servers import Server, Servers
from tests.support.signers import signers_of_other_tiers
from tests.support.tier_plugin import Looker

# A receipt signed on the last day must still be checked by its reader; a new certificate takes weeks to order.
DAYS_LEFT = 30
# Where a key is in a file, and where SoftHSM keeps its token.
PLACES = "/etc/portal/*.p12 /var/lib/portal-signing/tokens"


@pytest.fixture(scope="module")
def signed_just_now(portal_server: Server) -> bytes:
    """A form that the portal's host signed just now, with the key it signs filings with."""
    form = "/run/kit-signed-form.pdf"
    return base64.b64decode(portal_server.run(f"portal sign-test > {form} && base64 -w0 {form} && rm {form}"))


@pytest.fixture
def form(signed_just_now: bytes, portal_server: Server, evidence) -> bytes:
    """That form, with a note of it in each test's evidence."""
    evidence.observe(
        portal_server.name, "portal sign-test", f"a PDF of {len(signed_just_now)} bytes: {signed_just_now[:8]!r}"
    )
    return signed_just_now


@pytest.fixture
def signer(form: bytes) -> x509.Certificate:
    """The certificate inside the form's signature."""
    return x509.load_der_x509_certificate(_signature(form).signer_cert.dump())


@pytest.mark.checklist("INF-05")
def test_key_usage_is_that_of_a_signature(signer: x509.Certificate, evidence) -> None:
    """A reader refuses a signature by a certificate that was not issued to sign; a signing key that is an authority
    could issue others."""
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    evidence.observe("portal", "key usage of the signer's certificate", str(usage))
    assert usage.digital_signature or usage.content_commitment, "the certificate does not allow signatures"
    assert not usage.key_cert_sign, "the signing key may issue certificates"
    basic = signer.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not basic.ca, "the signer's certificate is an authority's"


@pytest.mark.checklist("INF-05")
def test_signing_certificate_has_enough_days_left(signer: x509.Certificate, evidence) -> None:
    """When it has expired receipts wait, and agents stand without theirs."""
    left = days_left(signer)
    evidence.observe("portal", "last day of the signer's certificate", f"{signer.not_valid_after_utc} ({left} days)")
    assert left >= DAYS_LEFT, f"{left} days are left, {DAYS_LEFT} are asked"


@pytest.mark.checklist("INF-05")
def test_signing_key_is_not_the_ssl_key(
    signer: x509.Certificate, outside: Server, portal_name: str, look: Looker
) -> None:
    """The proxy's key is open to the internet's attacks; the office's signature must not fall with it."""
    served = look.at(
        outside,
        f"openssl s_client -connect {portal_name}:443 -servername {portal_name} </dev/null 2>/dev/null"
        " | openssl x509 -pubkey -noout",
    )
    assert public_key_of(signer) != served.strip(), "forms are signed with the SSL key"


@pytest.mark.checklist("INF-05")
def test_signer_says_whether_it_has_legal_effect(signer: x509.Certificate, tier: str, evidence) -> None:
    """A receipt from a test server must not be taken for one that gives a date, nor one of production for a trial."""
    evidence.observe("portal", "subject of the signer's certificate", signer.subject.rfc4514_string())
    words = " ".join(str(one.value) for one in signer.subject)
    if tier == "production":
        assert "no legal effect" not in words.lower(), f"production signs as {words!r}"
        return
    assert tier.upper() in words, f"the subject {words!r} does not say {tier.upper()}"
    assert "no legal effect" in words.lower(), f"the subject {words!r} does not say that it has no legal effect"


@pytest.mark.checklist("INF-05")
def test_nobody_but_the_portal_reads_the_key(servers: Servers, look: Looker) -> None:
    """Whoever copies the key signs in the office's name for as long as its certificate is valid."""
    token = servers.variable("signing_engine", "signing") == "pkcs11"
    for server in servers.group("signing"):
        places = "/etc/portal/*.p12 /var/lib/portal-signing/tokens"
        found = look.at(
            server, f"for F in {places}; do [ ! -e $F ] || find $F -printf '%m %U %p\\n'; done"
        ).splitlines()
        assert token or found, f"{server.name} has no key in a file, and none in a token"
        open_to_all = [line for line in found if line.split()[0][-1] != "0" or line.split()[1] != "0"]
        assert not open_to_all, f"others than the portal may read, or the portal may change: {open_to_all}"
        if token:
            in_files = [line for line in found if line.endswith(".p12")]
            assert not in_files, f"the key is to be in a token, and lies in a file as well: {in_files}"


@pytest.mark.checklist("INF-05")
def test_a_receipts_time_is_vouched_for(portal_server: Server, servers: Servers, evidence) -> None:
    """Where the office has a time-stamp authority: a receipt that can be checked after its certificates have ended."""
    if not servers.variable("portal_timestamp_url", "portal", ""):
        evidence.observe("the inventory", "portal_timestamp_url", "no authority: receipts state their time themselves")
        return
    form = "/run/kit-stamped-form.pdf"
    made = portal_server.run(f"portal sign-test --stamped > {form} && base64 -w0 {form}")
    told = portal_server.run(f"portal verify-receipt --json {form}; rm {form}")
    evidence.observe(portal_server.name, "portal sign-test --stamped, then portal verify-receipt", told)
    kinds = [str(one.sig_object_type) for one in PdfFileReader(io.BytesIO(base64.b64decode(made))).embedded_signatures]
    assert kinds == ["/Sig", "/DocTimeStamp"], f"it carries {kinds}"
    said = json.loads(told)
    assert (said["state"], len(said["stamps"])) == ("valid", 2), told


@pytest.mark.checklist("INF-05")
def test_no_other_tier_signs_with_this_key(signer: x509.Certificate, tier: str, evidence) -> None:
    """A form from the demonstration must not pass for one of the office's."""
    others = signers_of_other_tiers(tier)
    told = "\n".join(others) or "no other tier's vault opens on this machine: the name alone is compared"
    evidence.observe("this machine", "signing keys of the other tiers", told)
    alike = [place for place, key in others.items() if key == public_key_of(signer)]
    assert not alike, f"this tier signs with the key of {', '.join(alike)}"
    without_effect = "no legal effect" in signer.subject.rfc4514_string().lower()
    assert without_effect != (tier == "production"), f"{tier} signs as {signer.subject.rfc4514_string()}"


@pytest.mark.checklist("INF-05")
def test_form_signed_on_the_host_validates(form: bytes, servers: Servers, evidence) -> None:
    """A receipt that does not validate in the reader's hands proves nothing in court."""
    status = _validate(form, servers)
    evidence.observe("this machine", "pyHanko: validate against the office's root", status.summary())
    assert status.intact, "the signed bytes were changed"
    assert status.valid, "the signature is not of this key"
    assert status.trusted, "the signature does not lead to the office's root"


@pytest.mark.checklist("INF-05")
def test_one_changed_byte_does_not_validate(form: bytes, servers: Servers, evidence) -> None:
    """The whole worth of the signature: whoever changes a date in the receipt is found out."""
    _, first, _, _ = _signature(form).byte_range
    changed = bytearray(form)
    changed[first // 2] ^= 1
    try:
        status = _validate(bytes(changed), servers)
        verdict, accepted = status.summary(), status.bottom_line
    except Exception as error:  # a reader that cannot even parse it refuses it as well
        verdict, accepted = f"not readable any more: {error}", False
    evidence.observe("this machine", f"the same after byte {first // 2} was changed by one bit", verdict)
    assert not accepted, "a changed form still validates"


def _signature(form: bytes):
    signatures = PdfFileReader(io.BytesIO(form)).embedded_signatures
    assert len(signatures) == 1, f"the form has {len(signatures)} signatures"
    return signatures[0]


def _validate(form: bytes, servers: Servers):
    root = servers.variable("vault_signing_roots", "portal")
    context = ValidationContext(
        trust_roots=list(load_certs_from_pemder_data(root.encode())), moment=datetime.now(UTC) + timedelta(seconds=5)
    )
    return validate_pdf_signature(_signature(form), context)
