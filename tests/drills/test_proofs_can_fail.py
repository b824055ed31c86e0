"""Every proof is itself proved: one thing is broken, its test must fail; mended, it must pass again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.checklist.results import TestResult, read_file
from kit.checklist.rules import Outcome
from kit.paths import ROOT
from tests.support.servers import Server, Servers

CERTIFICATE, KEY, AUTHORITY = (f"/etc/ssl/office/portal.{part}" for part in ("crt", "key", "drill-ca"))
NGINX = "/etc/nginx/nginx.conf"
POSTFIX = "/etc/postfix/main.cf"
ACCOUNT = "'portal_application'@'localhost'"
STATUS = "/var/lib/backup-status"


@dataclass(frozen=True)
class Fault:
    """What to break on a group's first server, how to mend it, and the test that must notice.

    Commands run as root by sh. `says` is a part of the test's message: it must fail for this reason, not for another.
    """

    test: str
    group: str
    break_it: str
    mend_it: str
    says: str

    def __str__(self) -> str:
        return self.test.rpartition("::")[2]


def nginx(edit: str) -> tuple[str, str]:
    """Change nginx's running configuration by a sed program, and take it back."""
    return (
        f"cp -p {NGINX} {NGINX}.drill && sed -i '{edit}' {NGINX} && nginx -t -q && systemctl reload nginx && sleep 1",
        f"mv {NGINX}.drill {NGINX} && systemctl reload nginx && sleep 1",
    )


def certificate(options: str) -> tuple[str, str]:
    """Serve another certificate for the same key, and take it back."""
    return (
        f"cp -p {CERTIFICATE} {CERTIFICATE}.drill && {options} && systemctl reload nginx && sleep 1",
        f"mv {CERTIFICATE}.drill {CERTIFICATE} && rm -f {AUTHORITY}* && systemctl reload nginx && sleep 1",
    )


def setting(name: str, wrong: str, right: str) -> tuple[str, str]:
    """Change a setting of the database, and take it back."""
    return f"mariadb -e 'SET GLOBAL {name} = {wrong}'", f"mariadb -e 'SET GLOBAL {name} = {right}'"


def open_port(port: int, listener: str = "") -> tuple[str, str]:
    """Open a port in the firewall (with a service behind it, if asked), and close it again."""
    server = (
        f"systemd-run --quiet --collect --unit=kit-drill /usr/bin/python3 -c '{listener}' && sleep 1"
        if listener
        else "true"
    )
    handle = f"$(nft -a list chain inet office input | awk '/dport {port} accept/ {{print $NF}}' | tail -1)"
    return (
        f"{server} && nft insert rule inet office input tcp dport {port} accept",
        f"nft delete rule inet office input handle {handle}; systemctl stop kit-drill 2>/dev/null || true",
    )


EXPIRING = f"openssl x509 -in {CERTIFICATE}.drill -signkey {KEY} -days 3 -copy_extensions copy -out {CERTIFICATE}"
SELF_SIGNED = f"openssl x509 -in {CERTIFICATE}.drill -signkey {KEY} -days 90 -copy_extensions copy -out {CERTIFICATE}"
OTHER_NAME = (
    f"openssl req -x509 -key {KEY} -days 90 -subj /CN=other.example -addext subjectAltName=DNS:other.example "
    f"-out {CERTIFICATE}"
)
LISTEN = 'import socket,time; s=socket.create_server(("",28018)); time.sleep(120)'
A = "test_inf_"

