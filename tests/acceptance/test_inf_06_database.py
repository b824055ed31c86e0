"""INF-06: the portal's database, asked with the very account that the portal uses."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

# Runs one statement as the portal's own account, in the portal's own environment; the password never leaves the host.
AS_PORTAL = """
import sys, tomllib
from sqlalchemy import create_engine, text
url = tomllib.load(open("/etc/portal/settings.toml", "rb"))["database_url"]
with create_engine(url).connect() as connection:
    result = connection.execute(text(sys.argv[1]))
    if result.returns_rows:
        print(*("\\t".join(str(cell) for cell in row) for row in result), sep="\\n")
"""
IN_THE_CLEAR = "create_engine(url.split('&ssl_ca')[0], connect_args={'ssl_disabled': True})"
# Accounts that are let in from another server and of which no encryption is asked.
WITHOUT_TLS = (
    "SELECT CONCAT(User, '@', Host) FROM mysql.user WHERE Host <> 'localhost' AND ssl_type = '' "
    "AND NOT @@require_secure_transport"
)
# Reading and writing rows. Everything else is beyond the portal's work.
APPLICATION_MAY = {"SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "CREATE TEMPORARY TABLES", "LOCK TABLES", "USAGE"}


def as_portal(statement: str, *, tls: bool = True) -> tuple[str, str]:
    """The command that runs a statement as the portal's account, and what the report calls it."""
    program = AS_PORTAL if tls else AS_PORTAL.replace("create_engine(url)", IN_THE_CLEAR)
    command = f"sudo -u portal /opt/portal/current/bin/python -c {shlex.quote(program)} {shlex.quote(statement)}"
    return command, f"as the portal's own account{'' if tls else ', without encryption'}: {statement}"


def as_administrator(statement: str) -> str:
    """The command that runs one statement as the database's administrator, over its local socket."""
    return f"mariadb --batch --skip-column-names --default-character-set=utf8mb4 -e {shlex.quote(statement)}"


@pytest.mark.checklist("INF-06")
def test_database_answers_the_portal(servers: Servers, look: Looker) -> None:
    """Without it there is no portal, only a page that says sorry."""
    for server in servers.group("portal"):
        assert look.at(server, *as_portal("SELECT 'answers'")).strip() == "answers"


@pytest.mark.checklist("INF-06")
def test_database_answers_nobody_else(servers: Servers, tier: str, outside: Server, look: Looker) -> None:
    """A database on the internet is guessed at all day; one stolen password would be every unpublished filing."""
    served = {*servers.names("portal"), *servers.names("backup"), *servers.names("database")}
    for server in servers.group("database"):
        listening = look.at(server, "ss -Hltn 'sport = :3306'")
        assert listening.strip(), f"no database listens on {server.name}: the question would prove nothing"
        strangers = [outside, *(other for other in servers.others(server, tier) if other.name not in served)]
        for stranger in strangers:
            code, _ = look.attempt(stranger, f"timeout 3 bash -c 'exec 3<>/dev/tcp/{server.address}/3306'")
            assert code != 0, f"the database of {server.name} answers {stranger.name}"


@pytest.mark.checklist("INF-06")
def test_between_servers_the_database_speaks_over_tls_alone(servers: Servers, look: Looker) -> None:
    """Every unpublished filing passes between them: who listens there must not read it, nor sign in afterwards."""
    for portal in servers.group("portal"):
        spoken = look.at(portal, *as_portal("SHOW STATUS LIKE 'Ssl_version'")).split()
        # with a cluster the writer is mostly another server, also where the portal's own is a member
        apart = portal.name not in servers.names("database") or bool(servers.names("galera"))
        if apart:
            assert spoken[-1] in ("TLSv1.2", "TLSv1.3"), (
                f"the portal of {portal.name} speaks to its database in the clear"
            )
            code, said = look.attempt(portal, *as_portal("SELECT 'in the clear'", tls=False))
            assert code != 0, f"the database lets {portal.name} in without encryption"
            assert "insecure transport" in said or "denied" in said, f"refused for another reason: {said[-300:]}"
    for server in servers.group("database"):
        lax = look.at(server, as_administrator(WITHOUT_TLS)).split()
        assert not lax, f"{server.name} lets these accounts in from other servers without encryption: {lax}"


