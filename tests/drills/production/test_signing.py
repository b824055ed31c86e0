"""The signing token and the time-stamp authority away for a minute, under submissions: every filing is acknowledged."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.drills.faults import SIGNING_KEY
from tests.support.applicant import Applicant
from tests.support.servers import Server, Servers

pytestmark = pytest.mark.tiers("production")

MINUTE = 60
LONGEST = 30
"""Seconds for one acknowledgement in a rehearsal whose servers share two cores; far below any time-out of the proxy."""
AUTHORITY = ("systemctl stop stand-in-timestamps", "systemctl start stand-in-timestamps")


@contextmanager
def away(servers: list[Server], commands: tuple[str, str]) -> Iterator[None]:
    """Something is not there on any of these servers while the block runs; no process is restarted."""
    take_away, put_back = commands
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.run, put_back)
            server.run(take_away)
        yield


@pytest.mark.parametrize("what", ["token", "authority"])
def test_away_for_a_minute_it_delays_receipts_and_no_acknowledgement(
    servers: Servers, agent: Applicant, what: str
) -> None:
    """The date counts when the documents are received; who signs or stamps the receipt is the office's own concern."""
    drafts = [agent.complete_draft(f"drill-{uuid.uuid4().hex[:12]}") for _ in range(6)]
    places = servers.group("signing") if what == "token" else servers.group("outside")
    numbers, times = [], []
    with away(places, SIGNING_KEY if what == "token" else AUTHORITY):
        until = time.monotonic() + MINUTE
        for draft in drafts:
            begun = time.monotonic()
            numbers.append(agent.number_of(agent.submit(draft)))
            times.append(time.monotonic() - begun)
        assert [number for number in numbers if agent.receipt(number)] == [], f"receipts were issued without the {what}"
        time.sleep(max(0.0, until - time.monotonic()))
    assert max(times) < LONGEST, f"an acknowledgement took {max(times):.1f} s"
    assert len(set(numbers)) == len(drafts), f"a number stands twice: {numbers}"
    deadline = time.monotonic() + 300
    missing = set(numbers)
    while missing and time.monotonic() < deadline:
        missing = {number for number in missing if not agent.receipt(number)}
        time.sleep(2 if missing else 0)
    assert not missing, f"no receipt followed for {sorted(missing)}"
    server = servers.group("portal")[0]
    for number in numbers:
        receipt = agent.receipt(number)
        assert receipt is not None
        assert receipt.count(b"/DocTimeStamp") >= 1, f"the receipt of {number} was not stamped"
        assert '"state": "valid"' in verdict(server, receipt)


def test_a_refused_pin_is_offered_once(servers: Servers) -> None:
    """A few wrong tries lock a token, and with it every receipt of the office, until its maker comes."""
    server = servers.group("signing")[0]
    settings = "/etc/portal/settings.toml"
    wrong = (
        f"cp -p {settings} {settings}.drill && "
        f"sed -i 's/^signing_pkcs11_pin = .*/signing_pkcs11_pin = \"not-it-at-all\"/' {settings}"
    )
    with away([server], (wrong, f"mv {settings}.drill {settings}; rm -f /var/lib/portal-signing/state/pin.refused")):
        first = server.attempt("portal sign-test >/dev/null")
        second = server.attempt("portal sign-test >/dev/null")
        doctor = server.attempt("portal doctor")
    assert (first[0], second[0]) == (1, 1)
    assert "refused its PIN" in first[1], first[1]
    assert "refused this PIN before" in second[1], second[1]
    assert "vault_signing_pin" in doctor[1], doctor[1]
    assert server.attempt("portal sign-test >/dev/null")[0] == 0, "the right PIN is not taken any more"


def verdict(server: Server, receipt: bytes) -> str:
    """What the portal's own command says of a receipt."""
    file = f"/run/kit-receipt-{uuid.uuid4().hex[:8]}.pdf"
    encoded = base64.b64encode(receipt).decode()
    return server.attempt(f"echo {encoded} | base64 -d > {file}; portal verify-receipt --json {file}; rm {file}")[1]
