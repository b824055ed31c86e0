"""Addresses that came with a request and may be followed: only the portal's own."""

from __future__ import annotations

from urllib.parse import urlsplit


def next_path(value: str | None) -> str | None:
    """The path to go to after sign-in, or None when it would lead anywhere else than to this portal."""
    if not value or len(value) > 2000 or not value.startswith("/") or value.startswith(("//", "/\\")):
        return None
    if any(ord(char) < 32 or char == "\\" for char in value):
        return None
    parts = urlsplit(value)
    return None if parts.scheme or parts.netloc else value
