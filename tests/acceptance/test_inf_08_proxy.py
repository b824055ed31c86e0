"""INF-08: the portal through its proxy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.applicant import Applicant
from tests.support.documents import pdf_of_size
from tests.support.portal_client import PortalClient
from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

# What a browser must be told on every answer, and what must stand in it.
HEADERS = {
    "strict-transport-security": "max-age=",
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "",
}
PAGES = ("/sign-in", "/no-such-page", "/health/live")


@pytest.mark.checklist("INF-08")
def test_portal_is_reached_through_the_proxy_alone(
    servers: Servers, outside: Server, portal_name: str, trust: str, look: Looker
) -> None:
    """Beside the proxy there are no limits, no encryption and no record of the client."""
    answer = look.at(
        outside, f"curl -sS --max-time 10 --cacert {trust} -o /dev/null -D - https://{portal_name}/health/live"
    )
    server = [line for line in answer.lower().splitlines() if line.startswith("server:")]
    assert server, "no proxy names itself"
    assert not any(digit in server[0] for digit in "0123456789"), f"the proxy tells its version: {server[0]}"
    for host in servers.group("portal"):
        listening = look.at(host, "ss -Hltnp | grep -E 'gunicorn|portal|python' || true")
        open_to_all = [line for line in listening.splitlines() if "127.0.0.1:" not in line and "[::1]:" not in line]
        assert not open_to_all, f"the portal of {host.name} listens beside its proxy: {open_to_all}"


@pytest.mark.checklist("INF-08")
def test_answers_carry_the_security_headers(outside: Server, portal_name: str, trust: str, look: Looker) -> None:
    """One page without them is the page in which another site frames the portal, or runs its script."""
    for path in PAGES:
        answer = look.at(
            outside, f"curl -sS --max-time 10 --cacert {trust} -o /dev/null -D - https://{portal_name}{path}"
        )
        found = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in answer.splitlines()[1:])
        }
        for name, needed in HEADERS.items():
            assert name in found, f"{path} lacks {name}"
            assert needed in found[name], f"{path} has {name}: {found[name]}"
        assert "unsafe-" not in found["content-security-policy"], f"{path} allows unsafe content"


@pytest.mark.checklist("INF-08")
def test_largest_allowed_upload_is_accepted_and_one_byte_more_is_refused(
    servers: Servers, new_client: Callable[[], PortalClient], evidence
) -> None:
    """A limit of the proxy below the portal's own turns an agent's drawing into a bare 413 on a term's last day."""
    limit = int(servers.variable("tier_upload_bytes", "portal"))
    applicant = Applicant.from_vault(servers, new_client(), "agent")
    applicant.sign_in()
    draft = applicant.new_draft()
    try:
        accepted = applicant.upload(draft, "priority-document", "largest.pdf", pdf_of_size(limit))
        evidence.observe("outside", f"POST {draft}/documents: a PDF of {limit} bytes", f"{accepted.status}")
        assert applicant.documents(draft) == ["largest.pdf"], f"not accepted: {accepted.text[:400]}"
        refused = applicant.upload(draft, "priority-document", "too-large.pdf", pdf_of_size(limit + 1))
        evidence.observe("outside", f"the same with {limit + 1} bytes", f"{refused.status}: {refused.text[:600]}")
        assert applicant.documents(draft) == ["largest.pdf"], "one byte more than allowed was accepted"
        assert refused.tree.xpath("//main"), "the refusal is not a page of the portal"
        said = refused.text.replace("\xa0", " ")
        stated = {str(limit), f"{limit / 10**6:.1f} MB", f"{limit / 2**20:g} MB"}
        assert any(size in said for size in stated), f"the refusal does not say what is allowed: {said[:400]}"
        far = applicant.upload(draft, "priority-document", "far-too-large.pdf", pdf_of_size(2 * limit))
        evidence.observe("outside", f"the same with {2 * limit} bytes", f"{far.status}: {far.text[:600]}")
        assert far.status == 413
        assert far.tree.xpath("//main/h1"), f"a bare page refuses what is far too large: {far.text[:400]}"
    finally:
        applicant.delete_draft(draft)
