"""One sequence of a listing: its residues, and the features that must be said of it (WIPO ST.26, version 1.7)."""

from __future__ import annotations

import re
from typing import Any

from portal.documents.verdict import Findings

SKIPPED = "000"
ALPHABETS = {
    "DNA": frozenset("acgtmrwsykvhdbn"),
    "RNA": frozenset("acgtmrwsykvhdbn"),  # uracil is written as t (paragraph 14)
    "AA": frozenset("ARNDCQEGHILKMFPOSUTWYVBZJX"),
}
"""Annex I, tables 1 and 3."""
UNDEFINED = {"DNA": "n", "RNA": "n", "AA": "X"}
FEWEST = {"DNA": 10, "RNA": 10, "AA": 4}
"""Residues that must be specifically defined (paragraphs 7 and 8)."""
MOL_TYPES = {
    "DNA": {"genomic DNA", "other DNA", "unassigned DNA"},
    "RNA": {
        "genomic RNA", "mRNA", "tRNA", "rRNA", "other RNA", "transcribed RNA", "viral cRNA", "unassigned RNA",
    },
    "AA": {"protein"},
}  # fmt: skip
LONGEST_TEXT = 1000
BASIC_LATIN = re.compile(r"[\x20-\x7e]*")
FREE_TEXT = frozenset({
    "bound_moiety", "cell_type", "clone", "clone_lib", "collected_by", "cultivar", "dev_stage", "ecotype", "frequency",
    "function", "gene_synonym", "haplogroup", "host", "identified_by", "isolate", "isolation_source", "lab_host",
    "mating_type", "note", "organism", "phenotype", "pop_variant", "product", "serotype", "serovar", "sex",
    "standard_name", "strain", "sub_clone", "sub_species", "sub_strain", "tissue_lib", "tissue_type", "variety",
})  # fmt: skip
"""The qualifiers whose text may be in another language (Annex I, sections 6 and 8)."""


def examine(data: Any, number: int, findings: Findings) -> None:
    """Judge the sequence that stands at this place, counted from 1; each mistake is told with its line."""
    if data.get("sequenceIDNumber", "").strip() != str(number):
        found = data.get("sequenceIDNumber", "")[:20]
        findings.refuse("st26-numbering", line=data.sourceline, number=number, found=found)
    sequence = data.find("INSDSeq")
    length, molecule, division = (_text(sequence, name) for name in ("length", "moltype", "division"))
    residues = sequence.find("INSDSeq_sequence")
    letters = (residues.text or "").strip()
    if letters == SKIPPED:
        if length or molecule or division or sequence.find("INSDSeq_feature-table") is not None:
            findings.refuse("st26-skipped", line=residues.sourceline, number=number)
        return
    if molecule not in ALPHABETS:
        line = sequence.find("INSDSeq_moltype").sourceline
        findings.refuse("st26-moltype", line=line, number=number, found=molecule[:20] or "–")
        return
    if division != "PAT":
        line = sequence.find("INSDSeq_division").sourceline
        findings.refuse("st26-division", line=line, number=number, found=division[:20] or "–")
    _residues(letters, molecule, number, residues.sourceline, findings)
    if length != str(len(letters)):
        line = sequence.find("INSDSeq_length").sourceline
        findings.refuse("st26-length", line=line, number=number, stated=length[:20] or "–", length=len(letters))
    _features(sequence, molecule, number, findings)


def _residues(letters: str, molecule: str, number: int, line: int, findings: Findings) -> None:
    alphabet = ALPHABETS[molecule]
    for place, letter in enumerate(letters, 1):
        if letter not in alphabet:
            findings.refuse("st26-residue", line=line, number=number, place=place, found=letter, molecule=molecule)
            return
    defined = len(letters) - letters.count(UNDEFINED[molecule])
    if defined < FEWEST[molecule]:
        findings.refuse("st26-too-short", line=line, number=number, defined=defined, least=FEWEST[molecule])


def _features(sequence: Any, molecule: str, number: int, findings: Findings) -> None:
    """The feature "source" with organism and kind of molecule is mandatory (paragraphs 64, 75 and Annex I)."""
    source: dict[str, str] | None = None
    for feature in sequence.iterfind("INSDSeq_feature-table/INSDFeature"):
        named = {}
        for qualifier in feature.iterfind("INSDFeature_quals/INSDQualifier"):
            name = (qualifier.findtext("INSDQualifier_name") or "").strip().lower()
            named[name] = (qualifier.findtext("INSDQualifier_value") or "").strip()
            _qualifier(qualifier, name, number, findings)
        if (feature.findtext("INSDFeature_key") or "").strip().lower() == "source":
            source = named
    line = sequence.sourceline
    if source is None:
        findings.refuse("st26-no-source", line=line, number=number)
        return
    for name in ("mol_type", "organism"):
        if name not in source:
            findings.refuse("st26-no-qualifier", line=line, number=number, qualifier=name)
    if "mol_type" in source and source["mol_type"] not in MOL_TYPES[molecule]:
        findings.refuse("st26-mol-type", line=line, number=number, found=source["mol_type"][:40], molecule=molecule)


def _qualifier(qualifier: Any, name: str, number: int, findings: Findings) -> None:
    line = qualifier.sourceline
    english, other = qualifier.findtext("INSDQualifier_value"), qualifier.findtext("NonEnglishQualifier_value")
    if english and not BASIC_LATIN.fullmatch(english):
        findings.refuse("st26-characters", line=line, number=number, qualifier=name[:40])
    if other is not None and name not in FREE_TEXT:
        findings.refuse("st26-not-free-text", line=line, number=number, qualifier=name[:40])
    if name in FREE_TEXT and max(len(english or ""), len(other or "")) > LONGEST_TEXT:
        findings.refuse("st26-text-too-long", line=line, number=number, qualifier=name[:40], limit=LONGEST_TEXT)


def _text(sequence: Any, name: str) -> str:
    return (sequence.findtext(f"INSDSeq_{name}") or "").strip()
