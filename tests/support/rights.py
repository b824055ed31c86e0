"""What agents type for each right: complete sections of a trademark, a patent and a design application."""

from __future__ import annotations

from portal.drafting.fields import Data

PARTY: Data = {
    "kind": "legal", "name": "Baobab Foods Ltd", "street": "12 Harbour Road", "city": "Lumeria City",
    "postcode": "", "country": "KE", "email": "legal@baobab.example", "phone": "",
}  # fmt: skip
PERSON: Data = {
    "name": "Amina Diallo", "street": "3 Court Lane", "city": "Lumeria City", "postcode": "00101", "country": "KE",
    "email": "", "phone": "",
}  # fmt: skip
NOBODY: Data = {"represented": "no", **dict.fromkeys(PARTY, ""), "authority": "", "authority_number": ""}

TRADEMARK: dict[str, Data] = {
    "about": {"reference": "BAO/1"},
    "applicants": {"parties": [PARTY]},
    "representative": NOBODY,
    "mark": {"kind": "word", "use": "individual", "text": "BAOBAB", "description": "", "colours": "", "vienna": ""},
    "goods": {"classes": [{"number": "30", "terms": "coffee\ntea"}]},
    "priority": {"claims": []},
    "fees": {"discount": ""},
}
PATENT: dict[str, Data] = {
    "about": {"reference": "BAO/2"},
    "applicants": {"parties": [PARTY, {**PERSON, "kind": "natural", "email": "amina@agents.example"}]},
    "representative": NOBODY,
    "inventors": {"parties": [PERSON]},
    "invention": {
        "title": "A cup",
        "abstract": "A cup that keeps what is in it warm by a double wall.",
        "claims": "12",
        "drawings": "2",
        "sequences": "no",
        "symbols": "A47G 19/22",
    },
    "fees": {"discount": ""},
}
DESIGN: dict[str, Data] = {
    "about": {"reference": "BAO/3"},
    "applicants": {"parties": [PARTY]},
    "representative": NOBODY,
    "designers": {"parties": [PERSON]},
    "designs": {
        "designs": [
            {"product": "Chair", "locarno": "06-01", "description": ""},
            {"product": "Lamp", "locarno": "26-05", "description": "The base is of glass."},
        ]
    },
    "publication": {"deferred": "yes", "months": "6"},
    "fees": {"discount": ""},
}
