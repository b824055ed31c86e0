"""What came with a request and may be used: addresses of this portal only, numbers that a row can have."""

from __future__ import annotations

from urllib.parse import urlsplit

ROW = "int(max=2147483647)"
"""The converter of a row's number in an address: what no row can have leads nowhere, and never to the database."""


def row_number(value: str | None) -> int:
    """The number of a row that a form or a query names; 0, which no row has, when it names none."""
    is_number = value is not None and value.isascii() and value.isdigit() and len(value) <= 10
    number = int(value) if value and is_number else 0
    return number if number <= 2147483647 else 0


def next_path(value: str | None) -> str | None:
    """The path to go to after sign-in, or None when it would lead anywhere else than to this portal."""
    if not value or len(value) > 2000 or not value.startswith("/") or value.startswith(("//", "/\\")):
        return None
    if any(ord(char) < 32 or char == "\\" for char in value):
        return None
    parts = urlsplit(value)
    return None if parts.scheme or parts.netloc else value
