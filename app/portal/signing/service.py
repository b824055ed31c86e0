"""Sign what the office issues, and say of a PDF whether the office signed it and nobody changed it since."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime, timedelta

from asn1crypto import x509
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from portal.context import settings
from portal.settings import Settings
from portal.signing import archive as archives
from portal.signing.archive import due_again, newest_stamp
from portal.signing.keys import NoKey
from portal.signing.pdf import Pdf17
from portal.signing.signers import certificates as trusted
from portal.signing.signers import current_signer
from portal.signing.timestamps import Authority, TimestampAway, authority
from portal.signing.verdicts import State, Verdict, verdict

__all__ = [
    "NoKey", "State", "TimestampAway", "Verdict", "archive_again", "due_again", "newest_stamp", "sign_patiently",
    "sign_pdf", "sign_stamped", "stamp_roots", "stamps", "trusted", "validate", "verdict",
]  # fmt: skip

log = logging.getLogger("portal.signing")

SUBFILTER = SigSeedSubFilter.PADES
FIELD = "OfficeSignature"


def sign_pdf(document: bytes, reason: str) -> bytes:
    """Certify a PDF with the office's key (PAdES B-B, no changes allowed afterwards); raises NoKey."""
    return _signed(document, reason, None)


def sign_stamped(document: bytes, reason: str) -> bytes:
    """Certify a PDF, and have its time vouched for where a time-stamp authority is configured (PAdES B-LTA).

    Raises NoKey, TimestampAway.
    """
    source = authority(settings())
    if source is None:
        return _signed(document, reason, None)
    return _archived(_signed(document, reason, source), source)


def sign_patiently(document: bytes, reason: str, since: datetime) -> bytes:
    """As `sign_stamped`; but what waits since then (aware) for longer than the office's patience goes without a stamp.

    The yearly stamping gives it one when the authority is back. Raises NoKey, TimestampAway.
    """
    try:
        return sign_stamped(document, reason)
    except TimestampAway as error:
        if datetime.now(UTC) - since < timedelta(hours=settings().timestamp_patience_hours):
            raise
        log.warning("%s is signed without a timestamp: %s", reason, error)
        return sign_pdf(document, reason)


def stamps() -> bool:
    """Whether a time-stamp authority is configured."""
    return settings().timestamp_url is not None


def archive_again(document: bytes) -> bytes:
    """Add one more archive timestamp to a signed PDF; raises TimestampAway, ValueError for one that does not hold."""
    source = authority(settings())
    if source is None:
        raise TimestampAway("no time-stamp authority is configured (timestamp_url)")
    return _archived(document, source)


def _archived(document: bytes, source: Authority) -> bytes:
    return archives.archive(document, source, signing_roots(settings()), stamp_roots(settings()))


def _signed(document: bytes, reason: str, source: Authority | None) -> bytes:
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
    signer_of_pdf = PdfSigner(metadata, signer=key.signer, timestamper=source, new_field_spec=field)
    signed: io.BytesIO = signer_of_pdf.sign_pdf(Pdf17(io.BytesIO(document)))
    return signed.getvalue()


def validate(document: bytes) -> Verdict:
    """Judge a PDF by the issuers and the time-stamp authorities that this portal trusts."""
    return verdict(document, signing_roots(settings()), stamp_roots(settings()))


def signing_roots(known: Settings) -> list[x509.Certificate]:
    """The roots of the office's signers (`signing_trust`); raises OSError, ValueError."""
    return trusted(known.signing_trust) if known.signing_trust else []


def stamp_roots(known: Settings) -> list[x509.Certificate]:
    """The roots of the time-stamp authorities (`timestamp_trust`); raises OSError, ValueError."""
    return trusted(known.timestamp_trust) if known.timestamp_trust else []
