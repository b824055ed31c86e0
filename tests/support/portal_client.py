"""A person at the portal without a browser: fills the forms that the pages show, as the pages show them.

Used by the acceptance suite, the drills and the benchmarks. Every request goes to the address it was made with
(`tests.support.tunnel`), under the portal's own name and against the tier's own authority.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html
from requests.adapters import HTTPAdapter

STEP = 30
TIMEOUT = 60


class Refused(AssertionError):
    """The portal answered otherwise than the client's step expects; the message holds what the page says."""


def totp(secret: str, step: int) -> str:
    """The code of one 30-second step. Source: RFC 6238 with RFC 4226, SHA-1, six digits."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Codes:
    """Codes of one person, none twice: the portal spends each code that it accepts."""

    _known: ClassVar[dict[str, Codes]] = {}

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._last = 0

    @classmethod
    def of(cls, secret: str) -> Codes:
        """The codes of this secret: all visits of one person in this process share them."""
        return cls._known.setdefault(secret, cls(secret))

    def next(self) -> str:
        """A code that is valid now and was not given before; waits for the next step when it must."""
        while True:
            step = int(time.time()) // STEP
            candidate = max(step, self._last + 1)
            if candidate <= step + 1:
                self._last = candidate
                return totp(self._secret, candidate)
            time.sleep(1)


class _Elsewhere(HTTPAdapter):
    """Connects to another address and port than the name in the URL, and still checks the certificate of the name."""

    def __init__(self, name: str, address: str, port: int) -> None:
        self._name, self._target = name, f"https://{address}:{port}"
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, server_hostname=self._name, assert_hostname=self._name, **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        inner = request.copy()
        parts = urlsplit(request.url or "")
        inner.url = f"{self._target}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        inner.headers["Host"] = self._name
        response = super().send(inner, *args, **kwargs)
        response.url, response.request = request.url or "", request
        return response


@dataclass
class Page:
    """An answer of the portal, with the forms in it."""

    response: requests.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        parts = urlsplit(self.response.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def tree(self) -> Any:
        return html.document_fromstring(self.response.content or b"<html></html>", base_url=self.response.url)

    @property
    def text(self) -> str:
        """The words of the page's main part."""
        main = self.tree.xpath("//main") or [self.tree]
        return " ".join(main[0].text_content().split())

    def forms(self) -> list[Any]:
        return [form for form in self.tree.forms if (form.method or "GET").upper() == "POST"]

    def form_with(self, *names: str, action: str = "", chosen: Callable[[Any], bool] = lambda form: True) -> Any:
        """The form of the page that has all these fields (whose action ends so, and which is `chosen`, if given)."""
        for form in self.forms():
            fields = {one.get("name") for one in form.xpath(".//*[@name]")}
            if set(names) <= fields and (form.get("action") or self.path).endswith(action) and chosen(form):
                return form
        raise Refused(f"{self.path} ({self.status}) has no form with {', '.join(names)} {action}: {self.text[:600]}")

    def links(self, part: str) -> list[str]:
        return [link for link in self.tree.xpath("//a/@href") if part in link]


@dataclass
class PortalClient:
    """One person's visit. `verify` is the path of the authorities to trust.

    With `scheme` http it speaks to a portal without its proxy: the one that a benchmark or a developer runs.
    """

    name: str
    address: str
    port: int
    verify: str
    headers: Mapping[str, str] = field(default_factory=dict)
    scheme: str = "https"

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = self.verify
        self.session.headers.update({"User-Agent": "portal-client", "Accept-Language": "en", **self.headers})
        if self.scheme == "https":
            self.session.mount("https://", _Elsewhere(self.name, self.address, self.port))

    def get(self, path: str, *, expect: int | None = 200, **more: Any) -> Page:
        """Ask for a page; another status than expected is a Refused (None: any will do)."""
        page = Page(self.session.get(self._url(path), timeout=TIMEOUT, **more))
        return self._expected(page, expect)

    def send(
        self,
        page: Page,
        values: Mapping[str, Any],
        *,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        action: str = "",
        chosen: Callable[[Any], bool] = lambda form: True,
        expect: int | None = 200,
        **more: Any,
    ) -> Page:
        """Fill the form of `page` that has these fields, keep what it holds already, and send it."""
        form = page.form_with(*values, *(files or {}), action=action, chosen=chosen)
        data: dict[str, Any] = {}
        for key, value in form.form_values():
            data.setdefault(key, []).append(value)
        data.update({key: value for key, value in values.items() if value is not None})
        target = urljoin(page.response.url, form.get("action") or "")
        sent = self.session.post(target, data=data, files=files, timeout=TIMEOUT, **more)
        return self._expected(Page(sent), expect)

    def sign_in(self, email: str, password: str, *, expect: int | None = 200) -> Page:
        """Sign in; the page after it."""
        return self.send(self.get("/sign-in"), {"email": email, "password": password}, expect=expect)

    def _url(self, path: str) -> str:
        return urljoin(f"https://{self.name}/" if self.scheme == "https" else f"http://{self.name}:{self.port}/", path)

    def _expected(self, page: Page, expect: int | None) -> Page:
        if expect is not None and page.status != expect:
            raise Refused(f"{page.response.request.method} {page.path} answered {page.status}: {page.text[:600]}")
        return page
