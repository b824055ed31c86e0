"""The next signing certificate: made or taken into the vault beside the present one, which signs until the next begins.

Two keys at a time, never more. Of those that are valid the portal signs with the newest, so that every server changes
over at the same instant, without a restart. Roots only ever join: receipts of an old key stay valid.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from kit import certificates
from kit.errors import Exit, KitError

LEAST_DAYS = 90
"""A next certificate that ends sooner would need the one after it at once."""


@dataclass(frozen=True)
class Given:
    """A keystore that the office bought: the file's bytes, what opens it, and the root it leads to (PEM)."""

    keystore: bytes
    passphrase: str
    root: str = ""


@dataclass(frozen=True)
class Rotation:
    """What a rotation comes to: the vault's new values, and the certificates that they stand for."""

    values: dict[str, Any]
    present: x509.Certificate
    following: x509.Certificate


def introduce(
    values: Mapping[str, Any], tier: str, office: str, begins: datetime, now: datetime, given: Given | None = None
) -> Rotation:
    """Return the vault's values with the next key; raises KIT-130 to KIT-134 (refused) for what makes no sense.

    `begins` (aware) is for a key that is made here; a bought certificate begins when it says.
    """
    present = _promoted(values, now)
    inside = _certificate(present["vault_signing_keystore"], present["vault_signing_passphrase"])
    if given is None:
        if not _made_here(inside, office, tier):
            raise _refused(
                "KIT-130",
                "The present signing certificate was bought: the kit does not replace it by one of its own.",
                f"it was issued by {inside.issuer.rfc4514_string()}",
                "order the next one, then: bin/kit rotate TIER --keystore FILE --passphrase-file FILE --root FILE",
            )
        passphrase = present["vault_signing_passphrase"]
        made = certificates.signing_keystore(office, tier, passphrase, begins)
        content, roots = made.keystore, made.roots
    else:
        passphrase, roots = given.passphrase, given.root
        content = base64.b64encode(given.keystore).decode()
    following = _certificate(content, passphrase)
    _require_sense(inside, following, tier, now)
    known = str(present["vault_signing_roots"])
    joined = known if roots.strip() in known else known.rstrip() + "\n" + roots.strip() + "\n"
    _require_trust(following, content, passphrase, joined)
    new = {
        **present,
        "vault_signing_next_keystore": content,
        "vault_signing_next_passphrase": passphrase,
        "vault_signing_roots": joined,
    }
    return Rotation(new, inside, following)


def _promoted(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The vault's values with one key: the one in use. Raises KIT-131 while a next one waits for its day."""
    kept = dict(values)
    content = kept.pop("vault_signing_next_keystore", "")
    passphrase = kept.pop("vault_signing_next_passphrase", "")
    if not content:
        return kept
    following = _certificate(content, passphrase)
    if following.not_valid_before_utc > now:
        raise _refused(
            "KIT-131",
            "The next signing certificate is in the vault already.",
            f"{following.subject.rfc4514_string()} takes over at {following.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
            "bin/kit apply TIER, if the servers do not have it yet; another one can follow when it signs",
        )
    return {**kept, "vault_signing_keystore": content, "vault_signing_passphrase": passphrase}


def _require_sense(present: x509.Certificate, following: x509.Certificate, tier: str, now: datetime) -> None:
    """Raises KIT-132 for a certificate that would leave a gap, end too soon, or is not one to sign this tier with."""
    begins, ends = following.not_valid_before_utc, following.not_valid_after_utc
    subject = following.subject.rfc4514_string()
    usage = next((one.value for one in following.extensions if isinstance(one.value, x509.KeyUsage)), None)
    mark = certificates.NO_EFFECT.get(tier, "")
    words = " ".join(str(one.value) for one in following.subject).casefold()
    problems = {
        f"it begins at {begins:%Y-%m-%d %H:%M}, after the present one has ended": begins
        > max(present.not_valid_after_utc, now),
        f"it ends on {ends:%Y-%m-%d}, within {LEAST_DAYS} days": ends < now + timedelta(days=LEAST_DAYS),
        "it ends before the present one does": ends <= present.not_valid_after_utc,
        "it is no newer than the present one: the portal would go on with that": begins <= present.not_valid_before_utc,
        "its key is the present one's: what is to be replaced stays in use": _public(following) == _public(present),
        "its key usage does not allow signatures": usage is None
        or not (usage.digital_signature or usage.content_commitment),
        f"its subject {subject!r} lacks {mark!r}": mark.casefold() not in words,
        f"its subject {subject!r} denies its own effect": not mark and "no legal effect" in words,
    }
    for problem, holds in problems.items():
        if holds:
            raise _refused("KIT-132", "This certificate cannot be the next one.", problem, "name another certificate")


def _require_trust(following: x509.Certificate, content: str, passphrase: str, roots: str) -> None:
    """Raises KIT-133 unless the certificate leads to one of the roots, by way of those in its keystore."""
    between = [one.certificate for one in _opened(content, passphrase).additional_certs]
    known = x509.load_pem_x509_certificates(roots.encode())
    at, steps = following, 0
    while not any(_issued(at, root) for root in known):
        above = next((one for one in between if one != at and _issued(at, one)), None)
        if above is None or steps > len(between):
            raise _refused(
                "KIT-133",
                "The next certificate leads to no root that receipts are checked against.",
                f"nothing here issued {at.subject.rfc4514_string()}",
                "name its root: --root FILE (PEM); the authority between belongs into the keystore",
            )
        at, steps = above, steps + 1


def _certificate(content: str, passphrase: str) -> x509.Certificate:
    inside = _opened(content, passphrase).cert
    if inside is None:
        raise _refused(
            "KIT-134", "The keystore holds no key with its certificate.", "", "export both into one PKCS#12 file"
        )
    return inside.certificate


def _opened(content: str, passphrase: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        opened = pkcs12.load_pkcs12(base64.b64decode(content), passphrase.encode() or None)
    except ValueError as error:
        why = "the passphrase is another one's, or the file is damaged"
        raise _refused("KIT-134", "The keystore does not open.", why, "name the right files") from error
    if not isinstance(opened.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _refused("KIT-134", "The keystore holds no ECDSA or RSA key.", "", "export it with its certificate")
    return opened


def _made_here(certificate: x509.Certificate, office: str, tier: str) -> bool:
    names = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return [one.value for one in names] == [certificates.signing_root_name(office, tier)]


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:
        return False
    return True


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _refused(code: str, what: str, why: str, fix: str) -> KitError:
    return KitError(code, what, where="the tier's vault", why=why, fix=fix, exit_code=Exit.REFUSED)
