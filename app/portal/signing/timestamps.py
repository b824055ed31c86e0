"""The time-stamp authority (RFC 3161): asked over HTTP, and left alone for a while when it is away."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps.api import TimeStamper

from portal.settings import Settings
from portal.signing.pdf import stamped_at

LARGEST = 1024 * 1024
TIMEOUT = 4.0
"""Seconds for one answer. A receipt asks for two timestamps, while the person who filed looks on."""
HOLD_OFF = 20.0
"""Seconds for which an authority that failed is left alone: until then every request is refused at once."""


class TimestampAway(Exception):
    """No timestamp can be had now; what needs one waits in the outbox."""


@dataclass(frozen=True)
class Source:
    """Where timestamps come from, and the roots (a PEM file) that they must lead to."""

    url: str
    trust: Path | None
    user: str = ""
    password: str = field(default="", repr=False)


class Authority(TimeStamper):
    """One authority as seen from this process; safe to ask from any thread. Raises TimestampAway."""

    def __init__(self, source: Source) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.source = source
        self._away_until = 0.0
        self._why = ""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        if time.monotonic() < self._away_until:
            raise TimestampAway(self._why)
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (OSError, ValueError, TypeError, KeyError) as error:  # refused, a stale answer, or no answer at all
            raise self.failed(error) from error

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._post(req.dump()))

    def failed(self, error: Exception) -> TimestampAway:
        """Leave it alone for a while, and say why."""
        self._why = f"the time-stamp authority {self.source.url}: {getattr(error, 'reason', error)}"
        self._away_until = time.monotonic() + HOLD_OFF
        return TimestampAway(self._why)

    def _post(self, query: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        if self.source.user:
            told = base64.b64encode(f"{self.source.user}:{self.source.password}".encode()).decode()
            headers["Authorization"] = f"Basic {told}"
        request = urllib.request.Request(self.source.url, query, headers)  # noqa: S310 - a setting, http(s) only
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            kind = answer.headers.get_content_type()
            if kind != "application/timestamp-reply":
                raise ValueError(f"it answered with {kind}, which is no timestamp")
            content: bytes = answer.read(LARGEST)
            return content


def now_by(source: Authority) -> datetime:
    """The present instant as the authority states it (aware, UTC); raises TimestampAway."""
    digest = hashlib.sha256(b"What time is it?").digest()
    token = asyncio.run(source.async_timestamp(digest, "sha256"))
    return stamped_at(token["content"])


_authorities: dict[Source, Authority] = {}
_lock = threading.Lock()


def authority(settings: Settings) -> Authority | None:
    """This process's time-stamp authority; None where none is configured."""
    if settings.timestamp_url is None:
        return None
    source = Source(
        str(settings.timestamp_url),
        settings.timestamp_trust,
        settings.timestamp_user,
        settings.timestamp_password.get_secret_value(),
    )
    with _lock:
        if source not in _authorities:
            _authorities[source] = Authority(source)
        return _authorities[source]
