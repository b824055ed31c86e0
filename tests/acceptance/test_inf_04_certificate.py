"""INF-04: the SSL certificate, as a browser outside sees it and as it lies on the proxy."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from cryptography import x509

from tests.support.pem import days_left, public_key_of
from tests.support.playbooks import playbook_command, run_playbook
from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

# A renewal that was missed for a week must show before a browser does it: half of a 90 days' certificate's last third.
DAYS_LEFT = 15
# The keys that the running proxy names, whichever of the two it is.
KEYS = (
    "pgrep -x nginx >/dev/null && nginx -T 2>/dev/null | awk '$1 == \"ssl_certificate_key\" {print $2}' | sort -u; "
    "pgrep -x apache2 >/dev/null && "
    "awk '$1 == \"SSLCertificateKeyFile\" {print $2}' /etc/apache2/apache2.conf | sort -u; true"
)


@pytest.fixture
def served(outside: Server, portal_name: str, look: Looker) -> x509.Certificate:
    """The certificate that the proxy shows to someone outside."""
    text = look.at(
        outside,
        f"openssl s_client -connect {portal_name}:443 -servername {portal_name} </dev/null 2>/dev/null | openssl x509",
    )
    return x509.load_pem_x509_certificate(text.encode())


@pytest.mark.checklist("INF-04")
def test_chain_leads_to_the_trusted_authority(outside: Server, portal_name: str, trust: str, look: Looker) -> None:
    """A chain without its intermediate works in the office and fails in an agent's browser."""
    text = look.at(
        outside,
        f"openssl s_client -connect {portal_name}:443 -servername {portal_name} -verify_return_error "
        f"-no-CApath -no-CAstore -CAfile {trust} </dev/null 2>&1 | grep -E 'depth|Verif|verify|error'",
    )
    assert "Verify return code: 0 (ok)" in text, "the chain does not lead to the trusted authority"


@pytest.mark.checklist("INF-04")
def test_certificate_is_for_the_portals_name(served: x509.Certificate, portal_name: str, evidence) -> None:
    """Browsers look at the alternative names alone; a common name is not enough."""
    names = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = names.get_values_for_type(x509.DNSName)
    evidence.observe("outside", "subject alternative names of the certificate served", ", ".join(found))
    assert portal_name in found, f"the certificate is for {found}, not for {portal_name}"


@pytest.mark.checklist("INF-04")
def test_key_matches_and_is_private(served: x509.Certificate, proxy_server: Server, look: Looker) -> None:
    """A certificate renewed without its key stops the proxy at its next restart; a readable key is anybody's."""
    path = look.at(proxy_server, KEYS)
    files = [line.rstrip(";") for line in path.split()]
    assert files, "the running proxy names no key"
    found = {file: look.at(proxy_server, f"openssl pkey -in {file} -pubout") for file in files}
    assert public_key_of(served) in {text.strip() for text in found.values()}, (
        "no key of the proxy is the certificate's"
    )
    for file in files:
        mode = look.at(proxy_server, f"stat -L -c %a {file}").strip()
        assert mode[-1] == "0", f"{file} can be read by every account (mode {mode})"


@pytest.mark.checklist("INF-04")
def test_enough_days_are_left(served: x509.Certificate, evidence) -> None:
    """An expired certificate is an outage, on a day nobody chose."""
    left = days_left(served)
    evidence.observe("outside", "last day of the certificate served", f"{served.not_valid_after_utc} ({left} days)")
    assert left >= DAYS_LEFT, f"{left} days are left, {DAYS_LEFT} are asked"


@pytest.mark.checklist("INF-04")
@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_current_protocol_version_is_spoken(outside: Server, portal_name: str, version: str, look: Looker) -> None:
    """Agents' older machines speak 1.2 only, and newer ones want 1.3."""
    code, text = look.attempt(outside, _handshake(portal_name, version))
    assert code == 0, f"{version} is not spoken: {text[-300:]}"


@pytest.mark.checklist("INF-04")
@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
def test_old_protocol_version_is_refused(outside: Server, portal_name: str, version: str, look: Looker) -> None:
    """TLS 1.0 and 1.1 were withdrawn (RFC 8996): what they carry can be read and changed on the way."""
    code, text = look.attempt(outside, _handshake(portal_name, version))
    assert code != 0, f"{version} is still spoken"
    assert "alert" in text, f"the proxy itself must refuse {version}; this machine could not even ask: {text[-300:]}"


