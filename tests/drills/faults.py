"""What the drills break, how it is mended, and which proof must notice: the faults of `test_proofs_can_fail`."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote

CERTIFICATE, KEY, AUTHORITY = (f"/etc/ssl/office/portal.{part}" for part in ("crt", "key", "drill-ca"))
NGINX = "systemctl is-active -q nginx"
POSTFIX = "/etc/postfix/main.cf"
# The portal's account, from wherever the portal is; of several the first server's.
ACCOUNT = (
    "$(mariadb -Ne \"SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User = 'portal_application' "
    'ORDER BY Host LIMIT 1")'
)
TIERS = ("test", "demo", "production")
APART = ("demo", "production")
PRODUCTION = ("production",)
DKIM = "/etc/dkimkeys/filing.private"
RENEWAL = "/etc/office-certificate/settings.json"
STATUS = "/var/lib/backup-status"
SHADOW = "/usr/local/bin"


@dataclass(frozen=True)
class Fault:
    """What to break on a group's first server (or on every one of it), how to mend it, and the test that must notice.

    Commands run as root by sh. `says` is a part of the test's message: it must fail for this reason, not for another.
    The group `tier` is every server of the tier. `clear_it` takes away what even the mended state needs. `tiers` are
    those on which it can be broken.
    """

    test: str
    group: str
    break_it: str
    mend_it: str
    says: str
    clear_it: str = ""
    everywhere: bool = False
    tiers: tuple[str, ...] = TIERS

    def __str__(self) -> str:
        return self.test.rpartition("::")[2]


def proxy(nginx: str, apache: str) -> tuple[str, str]:
    """Change the running proxy's configuration by a sed program for either engine, and take it back."""
    # In sh && and || bind alike: what one engine alone may do stands in an if.
    reload = f"if {NGINX}; then nginx -t -q && systemctl reload nginx; else apache2 -t && systemctl reload apache2; fi"
    return (
        f"if {NGINX}; then F=/etc/nginx/nginx.conf E={quote(nginx)}; "
        f"else F=/etc/apache2/apache2.conf E={quote(apache)}; fi; "
        f'cp -p $F $F.drill && sed -i "$E" $F && ({reload}) && sleep 1',
        f"for F in /etc/nginx/nginx.conf /etc/apache2/apache2.conf; do [ ! -e $F.drill ] || mv $F.drill $F; done; "
        f"({reload}) && sleep 1",
    )


