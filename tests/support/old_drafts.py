"""Drafts as earlier releases kept them, key by key: written down once, and never made from the present code."""

from __future__ import annotations

from typing import Any

SHAPE_1: dict[str, dict[str, Any]] = {
    "about": {"reference": "OLD/1"},
    "applicant": {
        "kind": "legal",
        "name": "Société Générale d’Épices «Zoë»",
        "street": "12 Harbour Road",
        "city": "Lumeria City",
        "postcode": "00100",
        "country": "KE",
        "email": "ip@zoe.example",
        "phone": "+000 555 0199",
    },
    "representative": {
        "represented": "yes",
        "kind": "natural",
        "name": "Amina Diallo",
        "street": "3 Court Lane",
        "city": "Lumeria City",
        "postcode": "00101",
        "country": "KE",
        "email": "amina@agents.example",
        "phone": "",
    },
    "mark": {"kind": "word", "text": "ÉPICES ZOË", "description": "", "colours": ""},
    "goods": {"classes": [{"number": "30", "terms": "Spices\nTea"}]},
    "priority": {"claims": []},
    "fees": {"discount": ""},
}
"""The first shape: one applicant, one power of attorney for each case, a mark without its use."""