@pytest.mark.checklist("INF-04")
def test_every_proxy_serves_the_same_certificate(
    servers: Servers, served: x509.Certificate, portal_name: str, look: Looker
) -> None:
    """A server that was left with the old certificate is noticed on the day it takes over, by every agent at once."""
    for server in servers.group("proxy"):
        text = look.at(
            server,
            f"openssl s_client -connect 127.0.0.1:443 -servername {portal_name} </dev/null 2>/dev/null | openssl x509",
        )
        assert x509.load_pem_x509_certificate(text.encode()) == served, f"{server.name} serves another certificate"


@pytest.mark.checklist("INF-04")
def test_renewal_runs_by_itself(servers: Servers, look: Looker) -> None:
    """Ninety days are over before anybody remembers; a renewal that fails must show while the old one still holds."""
    for server in servers.group("acme"):
        assert look.at(server, "systemctl is-active office-certificate.timer").strip() == "active"
        code, state = look.attempt(server, "systemctl is-failed office-certificate.service")
        assert code != 0, (
            f"the last renewal on {server.name} failed: journalctl -u office-certificate ({state.strip()})"
        )


def _handshake(name: str, version: str) -> str:
    """A handshake in one version; SECLEVEL=0 lets our own side speak even the old ones."""
    ciphers = "" if version == "tls1_3" else "-cipher 'ALL:@SECLEVEL=0'"
    return (
        f"said=$(openssl s_client -connect {name}:443 -servername {name} -{version} {ciphers} </dev/null 2>&1); "
        "code=$?; "
        "echo \"$said\" | grep -E 'alert|Protocol|error|Cipher is'; exit $code"
    )


@pytest.mark.checklist("INF-04")
def test_renewal_is_rehearsed(
    renewed: str, issued: bool, rehearsal: bool, proxy_server: Server, portal_name: str, trust_text: str, look: Looker
) -> None:
    """A renewal that was never tried fails on the night it is needed."""
    path = f"{renewed}/portal"
    # an authority's rehearsal has a root that nobody trusts: there the last certificate of the chain stands for it
    own_root = issued and not rehearsal
    trusted = look.at(proxy_server, f"cat {path}.crt") if own_root else trust_text
    chain = look.at(
        proxy_server,
        f"printf %s {shlex.quote(trusted)} > {renewed}/ca.pem; "
        f"openssl verify {'-partial_chain ' if own_root else ''}-no-CApath -no-CAstore -CAfile {renewed}/ca.pem "
        f"-untrusted {path}.crt "
        f"-verify_hostname {portal_name} {path}.crt",
    )
    assert f"{path}.crt: OK" in chain, "the renewed certificate would not be accepted"
    look.at(proxy_server, f"openssl x509 -in {path}.crt -noout -enddate -checkend {DAYS_LEFT * 86400}")
    own = look.at(proxy_server, f"openssl x509 -in {path}.crt -noout -pubkey").strip()
    key = proxy_server.run(f"openssl pkey -in {path}.key -pubout").strip()
    assert own == key, "the renewed certificate is not of the renewed key"


@pytest.fixture
def issued(servers: Servers) -> bool:
    """Whether an ACME authority issues the certificate: the server renews it by itself, no apply does."""
    return bool(servers.variable("tls_engine", "proxy", otherwise="internal") == "acme")


@pytest.fixture
def renewed(tier: str, rehearsal: bool, issued: bool, proxy_server: Server, look: Looker, evidence) -> Iterator[str]:
    """A directory on the proxy in which what renews its certificate has just made another."""
    directory = "/root/kit-rehearsed-renewal"
    arguments = playbook_command(tier, rehearsal, "tests/acceptance/renewal.yml", rehearsal_directory=directory)
    proxy_server.run(f"rm -rf {directory}; install -d -m 0700 {directory}")
    try:
        if issued:
            look.at(proxy_server, f"office-certificate rehearse {directory}")
        else:
            done = run_playbook(tier, rehearsal, arguments)
            evidence.observe("this machine", shlex.join(arguments), done)
        yield directory
    finally:
        proxy_server.run(f"rm -rf {directory}")
