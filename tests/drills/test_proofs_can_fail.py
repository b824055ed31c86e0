"""Every proof of the checklist is itself proved: one thing is broken, its test must fail; mended, it must pass again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kit.checklist.results import read_file
from kit.paths import ROOT
from tests.support.servers import Server, Servers


@dataclass(frozen=True)
class Fault:
    """What to break on which group's server, how to mend it, and the test that must notice.

    Both are run by bash as root. `names` (a part of the test's failure message) shows that it failed for this reason.
    """

    test: str
    break_it: str
    mend_it: str
    group: str = "test"
    names: str = ""

    def __str__(self) -> str:
        return self.test.partition("::")[2]


CRT = "/etc/ssl/office/portal.crt"
FORGE = "/etc/nginx/conf.d/zz-kit-drill.conf"
FAULTS = (
    Fault(
        "test_inf_03_name.py::test_portal_answers_under_its_name",
        "systemctl stop nginx",
        "systemctl start nginx",
        "proxy",
    ),
    Fault(
        "test_inf_03_name.py::test_name_resolves_from_outside_to_the_proxy",
        "systemctl stop dnsmasq",
        "systemctl start dnsmasq",
        "outside",
    ),
    Fault(
        "test_inf_04_certificate.py::test_enough_days_are_left",
        f"cp -p {CRT} {CRT}.drill && openssl x509 -in {CRT}.drill -key /etc/ssl/office/portal.key -days 3 -out {CRT} "
        "&& systemctl reload nginx",
        f"mv {CRT}.drill {CRT} && systemctl reload nginx",
        "proxy",
        "days are left",
    ),
    Fault(
        "test_inf_04_certificate.py::test_chain_leads_to_the_trusted_authority",
        f"cp -p {CRT} {CRT}.drill && openssl x509 -in {CRT}.drill -key /etc/ssl/office/portal.key -days 90 -out {CRT} "
        "&& systemctl reload nginx",
        f"mv {CRT}.drill {CRT} && systemctl reload nginx",
        "proxy",
        "trusted authority",
    ),
    Fault(
        "test_inf_05_signing.py::test_form_signed_on_the_host_validates",
        "mv /etc/portal/signing.p12 /etc/portal/signing.p12.drill",
        "mv /etc/portal/signing.p12.drill /etc/portal/signing.p12",
        "portal",
    ),
    Fault(
        "test_inf_06_database.py::test_application_account_cannot_create_a_table",
        "mariadb -e \"GRANT ALL ON {schema}.* TO {account}\"",
        "mariadb -e \"DROP TABLE IF EXISTS {schema}.kit_probe\" && mariadb -e \"REVOKE ALL ON {schema}.* FROM {account}\" "
        "&& mariadb -e \"{grant}\"",
        "database",
        "may: CREATE TABLE",
    ),
    Fault(
        "test_inf_06_database.py::test_commits_are_durable",
        "mariadb -e 'SET GLOBAL innodb_flush_log_at_trx_commit = 2'",
        "mariadb -e 'SET GLOBAL innodb_flush_log_at_trx_commit = 1'",
        "database",
        "innodb_flush_log_at_trx_commit",
    ),
    Fault(
        "test_inf_06_database.py::test_database_answers_nobody_else",
        "nft insert rule inet {table} {chain} tcp dport 3306 accept comment kit-drill",
        "nft -a list chain inet {table} {chain} | awk '/kit-drill/ {{print $NF}}' "
        "| xargs -r -n1 nft delete rule inet {table} {chain} handle",
        "database",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_broken_thing_is_noticed_and_a_mended_one_passes(fault: Fault, servers: Servers) -> None:
    """A check that cannot fail proves nothing, and everyone believes it."""
