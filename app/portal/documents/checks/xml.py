"""How XML from outside is read: nothing is fetched, no entity is expanded."""

from __future__ import annotations

from lxml import etree


def parser() -> etree.XMLParser:
    """A parser for one document."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
