#!/usr/bin/python3
"""The database cluster, for systemd and for the person on call.

    office-cluster status [--json]            where every member stands, and who is written to
    office-cluster start [--force-bootstrap]  start this server's database; force what cannot be proved (it asks first)
    office-cluster hand-over [MEMBER]         let another member be the writer
    office-cluster settle [--new-cluster]     bring this member to its settings, one member at a time (bin/kit apply)
    office-cluster serve | enter              what systemd runs: the watcher, and what is decided before a start

What is decided is in office_cluster_rules.py. Nothing here ever removes data.
Exit codes: 0 done, 1 not (with the reason), 2 wrong usage. Standard library and Debian's python3-pymysql.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import office_cluster_rules as rules
from office_cluster_member import (
    DATA,
    ME,
    MEMBERS,
    RUN,
    SETTINGS,
    Database,
    ask,
    ask_all,
    note,
    position,
    say,
    systemctl,
)  # fmt: skip
from office_cluster_watcher import serve as watch

PERMIT, FORCE, CREATE = RUN / "mariadb.env", RUN / "force", Path("/var/lib/office-cluster/create")
ENTER_SECONDS = 45


# --- before the database starts ---


def recovered() -> str | None:
    """Where the tables' own log ends, `uuid:seqno`, by Debian's galera_recovery; None when it cannot be found.

    After a stop in good order Galera's own file tells it, and the answer is empty.
    """
    at_hand = position()
    if at_hand is None or at_hand.seqno >= 0:
        return ""
    done = subprocess.run(
        ["setpriv", "--reuid=mysql", "--regid=mysql", "--init-groups", "/usr/bin/galera_recovery"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"--wsrep_start_position=([0-9a-f-]{36}:-?\d+)", done.stdout)
    if found is None:
        say(f"where its data ends is not to be found: {(done.stderr or done.stdout).strip()[-600:]}")
    return found[1] if found else None


def enter() -> int:
    """Decide how the database starts, and permit it; systemd tries again when it cannot be decided yet."""
    PERMIT.unlink(missing_ok=True)
    end_of_data = recovered()
    if end_of_data is None:
        note(rules.Report(rules.UNKNOWN, why="its position cannot be found: journalctl -u mariadb"))
        return 1
    own = rules.Report(rules.STOPPED, position(end_of_data), why="waits until it is decided who begins")
    note(own)
    last, end = "", time.monotonic() + ENTER_SECONDS
    while True:
        reports = ask_all(own)
        decision = rules.decide(ME, reports, create=CREATE.exists(), force=FORCE.exists())
        if decision.why != last:
            last = decision.why
            say(f"{decision.what}: {decision.why}")
        if decision.what != rules.WAIT:
            break
        # beginning anew would cost another recovery, and who begins is about to serve
        begun = any(report.bootstrap for report in reports.values())
        if time.monotonic() > end + (ENTER_SECONDS if begun else 0):
            say("not started; it is tried again in a few seconds. Every member's word: office-cluster status")
            return 1
        time.sleep(1)
    begins = decision.what == rules.BOOTSTRAP
    note(rules.Report(rules.STARTING, own.position, bootstrap=begins, why=decision.why))
    if begins and own.position:
        allow_bootstrap()
    PERMIT.write_text(f"_WSREP_NEW_CLUSTER={'--wsrep-new-cluster' if begins else ''}\n")
    CREATE.unlink(missing_ok=True)
    FORCE.unlink(missing_ok=True)
    return 0


def allow_bootstrap() -> None:
    """Galera's own guard asks for this mark; that it is true has just been decided among all members."""
    state = DATA / "grastate.dat"
    told = state.read_text()
    state.write_text(re.sub(r"safe_to_bootstrap:\s*\d", "safe_to_bootstrap: 1", told))


# --- the person's commands ---