@pytest.mark.checklist("INF-06")
def test_schema_is_at_the_releases_head(portal_server: Server, look: Looker) -> None:
    """A release on an older schema works until the first filing that needs the new column."""
    schema = json.loads(look.at(portal_server, "portal schema --json"))
    assert schema["head"], "the release knows no schema"
    assert schema["current"], "the database has no schema"
    assert not schema["lacks"], f"the database is at {schema['current']}, the release at {schema['head']}"


@pytest.mark.checklist("INF-06")
def test_application_account_cannot_create_a_table(portal_server: Server, look: Looker) -> None:
    """Whoever breaks into the portal gets its account: it must not change the schema, nor read the server's files."""
    for statement in ("CREATE TABLE kit_probe (id INT)", "SELECT LENGTH(LOAD_FILE('/etc/passwd')) IS NULL"):
        code, text = look.attempt(portal_server, *as_portal(statement))
        refused = code != 0 and "denied" in text
        assert refused or text.strip() == "1", f"the portal's account may: {statement}"


@pytest.mark.checklist("INF-06")
def test_accounts_hold_no_privilege_beyond_their_work(portal_server: Server, servers: Servers, look: Looker) -> None:
    """A privilege too many is found by an attacker, not by the office."""
    grants = look.at(portal_server, *as_portal("SHOW GRANTS"))
    for line in grants.strip().splitlines():
        names, _, rest = line.removeprefix("GRANT ").partition(" ON ")
        held = {name.strip() for name in names.split(",")}
        assert held <= APPLICATION_MAY, f"the portal's account holds {sorted(held - APPLICATION_MAY)}"
        assert "GRANT OPTION" not in line, "the portal's account may pass its privileges on"
        assert held == {"USAGE"} or not rest.startswith("*.*"), f"the portal's account holds {names} on every database"
    strangers = look.at(
        servers.group("database")[0],
        as_administrator("SELECT User, Host FROM mysql.global_priv WHERE User = '' OR Host = '%' AND User = 'root'"),
    )
    assert not strangers.strip(), f"anyone may sign in as {strangers.strip()}"


@pytest.mark.checklist("INF-06")
def test_commits_are_durable(servers: Servers, look: Looker) -> None:
    """An acknowledged filing that a power cut takes back has cost an applicant the date."""
    asked = {
        "innodb_flush_log_at_trx_commit": {"1"},
        "sync_binlog": {"1"},
        "innodb_doublewrite": {"1", "ON"},
        "log_bin": {"1"},
    }
    for server in servers.group("database"):
        columns = ", ".join(f"@@{name}" for name in asked)
        found = look.at(server, as_administrator(f"SELECT {columns}")).split()
        wrong = {name: seen for (name, values), seen in zip(asked.items(), found, strict=True) if seen not in values}
        assert not wrong, f"{server.name} has {wrong}, which loses commits"


@pytest.mark.checklist("INF-06")
def test_text_of_four_bytes_survives(servers: Servers, portal_server: Server, look: Looker) -> None:
    """An applicant's name in a rarer script must come back as it was written, not as question marks."""
    database = servers.group("database")[0]
    text = "𠮷野家 𞤀𞤁 😀"
    shown = look.at(portal_server, *as_portal(f"SELECT HEX('{text}')")).strip()
    assert shown == text.encode().hex().upper(), "the portal's connection changes the text"
    schema = look.at(portal_server, *as_portal("SELECT DATABASE()")).strip()
    narrow = look.at(
        database,
        as_administrator(
            "SELECT CONCAT(table_name, '.', column_name, ' ', character_set_name) FROM information_schema.columns "
            f"WHERE table_schema = '{schema}' AND character_set_name NOT IN ('utf8mb4', 'ascii', 'latin1')"
        ),
    )
    assert not narrow.strip(), f"columns that cannot hold it: {narrow}"
    kept = look.at(
        database,
        as_administrator(
            f"USE {schema}; CREATE TEMPORARY TABLE kit_probe (t VARCHAR(40)); "
            f"INSERT INTO kit_probe VALUES ('{text}'); SELECT HEX(t) FROM kit_probe"
        ),
    )
    assert kept.strip() == text.encode().hex().upper(), "a table made with the database's default loses the text"
