"""The browser suite: Debian's chromium at the rehearsed tier, or (with --portal-url) at a developer's portal.

    pytest tests/browser --tier test --rehearsal
    pytest tests/browser --portal-url http://127.0.0.1:8080 [--people .kit/dev/people.json]

Every page that a test looks at is judged by axe and kept as a picture, at desktop and phone width.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext

from kit.paths import DEV, ROOT
from tests.browser.looking import Looker
from tests.browser.people import Person
from tests.support.portal_client import Codes
from tests.support.servers import Servers

CHROMIUM = "/usr/bin/chromium"
EMAILS = {name: f"{name}@demo.example" for name in ("agent", "officer", "cashier")}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add what chooses the portal to look at."""
    pluginmanager.import_plugin("kit.checklist.pytest_plugin")
    pluginmanager.import_plugin("tests.support.tier_plugin")
    group = parser.getgroup("portal")
    group.addoption("--portal-url", default="", help="a developer's portal (bin/kit dev) instead of the rehearsed tier")
    group.addoption("--people", default=str(DEV / "people.json"), help="its people: JSON of passwords and TOTP keys")


@dataclass(frozen=True)
class Portal:
    """Where the portal is, how chromium finds and trusts it, and who can sign in."""

    url: str
    arguments: list[str]
    accounts: dict[str, tuple[str, Codes]]
    pictures: Path


@pytest.fixture(scope="session")
def rehearsal() -> bool:
    """Journeys file applications: they run on the local containers only."""
    return True


@pytest.fixture(scope="session")
def portal(request: pytest.FixtureRequest) -> Portal:
    """The portal of this run."""
    url = str(request.config.getoption("--portal-url")).rstrip("/")
    if not url:
        return _rehearsed(request)
    people = json.loads(Path(request.config.getoption("--people")).read_text())
    accounts = {name: (people[name]["password"], Codes(people[name]["totp"])) for name in EMAILS}
    return Portal(url, [], accounts, _pictures(ROOT / "reports" / "dev"))


def _rehearsed(request: pytest.FixtureRequest) -> Portal:
    from kit.tier import get

    servers: Servers = request.getfixturevalue("servers")
    name, address = request.getfixturevalue("portal_name"), request.getfixturevalue("proxy_server").address
    pin = verified_key(name, address, request.getfixturevalue("trust_text"))
    passwords = servers.variable("vault_demo_passwords", "portal")
    keys = servers.variable("vault_demo_totp", "portal")
    accounts = {person: (passwords[person], Codes(keys[person])) for person in EMAILS}
    arguments = [f"--host-resolver-rules=MAP {name} {address}", f"--ignore-certificate-errors-spki-list={pin}"]
    tier = get(request.getfixturevalue("tier"), rehearsal=True)
    return Portal(f"https://{name}", arguments, accounts, _pictures(tier.reports))


def verified_key(name: str, address: str, authorities: str) -> str:
    """Check the certificate against the tier's own authorities and name; the hash of its key, for chromium to pin.

    Chromium reads no authority from a file: what is verified here is what it is told to trust, and nothing else.
    """
    context = ssl.create_default_context(cadata=authorities)
    with (
        socket.create_connection((address, 443), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=name) as secure,
    ):
        certificate = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def _pictures(folder: Path) -> Path:
    place = Path(os.environ.get("KIT_REPORT_DIR") or folder) / "screens"
    place.mkdir(parents=True, exist_ok=True)
    return place


@pytest.fixture(scope="session")
def base_url(portal: Portal) -> str:
    """What pytest-playwright opens relative addresses against."""
    return portal.url


@pytest.fixture(scope="session")
def browser_type_launch_args(portal: Portal) -> dict[str, Any]:
    """Debian's chromium. It runs as root in CI, where its own sandbox cannot start."""
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage", *portal.arguments]}


@pytest.fixture
def visit(browser: Browser, portal: Portal) -> Iterator[Any]:
    """Makes a new visit: `visit("agent", "fr", width=390, javascript=False)`; nobody is signed in yet."""
    contexts: list[BrowserContext] = []

    def begin(person: str = "agent", language: str = "en", width: int = 1280, javascript: bool = True) -> Person:
        context = browser.new_context(
            base_url=portal.url,
            locale=language,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        password, codes = portal.accounts[person]
        looker = Looker(portal.pictures, language, width, javascript)
        return Person(context.new_page(), EMAILS[person], password, codes, looker)

    yield begin
    for context in contexts:
        context.close()
