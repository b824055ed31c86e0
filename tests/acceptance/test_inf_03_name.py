"""INF-03: the portal's public name."""

from __future__ import annotations

import pytest

from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker


@pytest.mark.checklist("INF-03")
def test_name_resolves_from_outside_to_the_proxy(
    servers: Servers, outside: Server, portal_name: str, look: Looker
) -> None:
    """A name that only the office's own network knows keeps every agent out."""
    answer = look.at(outside, f"getent ahostsv4 {portal_name}")
    addresses = {line.split()[0] for line in answer.splitlines()}
    proxies = {server.address for server in servers.group("proxy")}
    assert addresses & proxies, f"{portal_name} is {addresses}, and the proxy is {proxies}"


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
