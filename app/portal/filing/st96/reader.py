"""Read an application's ST.96 XML, alone or attached to a PDF, as the sections of a draft.

The file is somebody else's: run as a module this is the small process that opens it (`portal.documents.sandbox`), the
file on standard input, the answer as JSON on standard output. Nothing is fetched, no entity is expanded.
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import pikepdf
from lxml import etree

from portal.documents.checks.xml import parser
from portal.documents.sandbox import keep_within
from portal.documents.verdict import Limits
from portal.filing.st96 import read_design, read_patent, read_trademark
from portal.filing.st96.elements import VERSION, qualified
from portal.filing.st96.source import Left, Node

MODULE = "portal.filing.st96.reader"
LARGEST_XML = 5_000_000
"""Bytes of an application: 45 classes of 20,000 characters are less than one million."""
MOST_LEFT = 200
NO_MEMORY = "bad_alloc"
BEGIN_OF_PDF, ENTITY = b"%PDF-", b"<!ENTITY"
ROOTS = {
    qualified("tmk:TrademarkApplication"): ("trademark", read_trademark.read),
    qualified("dgn:DesignApplication"): ("design", read_design.read),
    qualified("pat:BibliographicData"): ("patent", read_patent.read),
}


class NotRead(Exception):
    """The file is no application that can be read; `rule` says why, `values` what was found."""

    def __init__(self, rule: str, **values: Any) -> None:
        self.rule, self.values = rule, values
        super().__init__(f"{rule} {values}")


@dataclass(frozen=True)
class Imported:
    """What a file says.

    `sections` are those of a draft, as far as the file fills them; `documents` the kind, name and SHA-512 of what was
    attached to the filing that the file is of, which `origin` tells (office, number, language). `left` is what could
    not be taken over, at most MOST_LEFT of it; `more` is how many more there are.
    """

    right: str
    sections: dict[str, Any]
    documents: list[list[str]] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    more: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The same from `as_dict`, after its way through JSON."""
        return cls(**{**values, "left": [Left(**one) for one in values["left"]]})


def read(content: bytes) -> Imported:
    """Read an XML, or a PDF that has one attached; raises NotRead."""
    if not content:
        raise NotRead("empty")
    return _attached(content) if content.startswith(BEGIN_OF_PDF) else read_xml(content)


def read_xml(content: bytes) -> Imported:
    """Read an XML; raises NotRead."""
    root = Node(_root(content))
    right, of_right = ROOTS[root.element.tag]
    if right == "patent" and read_patent.is_utility_model(root):
        right = "utility-model"
    sections, documents, origin = of_right(root)
    left = root.left()
    return Imported(right, _filled(sections), documents, origin, left[:MOST_LEFT], max(0, len(left) - MOST_LEFT))


def _attached(content: bytes) -> Imported:
    """Read the application that a receipt or an application form carries."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            files = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    except pikepdf.PasswordError as error:
        raise NotRead("pdf-encrypted") from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise NotRead("not-examined" if NO_MEMORY in str(error) else "pdf-damaged") from error
    found = [held for name, held in sorted(files.items()) if name.lower().endswith(".xml")]
    if not found:
        raise NotRead("pdf-without")
    return read_xml(found[0])


def _root(content: bytes) -> Any:
    """The root of a document of the one version, in UTF-8 and complete in itself."""
    if len(content) > LARGEST_XML:
        raise NotRead("too-large", size=len(content), limit=LARGEST_XML)
    try:
        root = etree.fromstring(content, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        if ENTITY in content:
            raise NotRead("entities") from error
        position = getattr(error, "position", (1, 1))
        raise NotRead("not-xml", line=position[0] or 1, detail=str(getattr(error, "msg", error))[:200]) from error
    about: Any = root.getroottree().docinfo  # the stubs do not know all of it
    if about.doctype:
        raise NotRead("entities")
    if (about.encoding or "UTF-8").upper() not in ("UTF-8", "ASCII", "US-ASCII"):
        raise NotRead("other-encoding", found=about.encoding)
    if root.tag not in ROOTS:
        raise NotRead("other-root", found=etree.QName(root).localname[:100], line=root.sourceline or 1)
    if (version := root.get(qualified("com:st96Version"), "")) != VERSION:
        raise NotRead("other-version", found=version[:20], line=root.sourceline or 1)
    return root


def _filled(sections: dict[str, Any]) -> dict[str, Any]:
    """The sections in which something was found."""
    return {
        name: data
        for name, data in sections.items()
        if any(value for value in data.values()) and any(any(row.values()) for row in _rows(data))
    }


def _rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    rows = next((value for value in data.values() if isinstance(value, list)), None)
    return [data] if rows is None else rows


def main() -> None:
    """Read standard input and say what is in it, or why it cannot be read; leave with 1 when memory runs out."""
    keep_within(Limits())
    try:
        told: dict[str, Any] = {"imported": read(sys.stdin.buffer.read()).as_dict()}
    except NotRead as error:
        told = {"rule": error.rule, "values": error.values}
    except MemoryError:
        sys.exit(1)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
