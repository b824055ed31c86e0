"""A client of the tus protocol 1.0.0, as a page's script speaks it to the portal."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from werkzeug.test import TestResponse

from tests.integration.portal.drafts import DraftPages

PART = "application/offset+octet-stream"


def metadata(**values: str) -> str:
    """Upload-Metadata: names with base64 of their values."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


@dataclass
class Tus:
    """Uploads of one draft."""

    draft: DraftPages

    def send(self, method: str, path: str, data: bytes = b"", **headers: str) -> TestResponse:
        client = self.draft.client
        given = {"Tus-Resumable": "1.0.0", "Accept": "application/json", "X-CSRFToken": client.csrf_token()}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name: value for name, value in given.items() if value}
        kind = given.pop("Content-Type", PART if method == "PATCH" else None)
        return client.open(path, method=method, data=data, headers=given, content_type=kind, csrf=False)

    def begin(self, size: int, kind: str = "priority-document", name: str = "a.pdf", **more: str) -> TestResponse:
        told = metadata(filename=name, kind=kind, **more)
        return self.send("POST", f"{self.draft.path}/uploads", Upload_Length=str(size), Upload_Metadata=told)

    def begun(self, size: int, **more: str) -> str:
        """The address of a new upload."""
        answer = self.begin(size, **more)
        assert answer.status_code == 201, answer.text
        assert answer.headers["Upload-Offset"] == "0"
        return str(answer.headers["Location"])

    def patch(self, address: str, offset: int, data: bytes, **headers: str) -> TestResponse:
        return self.send("PATCH", address, data, Upload_Offset=str(offset), **headers)

    def offset(self, address: str) -> int:
        """How much the portal says that it has."""
        answer = self.send("HEAD", address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])
