"""Sequence listings in XML by WIPO ST.26: well-formed, complete in themselves, and as many sequences as they say."""

from __future__ import annotations

from typing import Any, BinaryIO

from lxml import etree

from portal.documents.checks.xml import parser
from portal.documents.verdict import Findings, Limits

ROOT = "ST26SequenceListing"


def examine(stream: BinaryIO, _size: int, _found: str, _limits: Limits, findings: Findings) -> None:
    """Parse without fetching a DTD or expanding an entity; a mistake is told with its line."""
    stream.seek(0)
    try:
        tree = etree.parse(stream, parser())
    except etree.XMLSyntaxError as error:
        line, _column = error.position
        findings.refuse("xml-syntax", line=line or 1, detail=str(error.msg)[:200])
        return
    dtd: Any = tree.docinfo.internalDTD  # the stubs do not know its methods
    if dtd is not None and any(True for _entity in dtd.iterentities()):
        findings.refuse("xml-entities")
        return
    root = tree.getroot()
    if root.tag != ROOT:
        findings.refuse("st26-root", line=root.sourceline or 1, found=str(root.tag)[:100])
        return
    sequences = len(root.findall("SequenceData"))
    findings.facts |= {"sequences": sequences, "version": root.get("dtdVersion", "")}
    if not sequences:
        findings.refuse("st26-no-sequence", line=root.sourceline or 1)
    stated = root.find("SequenceTotalQuantity")
    if stated is not None and (stated.text or "").strip() != str(sequences):
        findings.refuse(
            "st26-quantity", line=stated.sourceline or 1, stated=(stated.text or "").strip()[:20], sequences=sequences
        )
