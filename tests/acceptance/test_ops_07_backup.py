"""OPS-07: backups of the database and the documents, and the proof that they can be brought back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.servers import Server, Servers
from tests.support.tier_plugin import Looker

# A daily backup that was missed once shows on the next day, and a late one does not.
NEWEST_AGE = timedelta(hours=36)
# A restoration that was tried longer ago than this was tried with another schema and another version.
DRILL_AGE = timedelta(days=35)
STATUS = "/var/lib/backup-status"


def archives(look: Looker, server: Server) -> list[dict[str, str]]:
    """The archives that the off-host repository lists, oldest first; it is asked over the network, now.

    borg's answer names the repository's place as well: `location` of each archive.
    """
    repositories = json.loads(look.at(server, "borgmatic list --json"))
    found = [
        {**archive, "location": repository["repository"]["location"]}
        for repository in repositories
        for archive in repository["archives"]
    ]
    return sorted(found, key=lambda archive: archive["time"])


def age(moment: str) -> timedelta:
    """How long ago an instant was; one without a zone is the server's own, which runs on UTC."""
    when = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return datetime.now(UTC) - (when if when.tzinfo else when.replace(tzinfo=UTC))


@pytest.mark.checklist("OPS-07")
def test_newest_backup_is_recent(servers: Servers, look: Looker) -> None:
    """The filings since the newest backup are what a burnt server takes with it."""
    for server in servers.group("backup"):
        found = archives(look, server)
        assert found, f"{server.name} has no backup"
        old = age(found[-1]["time"])
        assert old <= NEWEST_AGE, f"the newest backup of {server.name} is {old} old"


@pytest.mark.checklist("OPS-07")
def test_daily_and_weekly_backups_are_planned(servers: Servers, look: Looker) -> None:
    """A backup made by hand once is not there on the day that nobody thinks of it."""
    for server in servers.group("backup"):
        timers = json.loads(look.at(server, "systemctl list-timers --all --output=json"))
        for span, most in (("daily", timedelta(days=1, hours=6)), ("weekly", timedelta(days=7, hours=6))):
            own = [one for one in timers if "backup" in one["unit"] and span in one["unit"]]
            assert own, f"{server.name} plans no {span} backup"
            planned = datetime.fromtimestamp(int(own[0]["next"]) / 1_000_000, UTC)
            ahead = planned - datetime.now(UTC)
            assert ahead <= most, f"the next {span} backup of {server.name} is planned in {ahead}"


@pytest.mark.checklist("OPS-07")
def test_copy_is_held_off_the_host(servers: Servers, look: Looker) -> None:
    """A backup on the same disk burns with it; one without the documents restores numbers without filings."""
    for server in servers.group("backup"):
        found = archives(look, server)
        assert found, f"{server.name} has no backup"
        location = found[-1]["location"]
        assert location.startswith("ssh://"), f"{server.name} keeps its backup at {location}"
        host = location.removeprefix("ssh://").rpartition("@")[2].partition("/")[0].partition(":")[0]
        there = look.at(server, f"getent ahosts {host} | cut -d' ' -f1 | sort -u").split()
        own = [*look.at(server, "hostname -I").split(), "127.0.0.1", "127.0.1.1", "::1"]
        assert not set(there) & set(own), f"{host} is {server.name} itself"
        newest = found[-1]["archive"]
        database = "var/lib/office-backup/dump/database.sql"
        documents = servers.variable("backup_documents_path", "backup").strip("/")
        listed = look.at(
            server, f"borgmatic list --archive {newest} --path {database} --path {documents} --short | sed -n 1,5p"
        )
        for path in (database, documents):
            assert path in listed, f"the newest backup of {server.name} holds no {path}"


@pytest.mark.checklist("OPS-07")
def test_last_restore_drill_passed_and_is_recent(servers: Servers, look: Looker) -> None:
    """A backup that was never restored is a hope."""
    for server in servers.group("backup"):
        failed = look.at(server, f"cat {STATUS}/drill.failed.json 2>/dev/null || true")
        assert not failed.strip(), f"the last restore drill of {server.name} failed: {json.loads(failed)['why']}"
        status = json.loads(look.at(server, f"cat {STATUS}/drill.json"))
        assert status["ok"] is True, f"the last restore drill of {server.name} did not pass"
        assert status["database"]["tables"] > 0, f"the last restore drill of {server.name} restored no table"
        assert age(status["finished"]) <= DRILL_AGE, f"the last restore drill of {server.name} was {status['finished']}"