def certificate(options: str) -> tuple[str, str]:
    """Serve another certificate for the same key, and take it back."""
    reload = f"({NGINX} && systemctl reload nginx || systemctl reload apache2) && sleep 1"
    return (
        f"cp -p {CERTIFICATE} {CERTIFICATE}.drill && {options} && {reload}",
        f"mv {CERTIFICATE}.drill {CERTIFICATE} && rm -f {AUTHORITY}* && {reload}",
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


def shadow(command: str, wrong: str, right: str) -> tuple[str, str, str]:
    """Let a command show something else than the truth: what must be noticed, then what must pass."""

    def place(shown: str) -> str:
        script = f"#!/bin/sh\ncat <<'END'\n{shown}\nEND\n"
        return f"printf %s {quote(script)} > {SHADOW}/{command} && chmod 755 {SHADOW}/{command}"

    return place(wrong), place(right), f"rm -f {SHADOW}/{command}"


def disk(gigabytes: int) -> str:
    """What `df` shows of a server with one disk of this size."""
    return f"Filesystem 1B-blocks\n/dev/vda1 {gigabytes}000000000"


EXPIRING = f"openssl x509 -in {CERTIFICATE}.drill -signkey {KEY} -days 3 -copy_extensions copy -out {CERTIFICATE}"
SELF_SIGNED = f"openssl x509 -in {CERTIFICATE}.drill -signkey {KEY} -days 90 -copy_extensions copy -out {CERTIFICATE}"
OTHER_NAME = (
    f"openssl req -x509 -key {KEY} -days 90 -subj /CN=other.example -addext subjectAltName=DNS:other.example "
    f"-out {CERTIFICATE}"
)
LISTEN = 'import socket,time; s=socket.create_server(("",28018)); time.sleep(120)'
A = "test_inf_"
# A file, or the files of a token.
SIGNING_KEYS = "/etc/portal/signing.p12 /var/lib/portal-signing/tokens"
SIGNING_KEY = (
    f"for K in {SIGNING_KEYS}; do [ ! -e $K ] || mv $K $K.drill; done",
    f"for K in {SIGNING_KEYS}; do [ ! -e $K.drill ] || mv $K.drill $K; done",
)

BITS = shadow("getconf", "32", "64")
# The test measures no disk in a container: what says that it is one is shadowed as well.
DISK = shadow("df", disk(200), disk(300))
BARE = shadow("systemd-detect-virt", "none", "none")
# grep is not shadowed, for much else uses it: the file that it reads is.
MEMORY = tuple(f"echo 'MemTotal: {kilobytes} kB' > /run/kit-meminfo" for kilobytes in (8_000_000, 16_000_000))
CAPACITY = (
    Fault(
        f"{A}01_capacity.py::test_every_server_is_64_bit",
        "tier",
        BITS[0],
        BITS[1],
        "is 32-bit",
        BITS[2],
        everywhere=True,
    ),
    Fault(
        f"{A}01_capacity.py::test_every_server_has_16_gb_of_memory",
        "tier",
        f"{MEMORY[0]} && mount --bind /run/kit-meminfo /proc/meminfo",
        MEMORY[1],
        "has 8.2 GB, 16 are asked",
        "umount /proc/meminfo",
        everywhere=True,
    ),
    Fault(
        f"{A}01_capacity.py::test_every_server_has_300_gb_of_disk",
        "tier",
        f"{DISK[0]} && {BARE[0]}",
        DISK[1],
        "has 200 GB, 300 are asked",
        f"{DISK[2]}; {BARE[2]}",
        everywhere=True,
    ),
)

FAULTS = (
    *CAPACITY,
    Fault(
        f"{A}02_documents.py::test_every_server_of_the_storage_takes_part",
        "swift",
        "systemctl stop swift-object-auditor",
        "systemctl start swift-object-auditor",
        "does not run all of it",
        tiers=("production",),
    ),
    Fault(
        f"{A}02_documents.py::test_a_document_is_on_two_servers_when_it_is_acknowledged",
        "swift",
        "systemctl stop swift-object",
        "systemctl start swift-object",
        "cannot write to the document store",
        everywhere=True,
        tiers=("production",),
    ),
    Fault(
        f"{A}02_documents.py::test_no_second_portal_looks_for_documents_that_are_on_another_server",
        "portal",
        "cp -p /etc/portal/settings.toml /etc/portal/settings.drill && "
        "sed -i 's/^documents_s3_bucket.*/documents_s3_bucket = \"another\"/' /etc/portal/settings.toml",
        "mv /etc/portal/settings.drill /etc/portal/settings.toml",
        "the portals use different storages",
        tiers=("production",),
    ),
    Fault(
        f"{A}03_name.py::test_portal_answers_under_its_name",
        "proxy",
        f"({NGINX} && U=nginx || U=apache2; echo $U > /run/kit-drill-unit; systemctl stop $U)",
        "systemctl start $(cat /run/kit-drill-unit)",
        "curl",
    ),
    Fault(
        f"{A}03_name.py::test_name_resolves_from_outside_to_the_proxy",
        "outside",
        "systemctl stop dnsmasq",
        "systemctl start dnsmasq",
        "getent",
    ),
    Fault(
        f"{A}03_name.py::test_one_server_holds_the_address_and_the_others_would_serve",
        "address",
        "echo -100 > /var/lib/office-address/weight",
        "echo 0 > /var/lib/office-address/weight",
        "is taken out",
        tiers=PRODUCTION,
    ),
    Fault(
        f"{A}04_certificate.py::test_every_proxy_serves_the_same_certificate",
        "acme",
        *certificate(SELF_SIGNED),
        "serves another certificate",
        tiers=PRODUCTION,
    ),
    # The authority is away when it is time; the certificate in use stays, and somebody must be told.
    Fault(
        f"{A}04_certificate.py::test_renewal_runs_by_itself",
        "acme",
        f'sed -i.drill \'s/14000/14001/; s/"renew_days": 30/"renew_days": 400/\' {RENEWAL}; '
        "systemctl start office-certificate.service || true",
        f"mv {RENEWAL}.drill {RENEWAL} && systemctl start office-certificate.service",
        "the last renewal on",
        everywhere=True,
        tiers=PRODUCTION,
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
        *proxy(
            "s/ssl_protocols .*/ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/; "
            "s/ssl_ciphers .*/ssl_ciphers ALL:@SECLEVEL=0;/",
            "s/^SSLProtocol .*/SSLProtocol all/; s/^SSLCipherSuite .*/SSLCipherSuite ALL:@SECLEVEL=0/",
        ),
        "still spoken",
    ),
    Fault(
        f"{A}05_signing.py::test_form_signed_on_the_host_validates",
        "signing",
        *SIGNING_KEY,
        "sign-test",
    ),
    Fault(
        f"{A}05_signing.py::test_nobody_but_the_portal_reads_the_key",
        "signing",
        f"for K in {SIGNING_KEYS}; do [ ! -e $K ] || chmod o+r $K; done",
        f"for K in {SIGNING_KEYS}; do [ ! -e $K ] || chmod o-r $K; done",
        "others than the portal may read",
    ),
    Fault(
        f"{A}05_signing.py::test_a_receipts_time_is_vouched_for",
        "outside",
        "systemctl stop stand-in-timestamps",
        "systemctl start stand-in-timestamps && sleep 21",
        "sign-test",
        tiers=("production",),
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
        f"{A}06_database.py::test_between_servers_the_database_speaks_over_tls_alone",
        "database",
        f'mariadb -e "SET GLOBAL require_secure_transport = OFF; ALTER USER {ACCOUNT} REQUIRE NONE"',
        f'mariadb -e "SET GLOBAL require_secure_transport = ON; ALTER USER {ACCOUNT} REQUIRE SSL"',
        "without encryption",
        tiers=APART,
    ),
    Fault(
        f"{A}06_cluster.py::test_every_member_is_synced_and_none_is_missing",
        "galera",
        *setting("wsrep_desync", "ON", "OFF"),
        "is not synced",
        tiers=PRODUCTION,
    ),
    Fault(
        f"{A}06_cluster.py::test_one_server_is_written_to_and_every_portal_is_led_to_it",
        "galera",
        # its watcher would close it again; the others make another one the writer meanwhile
        "systemctl stop office-cluster && sleep 12 && mariadb -e 'SET GLOBAL read_only = OFF'",
        "systemctl start office-cluster && sleep 3",
        "servers that take writes",
        tiers=PRODUCTION,
    ),
    Fault(
        f"{A}06_cluster.py::test_the_watchers_agree_with_the_databases",
        "galera",
        "systemctl stop office-cluster",
        "systemctl start office-cluster && sleep 3",
        "says:",
        tiers=PRODUCTION,
    ),
    Fault(
        f"{A}06_cluster.py::test_the_clusters_own_ports_answer_no_stranger",
        "galera",
        *open_port(4567),
        "answers outside",
        tiers=PRODUCTION,
    ),
    Fault(
        f"{A}07_mail.py::test_nothing_leaves_to_a_real_agent",
        "smtp",
        f"cp -p {POSTFIX} {POSTFIX}.drill && postconf -e recipient_canonical_maps= transport_maps= "
        "default_transport=smtp relay_transport=smtp smtp_tls_security_level=encrypt && systemctl reload postfix",
        f"mv {POSTFIX}.drill {POSTFIX} && systemctl reload postfix && postsuper -d ALL",
        "agents.example",
        tiers=("test", "demo"),
    ),
    Fault(
        f"{A}07_mail.py::test_message_is_signed_as_the_public_record_says",
        "smtp",
        f"cp -p {DKIM} {DKIM}.drill && openssl genrsa 2048 > {DKIM} 2>/dev/null && systemctl restart opendkim",
        f"mv {DKIM}.drill {DKIM} && systemctl restart opendkim",
        "does not verify",
        tiers=PRODUCTION,
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
        *proxy(
            "s/add_header Strict-Transport-Security.*/proxy_hide_header Strict-Transport-Security;/",
            "/Header always set Strict-Transport-Security/d",
        ),
        "strict-transport-security",
    ),
    Fault(
        f"{A}08_proxy.py::test_largest_allowed_upload_is_accepted_and_one_byte_more_is_refused",
        "proxy",
        *proxy(
            "s/client_max_body_size .*/client_max_body_size 8m;/",
            "s/^QS_LimitRequestBody .*/QS_LimitRequestBody 8000000/",
        ),
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
        f"{A}09_firewall.py::test_the_tiers_own_servers_reach_only_what_the_table_opens_to_them",
        "database",
        *open_port(28018, LISTEN),
        "28018",
        tiers=APART,
    ),
    Fault(
        f"{A}10_tracking.py::test_forged_address_is_not_believed",
        "proxy",
        *proxy(
            "s|^http {|http { set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;|",
            "s|^ServerTokens .*|RemoteIPHeader X-Forwarded-For|",
        ),
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
