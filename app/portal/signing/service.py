"""Sign what the office issues, and say of a PDF whether the office signed it and nobody changed it since."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from portal.context import settings
from portal.signing.keys import NoKey
from portal.signing.signers import certificates as trusted
from portal.signing.signers import current_signer

__all__ = ["NoKey", "State", "Verdict", "sign_pdf", "trusted", "validate", "verdict"]

SUBFILTER = SigSeedSubFilter.PADES
FIELD = "OfficeSignature"
SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""The algorithm identifier of SHA-256 in DER, as pyHanko writes it."""

# pyHanko warns of every file that is not a clean PDF; a help desk is told by the verdict.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class State(StrEnum):
    VALID = "valid"
    ALTERED = "altered"
    NOT_OURS = "not-ours"


@dataclass(frozen=True)
class Verdict:
    """What can be said of a file: `signer` and `signed_at` (aware, UTC) as its signature claims them."""

    state: State
    signer: str | None = None
    signed_at: datetime | None = None
    detail: str = ""


class _Pdf17(IncrementalPdfFileWriter):
    """Leaves the version at 1.7, which PDF/A-3 asks for; pyHanko would raise it to 2.0 for a PAdES signature."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]


def sign_pdf(document: bytes, reason: str) -> bytes:
    """Certify a PDF with the office's key (PAdES, no changes allowed afterwards); raises NoKey."""
    key = current_signer(settings(), datetime.now(UTC))
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=key.name,
        certify=True,
        subfilter=SUBFILTER,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    # Outside the page: PDF/UA wants an untagged field hidden or out of sight, PDF/A forbids to hide it.
    field = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))
    signer_of_pdf = PdfSigner(metadata, signer=key.signer, new_field_spec=field)
    signed: io.BytesIO = signer_of_pdf.sign_pdf(_Pdf17(io.BytesIO(document)))
    return signed.getvalue()


def validate(document: bytes) -> Verdict:
    """Judge a PDF by the issuers that this portal trusts (`signing_trust`)."""
    path = settings().signing_trust
    return verdict(document, trusted(path) if path else [])


def verdict(document: bytes, roots: list[x509.Certificate]) -> Verdict:
    """Whether a PDF carries a signature under one of these roots, over all of its present bytes.

    Certificates are judged at the instant that the signature claims, so that a receipt outlives the certificate.
    """
    try:
        signatures = PdfFileReader(io.BytesIO(document), strict=False).embedded_signatures
        if not signatures:
            return _broken(document, roots, "it carries no signature")
        return _judge(document, signatures[0], roots)
    except Exception as error:
        return _broken(document, roots, f"it cannot be read as a signed PDF ({type(error).__name__})")


def _judge(document: bytes, signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> Verdict:
    claimed = signature.self_reported_timestamp
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=claimed, best_signature_time=claimed)
    status = validate_pdf_signature(signature, context)
    name = _common_name(signature.signer_cert)
    at = claimed.astimezone(UTC) if claimed else None
    if status.intact and status.valid and not status.trusted:
        return Verdict(State.NOT_OURS, name, at, "the signer's certificate was not issued for this office")
    if not (status.intact and status.valid):
        return _broken(document, roots, "its bytes are not those that were signed")
    if not status.bottom_line or not _covers_everything(document, signature):
        return Verdict(State.ALTERED, name, at, "something was changed or added after it was signed")
    return Verdict(State.VALID, name, at)


def _covers_everything(document: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether every byte is signed, or is the signature itself in the one form in which it was written."""
    first, before, after, rest = (int(number) for number in signature.byte_range)
    container = cms.ContentInfo({"content_type": "signed_data", "content": signature.signed_data}).dump()
    written = container.hex().upper().encode().ljust(after - before - 2, b"0")
    data, info = signature.signed_data, signature.signer_info
    # These parts of the container are neither signed nor read by validators; ours are always the same.
    fixed = (data["digest_algorithms"].dump(), info["digest_algorithm"].dump(), data["version"].native)
    return (
        first == 0
        and after + rest == len(document)
        and document[before:after] == b"<" + written + b">"
        and fixed == (b"\x31\x0f" + SHA256, SHA256, "v1")
        and info["version"].native == "v1"
    )


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