def wait_until_synced(seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        report = ask(ME)
        if report.state == rules.PRIMARY and report.synced:
            return True
        time.sleep(0.5)
    return False


def status(as_json: bool) -> int:
    reports = ask_all()
    if as_json:
        print(json.dumps({name: report.as_dict() for name, report in reports.items()}))
        return 0
    for name, report in reports.items():
        known = f" at {report.position.seqno}" if report.position else ""
        role = "writer" if report.writer else "synced" if report.synced else report.state
        print(f"{name:12} {role}{known}: {report.why}")
    whole = all(report.synced for report in reports.values()) and sum(r.writer for r in reports.values()) == 1
    return 0 if whole else 1


def start(force: bool) -> int:
    """Start the database here; with `force` after a person has typed this server's name."""
    if force:
        status(as_json=False)
        print(
            "Force only when the members that do not answer are lost for good: what they alone hold goes with them.\n"
            f"Type the name of this server ({ME}) to go on: ",
            end="", flush=True,
        )  # fmt: skip
        if sys.stdin.readline().strip() != ME:
            say("nothing was done")
            return 1
        if ask(ME).state == rules.SURVIVOR:
            Database().ask("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'")
            return 0 if wait_until_synced(30) else 1
        FORCE.touch()
    systemctl("start", "mariadb.service")
    if wait_until_synced(120):
        return 0
    say("it has not started; why: journalctl -u mariadb -u office-cluster")
    return 1


def hand_over(to: str) -> int:
    """Have another synced member be the writer, and wait until it is."""
    reports = ask_all()
    writers = [name for name, report in reports.items() if report.writer]
    able = [name for name, report in reports.items() if report.synced and name not in writers]
    target = to or next((name for name in able if name != ME), "")
    if target in writers:
        return 0
    if target not in able:
        say(f"{target or 'nobody'} can take over: {', '.join(f'{n} {r.state}' for n, r in reports.items())}")
        return 1
    database = Database()
    database.claim(database.office(), target)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if ask(target).writer:
            say(f"{target} is the writer")
            return 0
        time.sleep(0.3)
    say(f"{target} was named and does not serve: office-cluster status")
    return 1


def needs_restart() -> bool:
    """Whether settings are newer than the running server, or it does not run as a member."""
    if ask(ME).state != rules.PRIMARY:
        return True
    begun = systemctl("show", "-p", "ExecMainStartTimestamp", "--value", "--timestamp=unix", "mariadb").lstrip("@")
    places = ("/etc/mysql/mariadb.conf.d/90-office.cnf", "/etc/systemd/system/mariadb.service.d/office.conf")
    return any(Path(place).stat().st_mtime > int(begun or 0) for place in places)


def settle(new_cluster: bool) -> int:
    """Restart this member when it must be, never while another one is away; print `changed` or `nothing`."""
    if not needs_restart():
        print("nothing")
        return (
            0 if wait_until_synced(300) else complain("it is a member and does not get synced: office-cluster status")
        )
    others = {name: report for name, report in ask_all().items() if name != ME}
    if refusal := why_not(others, new_cluster):
        return complain(refusal)
    if new_cluster:
        CREATE.parent.mkdir(mode=0o700, exist_ok=True)
        CREATE.touch()
    if ask(ME).writer and hand_over(""):
        return 1
    systemctl("reset-failed", "mariadb.service")
    done = subprocess.run(["systemctl", "restart", "mariadb.service"], check=False, capture_output=True, text=True)
    if not wait_until_synced(600 if done.returncode == 0 else 5):
        return complain(f"this server does not get to be a synced member. {last_decision()}")
    print("changed")
    return 0


def why_not(others: dict[str, rules.Report], new_cluster: bool) -> str:
    """Why this member may not be restarted now; empty when it may."""
    holders = [name for name, report in others.items() if report.position or report.cluster]
    if new_cluster and holders:
        return f"{', '.join(holders)} holds a cluster already: no second one is made"
    if not new_cluster and not position() and holders and any((DATA / SETTINGS["schema"]).glob("*.ibd")):
        return (
            f"this server holds a schema `{SETTINGS['schema']}` of its own that the cluster does not have; joining "
            "would replace it. Nothing was changed. Move it away (mariadb-dump, DROP DATABASE), then apply again"
        )
    away = [name for name, report in others.items() if not report.synced]
    if ask(ME).state == rules.PRIMARY and away:
        return f"its settings are new; it is not restarted while {', '.join(away)} is away. Mend that, then apply again"
    return ""


def complain(why: str) -> int:
    """Say why something was not done."""
    say(why)
    return 1


def last_decision() -> str:
    """What the journal holds of the last decision, for whoever runs the apply."""
    out = subprocess.run(
        ["journalctl", "-u", "mariadb.service", "-n", "40", "-o", "cat", "--no-pager"],
        check=False, capture_output=True, text=True,
    ).stdout  # fmt: skip
    said = [line for line in out.splitlines() if line.startswith(("wait:", "join:", "bootstrap:"))]
    return said[-1] if said else "Why: journalctl -u mariadb -u office-cluster"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("serve")
    verbs.add_parser("enter")
    verbs.add_parser("status").add_argument("--json", action="store_true")
    verbs.add_parser("start").add_argument("--force-bootstrap", action="store_true")
    verbs.add_parser("hand-over").add_argument("member", nargs="?", default="", choices=["", *MEMBERS])
    verbs.add_parser("settle").add_argument("--new-cluster", action="store_true")
    given = parser.parse_args()
    if os.geteuid():
        say("office-cluster: only root speaks for this server")
        return 1
    if given.verb == "serve":
        watch()
    return {
        "serve": lambda: 1,  # it never ends by itself
        "enter": enter,
        "status": lambda: status(given.json),
        "start": lambda: start(given.force_bootstrap),
        "hand-over": lambda: hand_over(given.member),
        "settle": lambda: settle(given.new_cluster),
    }[given.verb]()


if __name__ == "__main__":
    sys.exit(main())
