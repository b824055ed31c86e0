"""Archive timestamps: what a signed PDF needs to be checked for longer than its certificates are valid (PAdES B-LTA).

Each is an incremental update: the bytes that were there stay in front, unchanged, so that every earlier state of a
receipt is a prefix of every later one.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from portal.signing.pdf import Pdf17, context, inner_stamp, is_stamp, stamped_at
from portal.signing.timestamps import Authority

YEARLY = timedelta(days=365)
EARLIER = timedelta(days=90)
"""A stamp is renewed so long before the authority's certificate ends: by then it must be covered by the next one."""


def archive(
    document: bytes, authority: Authority, roots: list[x509.Certificate], stamp_roots: list[x509.Certificate]
) -> bytes:
    """Add what validates the signatures in it, then a timestamp over everything.

    Raises TimestampAway when the authority does not answer, or answers with a stamp that its roots do not vouch for;
    ValueError when the document's own signature does not hold: that must not be given a new proof.
    """
    paths = [
        path for signature in _signatures(document) for path in _validated(signature, roots, stamp_roots, authority)
    ]
    writer = Pdf17(io.BytesIO(document))
    DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=paths, embed_roots=False)
    settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    stamper = PdfTimeStamper(authority, field_name=f"ArchiveTimestamp{len(_signatures(document))}")
    made: io.BytesIO = stamper.timestamp_pdf(writer, "sha256", dss_settings=settings)
    content = made.getvalue()
    _validated(_signatures(content)[-1], roots, stamp_roots, authority)
    return content


def newest_stamp(document: bytes) -> datetime | None:
    """The instant of a PDF's last archive timestamp (aware, UTC), as it states it; None without one."""
    stamps = [one for one in _signatures(document) if is_stamp(one)]
    return stamped_at(stamps[-1].signed_data) if stamps else None


def due_again(document: bytes) -> datetime | None:
    """When a PDF is to be stamped anew: a year after its last stamp, or while that one can still be checked.

    None for one that has no archive timestamp. Source: ETSI EN 319 142-1, 5.5: a stamp is renewed before its
    authority's certificate ends.
    """
    stamps = [one for one in _signatures(document) if is_stamp(one)]
    if not stamps:
        return None
    at = stamped_at(stamps[-1].signed_data)
    ends: datetime = stamps[-1].signer_cert.not_valid_after
    return max(at, min(at + YEARLY, ends - EARLIER))


def _signatures(document: bytes) -> list[EmbeddedPdfSignature]:
    return list(PdfFileReader(io.BytesIO(document)).embedded_signatures)


def _validated(
    signature: EmbeddedPdfSignature,
    roots: list[x509.Certificate],
    stamp_roots: list[x509.Certificate],
    authority: Authority,
) -> list[Any]:
    """The paths by which a signature or a stamp leads to its roots."""
    if is_stamp(signature):
        at = context(stamp_roots, stamped_at(signature.signed_data))
        stamp = validate_pdf_timestamp(signature, at, skip_diff=True)
        if not (stamp.intact and stamp.valid and stamp.trusted):
            raise authority.failed(ValueError("its timestamps do not lead to timestamp_trust"))
        return [stamp.validation_path]
    inner = inner_stamp(signature)
    inner_at = stamped_at(inner) if inner is not None else signature.self_reported_timestamp
    status = validate_pdf_signature(
        signature,
        context(roots, signature.self_reported_timestamp),
        ts_validation_context=context(stamp_roots, inner_at),
        skip_diff=True,
    )
    if not (status.intact and status.valid and status.trusted):
        raise ValueError("the document's signature does not hold, or does not lead to signing_trust")
    if inner is None:
        return [status.validation_path]
    within = status.timestamp_validity
    if within is None or not (within.intact and within.valid and within.trusted):
        raise authority.failed(ValueError("its timestamps do not lead to timestamp_trust"))
    return [status.validation_path, within.validation_path]
