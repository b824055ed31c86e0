"""INF-07: mail leaves over TLS, and from test and demo to nobody real."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Callable

import dkim
import dns.resolver
import pytest

from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

MAILBOXES = "/var/mail/vhosts"
TRAP = f"{MAILBOXES}/mail.outside.example"
REAL_AGENTS = f"{MAILBOXES}/agents.example"
PATIENCE = 20


def _arrived(look: Looker, outside: Server, token: str) -> str:
    """The file in which the message with `token` arrived; waits for the mail servers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = outside.host.run(f"grep -rl -e {token} {MAILBOXES}").stdout.split()
        if found:
            return str(found[0])
        time.sleep(0.4)
    look.attempt(outside, f"grep -rl -e {token} {MAILBOXES}")
    raise AssertionError(f"no message with {token} arrived within {PATIENCE} seconds")


@pytest.mark.checklist("INF-07")
def test_portals_message_arrives_outside_over_tls(portal_server: Server, outside: Server, look: Looker) -> None:
    """A message that nobody receives tells an agent nothing; one sent in the clear tells everybody."""
    token = f"probe-{uuid.uuid4().hex}"
    look.at(portal_server, f"portal send-test-mail {token}@mail.outside.example")
    message = look.at(outside, f"sed '/^\\r*$/q' {_arrived(look, outside, token)}")
    received = [line for line in message.replace("\n\t", " ").replace("\n  ", " ").splitlines() if "Received:" in line]
    assert received, "the message has no Received header"
    assert "ESMTPS" in received[0], f"the receiving server got it without TLS: {received[0]}"
    assert "TLSv1.2" in received[0] or "TLSv1.3" in received[0], f"an old TLS version: {received[0]}"


@pytest.mark.checklist("INF-07")
def test_message_is_signed_as_the_public_record_says(servers: Servers, outside: Server, look: Looker, evidence) -> None:
    """Large receivers put unsigned mail aside: the agent never sees the refusal whose term is running."""
    for server in servers.group("smtp"):
        token = f"signed-{uuid.uuid4().hex}"
        sender = str(servers.variable("tier_mail_domain", "smtp"))
        look.at(server, f"portal send-test-mail {token}@agents.example")
        message = base64.b64decode(look.at(outside, f"base64 {_arrived(look, outside, token)}"))
        signed = dkim.DKIM(message)
        assert signed.verify(dnsfunc=_texts(outside)), f"the signature that {server.name} made does not verify"
        assert signed.domain == sender.encode(), f"signed by {signed.domain!r}, and the sender is of {sender}"
        evidence.observe("outside", "signature", f"{server.name}: d={signed.domain!r} s={signed.selector!r}, verified")
        changed = message.replace(b"Subject: ", b"Subject: Not ", 1)
        assert not dkim.DKIM(changed).verify(dnsfunc=_texts(outside)), "a changed subject verifies as well"


def _texts(outside: Server) -> Callable[..., bytes | None]:
    """How a receiver looks up a TXT record: at the name service of `outside`, or of this machine for a real tier."""
    asks = dns.resolver.Resolver(configure=outside.host.backend.NAME == "local")
    if outside.host.backend.NAME != "local":
        asks.nameservers = [outside.address]

    def text(name: bytes, timeout: int = 5) -> bytes | None:
        answer = asks.resolve(name.decode(), "TXT", lifetime=timeout)
        return next((b"".join(record.strings) for record in answer), None)

    return text


@pytest.mark.checklist("INF-07")
def test_nothing_leaves_to_a_real_agent(portal_server: Server, outside: Server, look: Looker) -> None:
    """A rehearsed refusal that reaches a real agent makes them miss, or miscount, a real term."""
    exchanger = look.at(outside, "getent ahostsv4 mail.outside.example")
    assert exchanger.strip(), "the real agent's mail server must be within reach, or the test would prove nothing"
    token = f"agent-{uuid.uuid4().hex}"
    look.at(portal_server, f"portal send-test-mail {token}@agents.example")
    where = _arrived(look, outside, token)
    assert where.startswith(TRAP + "/"), f"it arrived at {where}"
    leaked = look.attempt(outside, f"grep -rl -e {token} {REAL_AGENTS}")[1]
    assert REAL_AGENTS not in leaked.replace("(exit", "").split("No such")[0].replace(f"grep: {REAL_AGENTS}", ""), (
        f"a real agent received it: {leaked}"
    )
    direct = f"{token}-direct@agents.example"
    look.at(
        portal_server,
        f"printf 'To: {direct}\\nCc: second-{direct}\\nSubject: {token}-direct\\n\\nprobe\\n' "
        f"| /usr/sbin/sendmail {direct} second-{direct}",
    )
    where = _arrived(look, outside, f"{token}-direct")
    assert where.startswith(TRAP + "/"), f"a message of another program on the server arrived at {where}"
