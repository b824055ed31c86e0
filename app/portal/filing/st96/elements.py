"""Elements of ST.96: made by their prefixed name, holding only what XML may hold."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from lxml import etree

COM = "http://www.wipo.int/standards/XMLSchema/ST96/Common"
TMK = "http://www.wipo.int/standards/XMLSchema/ST96/Trademark"
DGN = "http://www.wipo.int/standards/XMLSchema/ST96/Design"
PAT = "http://www.wipo.int/standards/XMLSchema/ST96/Patent"
NAMESPACES = {"com": COM, "tmk": TMK, "dgn": DGN, "pat": PAT}
VERSION = "V6_0"
# What XML 1.0 cannot hold, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = Any


def clean(text: str) -> str:
    """Text as XML may hold it: composed (NFC), and U+FFFD for each character that XML forbids."""
    return FORBIDDEN.sub("\ufffd", unicodedata.normalize("NFC", text))


def qualified(name: str) -> str:
    """The name of `com:Contact` as the parser knows it."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def group(name: str, *children: Element | None, **attributes: object) -> Element | None:
    """An element that holds others; None where there are none to hold."""
    held = [child for child in children if child is not None]
    if not held:
        return None
    made = _made(name, attributes)
    made.extend(held)
    return made


def text(name: str, value: object, **attributes: object) -> Element | None:
    """An element that holds a text; None where there is none."""
    return None if value is None or value == "" else kept(name, value, **attributes)


def kept(name: str, value: object, **attributes: object) -> Element:
    """An element that holds a text, also an empty one: the standard asks for it."""
    made = _made(name, attributes)
    made.text = clean(str(value))
    return made


def document(root: Element) -> bytes:
    """The whole document in UTF-8, its namespaces declared once."""
    used = {prefix: uri for prefix, uri in NAMESPACES.items() if prefix == "com" or uri == etree.QName(root).namespace}
    root.set(qualified("com:st96Version"), VERSION)
    etree.cleanup_namespaces(root, top_nsmap=used)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _made(name: str, attributes: dict[str, object]) -> Element:
    made = etree.Element(
        qualified(name), nsmap={"com": COM, name.partition(":")[0]: NAMESPACES[name.partition(":")[0]]}
    )
    for key, value in attributes.items():
        made.set(qualified(f"com:{key}"), str(value))
    return made
