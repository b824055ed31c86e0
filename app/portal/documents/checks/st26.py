"""Sequence listings in XML by WIPO ST.26, against the rules of the standard that need nothing but the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from portal.documents.checks import st26_sequence
from portal.documents.checks.st26_dtd import dtd
from portal.documents.checks.xml import parser
from portal.documents.verdict import Findings, Limits

ROOT = "ST26SequenceListing"
PUBLIC_ID = re.compile(r"-//WIPO//DTD Sequence Listing 1\.\d//EN")
VERSION = re.compile(r"V1_\d")
LANGUAGE = re.compile(r"[a-z]{2}")


def examine(stream: BinaryIO, _size: int, _found: str, _limits: Limits, findings: Findings) -> None:
    """Parse without fetching a DTD or expanding an entity; every mistake is told with its line."""
    stream.seek(0)
    try:
        tree = etree.parse(stream, parser())
    except etree.XMLSyntaxError as error:
        line, _column = error.position
        findings.refuse("xml-syntax", line=line or 1, detail=str(error.msg)[:200])
        return
    declared: Any = tree.docinfo.internalDTD  # the stubs do not know its methods
    if declared is not None and any(True for _entity in declared.iterentities()):
        findings.refuse("xml-entities")
        return
    root = tree.getroot()
    if root.tag != ROOT:
        findings.refuse("st26-root", line=root.sourceline or 1, found=str(root.tag)[:100])
        return
    if not PUBLIC_ID.fullmatch(tree.docinfo.public_id or ""):
        findings.refuse("st26-doctype", line=root.sourceline or 1, found=(tree.docinfo.public_id or "–")[:100])
    if not dtd().validate(tree):
        errors: Any = dtd().error_log  # the stubs do not know that it can be iterated
        for entry in errors:
            findings.refuse("st26-structure", line=entry.line or 1, detail=entry.message[:300])
        return
    _general(root, findings)
    for number, data in enumerate(root.iterfind("SequenceData"), 1):
        st26_sequence.examine(data, number, findings)
    _languages(root, findings)


def _general(root: Any, findings: Findings) -> None:
    """The version, the titles and the number of sequences (ST.26, paragraphs 43, 48 and 49)."""
    version, line = root.get("dtdVersion", ""), root.sourceline or 1
    if not VERSION.fullmatch(version):
        findings.refuse("st26-version", line=line, found=version[:20] or "–")
    sequences = len(root.findall("SequenceData"))
    findings.facts |= {"sequences": sequences, "version": version}
    if not sequences:
        findings.refuse("st26-no-sequence", line=line)
    stated = root.find("SequenceTotalQuantity")
    words = (stated.text or "").strip()
    if words != str(sequences):
        findings.refuse("st26-quantity", line=stated.sourceline, stated=words[:20], sequences=sequences)
    seen: set[str] = set()
    for title in root.iterfind("InventionTitle"):
        code = title.get("languageCode", "")
        if code in seen:
            findings.refuse("st26-title-twice", line=title.sourceline, language=code[:10])
        seen.add(code)


def _languages(root: Any, findings: Findings) -> None:
    """Languages are codes of ISO 639-1; text in another than English says in which (paragraphs 43, 86 and 87)."""
    for element, attribute in _language_codes(root):
        code = element.get(attribute, "")
        if code and not LANGUAGE.fullmatch(code):
            findings.refuse("st26-language", line=element.sourceline, found=code[:10], attribute=attribute)
    other = next(root.iter("NonEnglishQualifier_value"), None)
    if other is not None and not root.get("nonEnglishFreeTextLanguageCode"):
        findings.refuse("st26-language-not-said", line=other.sourceline)


def _language_codes(root: Any) -> Iterator[tuple[Any, str]]:
    for attribute in ("originalFreeTextLanguageCode", "nonEnglishFreeTextLanguageCode"):
        yield root, attribute
    for element in root.iter("ApplicantName", "InventorName", "InventionTitle"):
        yield element, "languageCode"
