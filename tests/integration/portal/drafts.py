"""A draft at the portal, filled by requests as a browser sends them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.portal_client import PortalClient

PARTY = {
    "kind": "legal", "name": "Baobab Foods Ltd", "street": "12 Harbour Road", "city": "Lumeria City",
    "postcode": "", "country": "KE", "email": "legal@baobab.example", "phone": "",
}  # fmt: skip
SECTIONS: dict[str, dict[str, str]] = {
    "applicants": {f"{name}-0": value for name, value in PARTY.items()},
    "mark": {"kind": "word", "text": "BAOBAB SUNRISE", "description": "", "colours": ""},
    "goods": {"number-0": "30", "terms-0": "coffee\ntea"},
}


@dataclass
class DraftPages:
    """The pages of one draft, for one person."""

    client: PortalClient
    path: str

    @classmethod
    def begin(cls, client: PortalClient, reference: str = "ZOE/17", service: str = "trademark-national") -> DraftPages:
        answer = client.post("/drafts/new", data={"service": service, "reference": reference})
        assert answer.status_code == 303, answer.text
        return cls(client, str(answer.headers["Location"]))

    @property
    def id(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def get(self, page: str = "", status: int = 200) -> str:
        answer = self.client.get(f"{self.path}{page}")
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def open(self, section: str) -> dict[str, str]:
        """The hidden fields of a section's page as it stands now."""
        text = self.get(f"/{section}")
        return {name: hidden(text, name) for name in ("version", "page")}

    def send(self, section: str, values: dict[str, Any], script: bool = False) -> TestResponse:
        headers = {"Accept": "application/json", "X-Portal-Save": "1"} if script else {}
        return self.client.post(f"{self.path}/{section}", data=values, headers=headers)

    def save(self, section: str, **values: str) -> TestResponse:
        return self.send(section, {**self.open(section), **SECTIONS.get(section, {}), **values})

    def complete(self) -> None:
        for section in SECTIONS:
            assert self.save(section).status_code == 303

    def upload(self, kind: str, name: str, content: bytes) -> TestResponse:
        file = (io.BytesIO(content), name)
        return self.client.post(
            f"{self.path}/documents", data={"kind": kind, "file": file}, content_type="multipart/form-data"
        )


def declaration(client: PortalClient, draft_id: str, code: str) -> dict[str, str]:
    """The form of the submit page, as someone fills it who reads the page now."""
    page = client.get(f"/drafts/{draft_id}/submit").text
    return {"declaration": "y", "code": code, "fingerprint": hidden(page, "fingerprint")}


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, f"no {name} in the page"
    return found[1]
