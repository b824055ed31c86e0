"""INF-03: the portal's public name."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker


@pytest.mark.checklist("INF-03")
def test_name_resolves_from_outside_to_the_proxy(
    servers: Servers, outside: Server, portal_name: str, portal_address: str, look: Looker
) -> None:
    """A name that only the office's own network knows keeps every agent out."""
    answer = look.at(outside, f"getent ahostsv4 {portal_name}")
    addresses = {line.split()[0] for line in answer.splitlines()}
    if servers.shared_address:  # a server's own address beside it would lead agents to a server that may be down
        assert addresses == {portal_address}, (
            f"{portal_name} is {addresses}, and the shared address is {portal_address}"
        )
    proxies = {server.address for server in servers.group("proxy")} | {portal_address}
    assert addresses & proxies, f"{portal_name} is {addresses}, and the proxy is {proxies}"


@pytest.mark.checklist("INF-03")
def test_one_server_holds_the_address_and_the_others_would_serve(
    servers: Servers, portal_name: str, trust_text: str, look: Looker
) -> None:
    """An address that two servers hold loses every other connection; one that nobody could take over is one server."""
    address = servers.shared_address
    assert address, "the tier's servers share no address: tier_shared_address is empty"
    held = [one.name for one in servers.group("address") if json.loads(look.at(one, "office-address status"))["holds"]]
    assert len(held) == 1, f"{address} is held by {held or 'nobody'}"
    for server in servers.group("address"):
        stand = json.loads(look.at(server, "office-address status"))
        assert stand["serves"], f"{server.name} could not take over: its portal is not ready behind its own proxy"
        assert not stand["taken_out"], f"{server.name} is taken out: bin/kit put-back production {server.name}"
        seen = look.at(
            server,
            f"printf %s {shlex.quote(trust_text)} > /tmp/kit-verify-roots.pem; curl -sS --max-time 10 --cacert "
            f"/tmp/kit-verify-roots.pem --resolve {portal_name}:443:{server.address} https://{portal_name}/health/ready",
            f"curl --resolve {portal_name}:443:{server.address} https://{portal_name}/health/ready",
        )
        assert '"version"' in seen, f"{server.name} would not serve {portal_name}: {seen[:200]}"


@pytest.mark.checklist("INF-03")
def test_portal_answers_under_its_name(outside: Server, portal_name: str, trust: str, look: Looker) -> None:
    """A proxy that answers with its own welcome page looks alive to a port check, and serves nobody."""
    live = look.at(outside, f"curl -sS --max-time 10 --cacert {trust} https://{portal_name}/health/ready")
    assert '"version"' in live, f"no portal behind {portal_name}: {live[:200]}"
    page = look.at(
        outside,
        f"curl -sSL --max-time 10 --cacert {trust} -o /dev/null -w '%{{http_code}} %{{url_effective}}' https://{portal_name}/",
    )
    code, address = page.split()
    assert code == "200", f"the front page of {portal_name} answers {code}"
    assert address.startswith(f"https://{portal_name}/"), f"the front page leads away, to {address}"


@pytest.mark.checklist("INF-03")
def test_plain_http_leads_to_https(outside: Server, portal_name: str, look: Looker) -> None:
    """An agent types the bare name: it must neither fail nor be served without encryption."""
    answer = look.at(
        outside,
        f"curl -sS --max-time 10 -o /dev/null -w '%{{http_code}} %{{redirect_url}}' http://{portal_name}/docket",
    )
    code, _, target = answer.partition(" ")
    assert code in ("301", "308"), f"plain HTTP answers {code}"
    assert target == f"https://{portal_name}/docket", f"plain HTTP leads to {target!r}"
