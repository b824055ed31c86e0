"""Drafts for tests: typed through the drafting service, complete, with real files in the store."""

from __future__ import annotations

import copy
import io
from typing import Any

import pikepdf
from flask import current_app
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.db import transaction, utc_now
from portal.documents.store import Stored, store
from portal.drafting import service
from portal.drafting.models import DraftDocument
from portal.filing import service as filing
from portal.filing.models import Filing

COMPLETE: dict[str, dict[str, Any]] = {
    "applicants": {
        "parties": [
            {
                "kind": "legal",
                "name": "Café Zoë & Fils <Ltd>",
                "street": "12 Harbour Road",
                "city": "Lumeria City",
                "postcode": "00100",
                "country": "KE",
                "email": "ip@zoe.example",
                "phone": "+000 555 0199",
            }
        ]
    },
    "representative": {
        "represented": "yes",
        "authority": "case",
        "kind": "natural",
        "name": "Amina Diallo",
        "street": "3 Court Lane",
        "city": "Lumeria City",
        "postcode": "00101",
        "country": "KE",
        "email": "amina@agents.example",
        "phone": "",
    },
    "mark": {"kind": "word", "text": "ZOË", "description": "", "colours": ""},
    "goods": {"classes": [{"number": "30", "terms": "Coffee\nTea"}, {"number": "43", "terms": "Catering"}]},
    "priority": {"claims": []},
    "fees": {"discount": ""},
}


def pdf_bytes(pages: int = 2, mark: str = "") -> bytes:
    """A small sound PDF; `mark` makes one differ from another."""
    document, out = pikepdf.new(), io.BytesIO()
    for _page in range(pages):
        document.add_blank_page()
    document.docinfo["/Title"] = f"Power of attorney {mark}"
    document.save(out, deterministic_id=True)
    return out.getvalue()


def complete_draft(user: User, mark: str = "ZOË", **sections: dict[str, Any]) -> str:
    """A draft that can be filed, with its power of attorney; `sections` replace the usual answers."""
    profile = current_app.config["PROFILE"]
    draft = service.create(profile.services[0].code, "ZOE/2026-17", user, profile)
    answers = copy.deepcopy(COMPLETE) | sections
    answers["mark"] = {**answers["mark"], "text": mark}
    for name, data in answers.items():
        service.save_section(draft.id, name, data, 0, user)
    attach(draft.id, user, "power-of-attorney", "power of attorney.pdf", pdf_bytes())
    return draft.id


def draft_of(user: User, service_code: str, sections: dict[str, dict[str, Any]]) -> str:
    """A draft of a service with these sections, without a document."""
    profile = current_app.config["PROFILE"]
    draft = service.create(service_code, "", user, profile)
    for name, data in sections.items():
        service.save_section(draft.id, name, data, int(name == "about"), user)
    return draft.id


def attach(
    draft_id: str,
    user: User,
    kind: str,
    name: str,
    content: bytes,
    media_type: str = "application/pdf",
    pages: int = 2,
    position: str = "",
) -> str:
    """Attach a PDF of so many pages, or a picture, as if it had been uploaded and checked; returns its hash."""
    stored = store().put(content)
    _attach(draft_id, user, kind, name, media_type, stored, pages, position)
    return stored.sha512


@transaction
def _attach(
    session: Session,
    draft_id: str,
    user: User,
    kind: str,
    name: str,
    media_type: str,
    stored: Stored,
    pages: int,
    position: str,
) -> None:
    is_pdf = media_type == "application/pdf"
    draft = service.locked(session, draft_id, user)
    document = DraftDocument(
        kind=kind,
        file_name=name,
        format="pdf" if is_pdf else "image",
        media_type=media_type,
        size=stored.size,
        sha512=stored.sha512,
        pages=pages if is_pdf else None,
        position=position,
        received_by_id=user.id,
    )
    draft.documents.append(document)
    draft.updated_at = utc_now()


def file_draft(draft_id: str, user: User, language: str = "en") -> Filing:
    """File a draft as it stands now, as an agent who has just read it."""
    declared = filing.quote_draft(draft_id, user, language).fingerprint
    return filing.submit(draft_id, user, language, declared)
