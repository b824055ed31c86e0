"""What stands in front of every page: allowed host names, the session's life, and the security headers."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, abort, current_app, request, session

from portal.context import settings
from portal.settings import Tier

SESSION_LIFE = 12 * 3600
SESSION_IDLE = 30 * 60
FORM_BYTES = 8 * 1024 * 1024
"""What may be typed into one form: 45 classes of 20,000 characters, each of them sent as nine bytes."""
SEEN_EVERY = 120
"""Seconds between two notes of 'seen' in the session: most requests then write no cookie."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def init_app(app: Flask) -> None:
    """Guard every request and answer."""
    portal = app.config["PORTAL"]
    secure = portal.tier is not Tier.DEVELOPMENT
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        ALLOWED_HOSTS=frozenset({portal.public_url.host, *portal.extra_hosts}),
    )
    app.before_request(_refuse_foreign_hosts)
    app.before_request(_limit_forms)
    app.before_request(_end_old_sessions)
    app.after_request(_add_headers)


def _refuse_foreign_hosts() -> None:
    """A forged Host header could put another site's address into the portal's own links."""
    if request.path.startswith("/health/"):
        return  # probes come by address
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if host.lower() not in current_app.config["ALLOWED_HOSTS"]:
        abort(400, "host")


def _limit_forms() -> None:
    """A form without a file is read whole into memory: it may not be as large as an upload."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = min(FORM_BYTES, current_app.config["MAX_CONTENT_LENGTH"])


def start_session(now: float | None = None) -> None:
    """Begin the life of a signed-in session."""
    session["born"] = session["seen"] = int(now or time.time())


def _end_old_sessions() -> None:
    if "_user_id" not in session:
        return
    now = int(time.time())
    seen = session.get("seen", 0)
    if now - session.get("born", 0) > SESSION_LIFE or now - seen > SESSION_IDLE:
        session.clear()
        session["ended"] = True
    elif now - seen > SEEN_EVERY:
        session["seen"] = now


def _add_headers(response: Response) -> Response:
    defaults: dict[str, Any] = dict(HEADERS)
    if settings().tier is not Tier.PRODUCTION:
        defaults["X-Robots-Tag"] = "noindex, nofollow"
    for name, value in defaults.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response
