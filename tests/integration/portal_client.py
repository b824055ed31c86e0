"""The test client: speaks to the portal under its own name, and gives every form the token of its session."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

HOST = "filing.test.ipo.example"
BASE = f"https://{HOST}"


class PortalClient(FlaskClient):
    """A browser at the portal's address. `post(…, csrf=False)` sends a form without its token."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", BASE)
            if kwargs.get("method") == "POST" and csrf and not kwargs.get("json"):
                data = dict(kwargs.get("data") or {})
                data.setdefault("csrf_token", self.csrf_token())
                kwargs["data"] = data
        return super().open(*args, **kwargs)

    def csrf_token(self) -> str:
        """A token of this session, as a page of it would carry."""
        with self.session_transaction(base_url=BASE) as session:
            raw = session.setdefault("csrf_token", hashlib.sha256(os.urandom(32)).hexdigest()[:40])
        secret = self.application.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw))

    def sign_in(self, email: str, password: str, **more: Any) -> TestResponse:
        """Sign in on the page itself."""
        return self.post("/sign-in", data={"email": email, "password": password, **more})
