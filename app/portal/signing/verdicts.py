"""Say of a PDF whether the office signed it and nobody changed it since."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from portal.signing.pdf import context, inner_stamp, is_stamp, stamped_at

SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""The algorithm identifier of SHA-256 in DER, as pyHanko writes it."""


class State(StrEnum):
    VALID = "valid"
    ALTERED = "altered"
    NOT_OURS = "not-ours"


@dataclass(frozen=True)
class Verdict:
    """What can be said of a file: `signer`, and `signed_at` (aware, UTC) as its signature claims them.

    `stamps` are the instants that time-stamp authorities vouch for, oldest first; empty for a file without.
    """

    state: State
    signer: str | None = None
    signed_at: datetime | None = None
    detail: str = ""
    stamps: tuple[datetime, ...] = ()


class Refused(Exception):
    """A part of the file does not hold; the message says which."""


def verdict(document: bytes, roots: list[x509.Certificate], stamp_roots: Sequence[x509.Certificate] = ()) -> Verdict:
    """Whether a PDF carries a signature under one of these roots, over all of its present bytes.

    Certificates are judged at the instant that the signature claims, so that a receipt outlives the certificate.
    Archive timestamps may follow the signature, if they lead to `stamp_roots`, and nothing else.
    """
    try:
        signatures = PdfFileReader(io.BytesIO(document), strict=False).embedded_signatures
        if not signatures:
            return _broken(document, roots, "it carries no signature")
        return _judge(document, signatures, roots, list(stamp_roots))
    except Exception as error:
        return _broken(document, roots, f"it cannot be read as a signed PDF ({type(error).__name__})")


def _judge(
    document: bytes,
    signatures: list[EmbeddedPdfSignature],
    roots: list[x509.Certificate],
    stamp_roots: list[x509.Certificate],
) -> Verdict:
    signature, *further = signatures
    claimed = signature.self_reported_timestamp
    inner = inner_stamp(signature)
    status = validate_pdf_signature(
        signature,
        context(roots, claimed),
        ts_validation_context=context(stamp_roots, stamped_at(inner) if inner is not None else claimed),
    )
    name = _common_name(signature.signer_cert)
    at = claimed.astimezone(UTC) if claimed else None
    if status.intact and status.valid and not status.trusted:
        return Verdict(State.NOT_OURS, name, at, "the signer's certificate was not issued for this office")
    if not (status.intact and status.valid):
        return _broken(document, roots, "its bytes are not those that were signed")
    try:
        stamps = _within(status, inner) + [_stamp(one, stamp_roots) for one in further]
    except Refused as error:
        return Verdict(State.ALTERED, name, at, str(error))
    whole = _covers(document, signatures[-1]) and all(_as_written(document, one) for one in signatures)
    if not status.docmdp_ok or not whole:
        return Verdict(State.ALTERED, name, at, "something was changed or added after it was signed")
    return Verdict(State.VALID, name, at, stamps=tuple(stamps))


def _within(status: object, inner: cms.SignedData | None) -> list[datetime]:
    """The instant of the timestamp inside the signature, if there is one; raises Refused."""
    if inner is None:
        return []
    found = getattr(status, "timestamp_validity", None)
    if found is None or not (found.intact and found.valid and found.trusted):
        raise Refused("the timestamp of its signature is not one that this office trusts")
    return [stamped_at(inner)]


def _stamp(signature: EmbeddedPdfSignature, stamp_roots: list[x509.Certificate]) -> datetime:
    """The instant of an archive timestamp; raises Refused."""
    if not is_stamp(signature):
        raise Refused("somebody else signed it as well")
    at = stamped_at(signature.signed_data)
    status = validate_pdf_timestamp(signature, context(stamp_roots, at))
    if not (status.intact and status.valid):
        raise Refused("its bytes are not those that were stamped")
    if not status.trusted:
        raise Refused("it was stamped by an authority that this office does not trust")
    if not _certificates_hold(signature, stamp_roots):
        raise Refused("the certificates of its stamp are not those that were issued")
    return at


def _certificates_hold(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> bool:
    """Whether each certificate in a stamp is as its issuer signed it: superfluous ones are checked by nobody else."""
    held = [one.chosen for one in signature.signed_data["certificates"]]
    known = [load_der_x509_certificate(one.dump()) for one in [*roots, *held]]
    for one in known[len(roots) :]:
        issuers = [other for other in known if other.subject == one.issuer]
        if issuers and not any(_issued(one, issuer) for issuer in issuers):
            return False
    return True


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _covers(document: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether every byte is signed, or is between the brackets of the signature itself."""
    first, _before, after, rest = (int(number) for number in signature.byte_range)
    return first == 0 and after + rest == len(document)


def _as_written(document: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether a signature's own bytes have the one form in which they were written.

    Some parts of a container are neither signed nor read by validators; they are always the same.
    """
    _first, before, after, _rest = (int(number) for number in signature.byte_range)
    container = cms.ContentInfo({"content_type": "signed_data", "content": signature.signed_data}).dump()
    written = container.hex().upper().encode().ljust(after - before - 2, b"0")
    data, info = signature.signed_data, signature.signer_info
    if is_stamp(signature):
        usual = [info["digest_algorithm"].native] == data["digest_algorithms"].native and data["version"].native == "v3"
    else:
        fixed = (data["digest_algorithms"].dump(), info["digest_algorithm"].dump(), data["version"].native)
        usual = fixed == (b"\x31\x0f" + SHA256, SHA256, "v1") and info["version"].native == "v1"
    return bool(usual) and document[before:after] == b"<" + written + b">"


def _broken(document: bytes, roots: list[x509.Certificate], why: str) -> Verdict:
    """A file whose signature does not hold: is one in it, however damaged, that names one of our issuers?"""
    lowered = document.lower()
    for root in roots:
        if (at := lowered.find(root.subject.dump().hex().encode())) >= 0:
            start, end = document.rfind(b"<", 0, at) + 1, document.find(b">", at)
            return Verdict(State.ALTERED, _embedded_name(document[start:end]), None, why)
    return Verdict(State.NOT_OURS, None, None, why)


def _embedded_name(container: bytes) -> str | None:
    """The signer's name in a signature that may be damaged."""
    try:
        certificates = cms.ContentInfo.load(bytes.fromhex(container.decode("ascii")))["content"]["certificates"]
        return _common_name(next(iter(certificates)).chosen)
    except (ValueError, TypeError, KeyError, StopIteration):
        return None


def _common_name(certificate: x509.Certificate) -> str:
    subject = certificate.subject.native
    return str(subject.get("common_name") or certificate.subject.human_friendly)
