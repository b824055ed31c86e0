"""The elements of a sequence listing and their order, as WIPO ST.26, Annex II (version 1.3) describes them.

Kept here because nothing is fetched: a listing names its DTD, and is compared with this one.
"""

from __future__ import annotations

import io
from functools import cache

from lxml import etree

ATTRIBUTES = (
    "fileName", "softwareName", "softwareVersion", "productionDate", "originalFreeTextLanguageCode",
    "nonEnglishFreeTextLanguageCode",
)  # fmt: skip
CONTENTS = {
    "ST26SequenceListing": "((ApplicantFileReference | (ApplicationIdentification, ApplicantFileReference?)), "
    "EarliestPriorityApplicationIdentification?, (ApplicantName, ApplicantNameLatin?)?, "
    "(InventorName, InventorNameLatin?)?, InventionTitle+, SequenceTotalQuantity, SequenceData*)",
    "ApplicationIdentification": "(IPOfficeCode, ApplicationNumberText?, FilingDate?)",
    "EarliestPriorityApplicationIdentification": "(IPOfficeCode, ApplicationNumberText?, FilingDate?)",
    "SequenceData": "(INSDSeq)",
    "INSDSeq": "(INSDSeq_length, INSDSeq_moltype, INSDSeq_division, INSDSeq_other-seqids?, INSDSeq_feature-table?, "
    "INSDSeq_sequence)",
    "INSDSeq_other-seqids": "(INSDSeqid*)",
    "INSDSeq_feature-table": "(INSDFeature+)",
    "INSDFeature": "(INSDFeature_key, INSDFeature_location, INSDFeature_quals?)",
    "INSDFeature_quals": "(INSDQualifier*)",
    "INSDQualifier": "(INSDQualifier_name, INSDQualifier_value?, NonEnglishQualifier_value?)",
}
TEXTS = (
    "ApplicantFileReference", "IPOfficeCode", "ApplicationNumberText", "FilingDate", "ApplicantName",
    "ApplicantNameLatin", "InventorName", "InventorNameLatin", "InventionTitle", "SequenceTotalQuantity",
    "INSDSeq_length", "INSDSeq_moltype", "INSDSeq_division", "INSDSeqid", "INSDFeature_key", "INSDFeature_location",
    "INSDQualifier_name", "INSDQualifier_value", "NonEnglishQualifier_value", "INSDSeq_sequence",
)  # fmt: skip
IN_A_LANGUAGE = ("ApplicantName", "InventorName", "InventionTitle")


@cache
def dtd() -> etree.DTD:
    """The document type, ready to compare with. A listing of no sequence passes: its own rule has plainer words."""
    lines = [f"<!ELEMENT {name} {content}>" for name, content in CONTENTS.items()]
    lines += [f"<!ELEMENT {name} (#PCDATA)>" for name in TEXTS]
    lines += [f"<!ATTLIST ST26SequenceListing {name} CDATA #IMPLIED>" for name in ("dtdVersion", *ATTRIBUTES)]
    lines += [f"<!ATTLIST {name} languageCode CDATA #REQUIRED>" for name in IN_A_LANGUAGE]
    lines += ["<!ATTLIST SequenceData sequenceIDNumber CDATA #REQUIRED>", "<!ATTLIST INSDQualifier id ID #IMPLIED>"]
    return etree.DTD(io.StringIO("\n".join(lines)))
