"""What signing and judging share about PDF signatures."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

# pyHanko warns of every file that is not a clean PDF; a help desk is told by the verdict.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class Pdf17(IncrementalPdfFileWriter):
    """Leaves the version at 1.7, which PDF/A-3 asks for; pyHanko would raise it to 2.0 for a PAdES signature."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]


def context(roots: list[x509.Certificate], moment: datetime | None) -> ValidationContext:
    """Judge certificates by these roots at an instant (aware); at the present one when it is None."""
    return ValidationContext(trust_roots=roots, allow_fetching=False, moment=moment, best_signature_time=moment)


def is_stamp(signature: EmbeddedPdfSignature) -> bool:
    """Whether it is a document timestamp rather than somebody's signature."""
    return str(signature.sig_object_type) == "/DocTimeStamp"


def inner_stamp(signature: EmbeddedPdfSignature) -> cms.SignedData | None:
    """The timestamp token inside a signature, over the signature's own value."""
    return next(extract_tst_data_iter(signature.signer_info, signed=False), None)


def stamped_at(token: cms.SignedData) -> datetime:
    """The instant that a timestamp token states (aware, UTC)."""
    said: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return said.astimezone(UTC)
