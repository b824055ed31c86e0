"""One JSON line for each request: what was asked, by which address, how it ended and how long it took."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time

from flask import Flask, Response, g, request, session

from portal.db import utc_now

access = logging.getLogger("portal.access")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_.:-]{8,64}$")


def init_app(app: Flask) -> None:
    """Name each request and log it when it has been answered."""
    if not access.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        access.addHandler(handler)
        access.setLevel(logging.INFO)
        access.propagate = False
    app.before_request(_begin)
    app.after_request(_finish)


def request_id() -> str:
    """The name of this request: the proxy's own when it gave a sound one, else a new one."""
    name: str = g.get("request_id", "")
    return name


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(16)
    request.environ["HTTP_X_REQUEST_ID"] = g.request_id
    g.began = time.perf_counter()


def _finish(response: Response) -> Response:
    began = g.get("began")
    response.headers["X-Request-ID"] = request_id()
    line = {
        "at": utc_now().isoformat(timespec="milliseconds"),
        "request": request_id(),
        "address": request.remote_addr,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "bytes": response.content_length,
        "ms": round((time.perf_counter() - began) * 1000, 1) if began else None,
        "session": bool(session.get("_user_id")),
    }
    access.info(json.dumps(line, ensure_ascii=True))
    return response