FAULTS = (
    Fault(
        f"{A}03_name.py::test_portal_answers_under_its_name",
        "proxy",
        "systemctl stop nginx",
        "systemctl start nginx",
        "curl",
    ),
    Fault(
        f"{A}03_name.py::test_name_resolves_from_outside_to_the_proxy",
        "outside",
        "systemctl stop dnsmasq",
        "systemctl start dnsmasq",
        "getent",
    ),
    Fault(f"{A}04_certificate.py::test_enough_days_are_left", "proxy", *certificate(EXPIRING), "days are left"),
    Fault(
        f"{A}04_certificate.py::test_chain_leads_to_the_trusted_authority",
        "proxy",
        *certificate(SELF_SIGNED),
        "trusted authority",
    ),
    Fault(
        f"{A}04_certificate.py::test_certificate_is_for_the_portals_name",
        "proxy",
        *certificate(OTHER_NAME),
        "the certificate is for",
    ),
    Fault(
        f"{A}04_certificate.py::test_old_protocol_version_is_refused",
        "proxy",
        *nginx(
            "s/ssl_protocols .*/ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/; "
            "s/ssl_ciphers .*/ssl_ciphers ALL:@SECLEVEL=0;/"
        ),
        "still spoken",
    ),
    Fault(
        f"{A}05_signing.py::test_form_signed_on_the_host_validates",
        "signing",
        "mv /etc/portal/signing.p12 /etc/portal/signing.p12.drill",
        "mv /etc/portal/signing.p12.drill /etc/portal/signing.p12",
        "sign-test",
    ),
    Fault(
        f"{A}06_database.py::test_application_account_cannot_create_a_table",
        "database",
        f'mariadb -Ne "SHOW GRANTS FOR {ACCOUNT}" | sed "s/$/;/" > /root/kit-drill.sql '
        f'&& mariadb -e "GRANT ALL ON portal.* TO {ACCOUNT}"',
        f'mariadb -e "DROP TABLE IF EXISTS portal.kit_probe; REVOKE ALL PRIVILEGES ON portal.* FROM {ACCOUNT}" '
        "&& mariadb < /root/kit-drill.sql && rm /root/kit-drill.sql",
        "may: CREATE TABLE",
    ),
    Fault(
        f"{A}06_database.py::test_commits_are_durable",
        "database",
        *setting("innodb_flush_log_at_trx_commit", "2", "1"),
        "innodb_flush_log_at_trx_commit",
    ),
    Fault(
        f"{A}06_database.py::test_database_answers_nobody_else",
        "database",
        "nft insert rule inet office input tcp dport 3306 accept && printf '[mysqld]\\nbind-address = 0.0.0.0\\n' "
        "> /etc/mysql/mariadb.conf.d/99-kit-drill.cnf && systemctl restart mariadb",
        "rm -f /etc/mysql/mariadb.conf.d/99-kit-drill.cnf && systemctl restart mariadb && "
        "nft delete rule inet office input handle "
        "$(nft -a list chain inet office input | awk '/dport 3306 accept/ {print $NF}' | head -1)",
        "answers outside",
    ),
    Fault(
        f"{A}07_mail.py::test_nothing_leaves_to_a_real_agent",
        "smtp",
        f"cp -p {POSTFIX} {POSTFIX}.drill && postconf -e recipient_canonical_maps= transport_maps= "
        "default_transport=smtp relay_transport=smtp smtp_tls_security_level=encrypt && systemctl reload postfix",
        f"mv {POSTFIX}.drill {POSTFIX} && systemctl reload postfix && postsuper -d ALL",
        "agents.example",
    ),
    Fault(
        f"{A}07_mail.py::test_portals_message_arrives_outside_over_tls",
        "smtp",
        f"cp -p {POSTFIX} {POSTFIX}.drill && postconf -e smtp_tls_security_level=none && systemctl reload postfix",
        f"mv {POSTFIX}.drill {POSTFIX} && systemctl reload postfix",
        "without TLS",
    ),
    Fault(
        f"{A}08_proxy.py::test_answers_carry_the_security_headers",
        "proxy",
        *nginx("s/add_header Strict-Transport-Security.*/proxy_hide_header Strict-Transport-Security;/"),
        "strict-transport-security",
    ),
    Fault(
        f"{A}08_proxy.py::test_largest_allowed_upload_is_accepted_and_one_byte_more_is_refused",
        "proxy",
        *nginx("s/client_max_body_size .*/client_max_body_size 8m;/"),
        "not accepted",
    ),
    Fault(
        f"{A}09_firewall.py::test_only_the_tcp_ports_of_the_access_table_answer",
        "proxy",
        *open_port(28018, LISTEN),
        "28018",
    ),
    Fault(
        f"{A}09_firewall.py::test_a_service_nobody_announced_is_not_reachable",
        "proxy",
        *open_port(28017),
        "lets anyone reach",
    ),
    Fault(
        f"{A}10_tracking.py::test_forged_address_is_not_believed",
        "proxy",
        *nginx("s|^http {|http { set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;|"),
        "believes",
    ),
    Fault(
        "test_ops_07_backup.py::test_newest_backup_is_recent",
        "backup",
        'mv /usr/bin/borgmatic /usr/bin/borgmatic.drill && printf \'#!/bin/sh\\n/usr/bin/borgmatic.drill "$@" '
        '| sed "s/20[2-9][0-9]-/2001-/g"\\n\' > /usr/bin/borgmatic && chmod 755 /usr/bin/borgmatic',
        "mv /usr/bin/borgmatic.drill /usr/bin/borgmatic",
        "old",
    ),
    Fault(
        "test_ops_07_backup.py::test_last_restore_drill_passed_and_is_recent",
        "backup",
        f"mv {STATUS}/drill.json {STATUS}/drill.json.drill",
        f"mv {STATUS}/drill.json.drill {STATUS}/drill.json",
        "drill.json",
    ),
    Fault(
        "test_ops_07_backup.py::test_copy_is_held_off_the_host",
        "outside",
        "mv /srv/backup /srv/backup.drill",
        "mv /srv/backup.drill /srv/backup",
        "borgmatic",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_broken_thing_is_noticed_and_a_mended_one_passes(
    fault: Fault, servers: Servers, tier: str, tmp_path: Path
) -> None:
    """A check that cannot fail proves nothing, and everyone believes it."""
    server = servers.group(fault.group)[0]
    _do(server, fault.break_it)
    try:
        broken = outcomes(fault.test, tier, tmp_path / "broken.jsonl")
    finally:
        _do(server, fault.mend_it)
    failed = [one for one in broken if one.outcome is Outcome.FAILED]
    assert failed, f"{fault} did not notice: {fault.break_it}"
    assert any(fault.says in one.message for one in failed), f"{fault} failed for another reason: {failed[0].message}"
    mended = outcomes(fault.test, tier, tmp_path / "mended.jsonl")
    assert {one.outcome for one in mended} == {Outcome.PASSED}, f"still failing: {[one.message for one in mended]}"


def outcomes(test: str, tier: str, results: Path) -> list[TestResult]:
    """What one acceptance test says of the rehearsed tier, in a pytest of its own as `verify` runs it."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"tests/acceptance/{test}",
        "-p",
        "no:cacheprovider",
        "-q",
        "--rehearsal",
    ]
    done = subprocess.run(
        [*command, f"--tier={tier}", f"--results={results}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = list(read_file(results).results.values())
    assert found, f"{test} did not run: {done.stdout[-1500:]}"
    return found


def _do(server: Server, command: str) -> None:
    code, text = server.attempt(command)
    assert code == 0, f"{command!r} on {server.name} ended with {code}: {text[-600:]}"
