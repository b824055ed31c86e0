#!/usr/bin/python3
"""Back up the portal's database and documents, prove that it restores, restore it.

    office-backup daily | weekly        make a backup of that kind, and forget those that are too old
    office-backup drill [ARCHIVE]       restore the newest (or the one named) into a scratch place, and compare
    office-backup restore [ARCHIVE]     put database and documents back; the portal must be stopped
    office-backup list                  the archives in the store, newest first
    office-backup dump                  what borgmatic calls first: the dump and its witness

Each of the first three leaves /var/lib/backup-status/<verb>.json when it succeeded (the last good one), and
<verb>.failed.json when it did not, which the next success removes.
Run as root. Settings: /etc/borgmatic/office-backup.json and config.yaml. Standard library only.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

SETTINGS = json.loads(Path("/etc/borgmatic/office-backup.json").read_text())
SCHEMA, DOCUMENTS, WORK = SETTINGS["schema"], Path(SETTINGS["documents"]), Path(SETTINGS["work"])
DUMP = WORK / "dump"
STATUS = Path("/var/lib/backup-status")
SCRATCH_SCHEMA = f"{SCHEMA}_restore_drill"
# The account that only reads, and the one that restores: root by the socket, or portal_restore on another server.
CLIENT = "--defaults-extra-file=/etc/borgmatic/database.cnf"
RESTORER = "--defaults-extra-file=/etc/borgmatic/restore.cnf"
CONTENT = re.compile(r"[0-9a-f]{128}")
# What a dump says about which schema it belongs to; a row's own line breaks are escaped, so no row begins like this.
SCHEMA_LINE = re.compile(rb"^(CREATE DATABASE |USE |/\*!\d+ DROP DATABASE )")


class Failed(Exception):
    """Why it did not succeed, in words for the person on call."""


def run(*command: str, **options) -> str:
    """Run a command; its output. Its complaint becomes the reason of the failure."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    if done.returncode:
        raise Failed(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def write(path: Path, content: dict, mode: int = 0o644) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.chmod(mode)
    draft.replace(path)


# --- what the database holds ---


def query(sql: str, client: str) -> list[list[str]]:
    out = run("mariadb", client, "--batch", "--skip-column-names", "--execute", sql)
    return [line.split("\t") for line in out.splitlines()]


def tables(schema: str, client: str) -> dict[str, list[int]]:
    """Rows and checksum of each table; two equal answers around a dump mean that the dump holds exactly this."""
    names = [row[0] for row in query(f"SHOW FULL TABLES FROM `{schema}` WHERE Table_type = 'BASE TABLE'", client)]
    if not names:
        return {}
    counts = " UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM `{schema}`.`{name}`" for name in names)  # noqa: S608
    rows = {name: int(count) for name, count in query(counts, client)}
    sums = query("CHECKSUM TABLE " + ", ".join(f"`{schema}`.`{name}`" for name in names) + " EXTENDED", client)
    return {full.split(".", 1)[1]: [rows[full.split(".", 1)[1]], int(value)] for full, value in sums}


def documents() -> dict[str, int]:
    """Number and bytes of the stored contents (a named package is a second link to its content)."""
    sizes = [f.stat().st_size for f in DOCUMENTS.rglob("*") if CONTENT.fullmatch(f.name) and f.is_file()]
    return {"files": len(sizes), "bytes": sum(sizes)}


def dump() -> None:
    """Dump the schema, with a witness of what must be found in it."""
    DUMP.mkdir(mode=0o700, exist_ok=True)
    before, stored = tables(SCHEMA, CLIENT), documents()
    target = DUMP / "database.sql"
    draft = target.with_suffix(".new")
    run(
        "mariadb-dump", CLIENT, "--single-transaction", "--quick", "--hex-blob", "--triggers", "--skip-dump-date",
        "--databases", "--add-drop-database", f"--result-file={draft}", SCHEMA,
    )  # fmt: skip
    draft.replace(target)
    after = tables(SCHEMA, CLIENT)
    if SETTINGS["mirror"]:
        # After the dump, so that every row of it finds its document: what the directory lacks of the S3 storage.
        run("/usr/local/bin/portal", "mirror-documents", str(DOCUMENTS))
    write(DUMP / "witness.json", {"taken": now(), "before": before, "after": after, "documents": stored}, 0o600)


# --- the store ---


def borgmatic(*arguments: str) -> str:
    """For what its configuration decides: what is copied, kept and checked."""
    return run("borgmatic", "--verbosity", "-1", *arguments)


def borg(*arguments: str, **options) -> str:
    """For reading: borg itself starts in a fraction of the time."""
    place = {"BORG_REPO": SETTINGS["repository"], "BORG_RSH": SETTINGS["ssh"]}
    return run("borg", *arguments, env=os.environ | place | {"BORG_PASSCOMMAND": SETTINGS["passcommand"]}, **options)


def archives() -> list[dict]:
    """All that the store holds, newest first."""
    return sorted(json.loads(borg("list", "--json"))["archives"], key=lambda a: a["start"], reverse=True)


def pick(name: str | None) -> str:
    known = [archive["name"] for archive in archives()]
    if not known:
        raise Failed(f"{SETTINGS['repository']} holds no archive")
    if name in (None, "latest"):
        return known[0]
    if name not in known:
        raise Failed(f"{SETTINGS['repository']} holds no archive {name!r}; `office-backup list` shows those it holds")
    return name


def prepare_repository() -> None:
    """Make the repository once; an existing one is left as it is."""
    known = WORK / "repository"
    if not known.is_file() or known.read_text() != SETTINGS["repository"]:
        borgmatic("repo-create", "--encryption", "repokey-blake2")
        known.write_text(SETTINGS["repository"])


def backup(kind: str) -> dict:
    """One archive of this kind; older ones of this kind go, as the settings say."""
    prepare_repository()
    other = {"daily": "weekly", "weekly": "daily"}[kind]
    overrides = (
        "--override", f"archive_name_format={kind}-{{now:%Y-%m-%dT%H:%M:%S}}",
        "--override", f"keep_{kind}={SETTINGS['keep'][kind]}",
        "--override", f"keep_{other}=0",
    )  # fmt: skip
    made = json.loads(borgmatic("create", "--json", *overrides))[0]["archive"]
    borgmatic("prune", "compact", *(["check"] if kind == "weekly" else []), *overrides)
    witness = json.loads((DUMP / "witness.json").read_text())
    return {
        "archive": made["name"],
        "repository": SETTINGS["repository"],
        "size": made["stats"]["original_size"],
        "added": made["stats"]["deduplicated_size"],
        "tables": len(witness["after"]),
        "rows": sum(rows for rows, _ in witness["after"].values()),
        "documents": witness["documents"],
        "checked": kind == "weekly",
    }


def extract(archive: str, to: Path) -> None:
    """Bring an archive into an empty directory, if there is room for it."""
    needed = json.loads(borg("info", "--json", f"::{archive}"))["archives"][0]["stats"]["original_size"]
    free = shutil.disk_usage(WORK).free
    if free < needed * 1.1:
        raise Failed(f"{WORK} has {free} bytes free, and {archive} needs {needed}: make room, then repeat")
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(mode=0o700)
    borg("extract", f"::{archive}", cwd=to)


def load(sql: Path, schema: str) -> None:
    """Load a dump into a schema of any name, made anew."""
    run(
        "mariadb",
        RESTORER,
        "--execute",
        f"DROP DATABASE IF EXISTS `{schema}`; CREATE DATABASE `{schema}` CHARACTER SET utf8mb4",
    )
    with sql.open("rb") as dump_file:
        client = subprocess.Popen(
            ["mariadb", RESTORER, "--default-character-set=utf8mb4", schema],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            for line in dump_file:
                if not SCHEMA_LINE.match(line):
                    client.stdin.write(line)
            client.stdin.close()
        except BrokenPipeError:
            pass  # the client says below why it stopped
        complaint = client.stderr.read().decode(errors="replace")
        if client.wait():
            raise Failed(f"the dump could not be loaded into {schema}: {complaint.strip()[-800:]}")


# --- drill and restore ---


def compare_tables(restored: dict, witness: dict) -> dict:
    """Every table must be there; one that stood still during the dump exactly, a busy one within what it had."""
    before, after = witness["before"], witness["after"]
    missing = sorted(set(before) - set(restored))
    wrong, exact = [], 0
    for name in sorted(set(before) & set(after) & set(restored)):
        if before[name] == after[name]:
            exact += 1
            if restored[name] != before[name]:
                wrong.append(f"{name}: {restored[name]} restored, {before[name]} backed up")
        elif not min(before[name][0], after[name][0]) <= restored[name][0] <= max(before[name][0], after[name][0]):
            wrong.append(f"{name}: {restored[name][0]} rows restored, {before[name][0]} to {after[name][0]} backed up")
    if missing or wrong or not restored:
        raise Failed("the restored database differs: " + "; ".join([f"{name}: missing" for name in missing] + wrong))
    return {"tables": len(restored), "identical": exact, "rows": sum(rows for rows, _ in restored.values())}


def compare_documents(restored: Path, witness: dict) -> dict:
    """Every content must have the hash that is its name, and there must be at least as many as when the dump began."""
    count = size = 0
    for file in restored.rglob("*"):
        if file.is_file() and CONTENT.fullmatch(file.name):
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha512").hexdigest()
            if digest != file.name:
                raise Failed(f"the restored document {file.name} has the hash {digest}")
            count, size = count + 1, size + file.stat().st_size
    if count < witness["documents"]["files"]:
        raise Failed(f"{count} documents were restored, {witness['documents']['files']} were there when the dump began")
    return {"files": count, "bytes": size}


def drill(name: str | None) -> dict:
    """Restore into a scratch schema and directory, compare with what was witnessed, and clear away."""
    archive, place = pick(name), WORK / "drill"
    begun = time.monotonic()
    try:
        extract(archive, place)
        dump_directory = place / DUMP.relative_to("/")
        witness = json.loads((dump_directory / "witness.json").read_text())
        load(dump_directory / "database.sql", SCRATCH_SCHEMA)
        found = {
            "database": compare_tables(tables(SCRATCH_SCHEMA, RESTORER), witness),
            "documents": compare_documents(place / DOCUMENTS.relative_to("/"), witness),
        }
    finally:
        shutil.rmtree(place, ignore_errors=True)
        run("mariadb", RESTORER, "--execute", f"DROP DATABASE IF EXISTS `{SCRATCH_SCHEMA}`")
    return {"archive": archive, "seconds": round(time.monotonic() - begun, 1), **found}


def restore(name: str | None) -> dict:
    """Put the database back as it was; bring back documents that are missing or altered. Newer documents stay."""
    for unit in ("portal.service", "portal-worker.service"):
        if subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False).returncode == 0:
            raise Failed(f"{unit} is running: use `bin/kit restore`, which stops the portal first")
    archive, place = pick(name), WORK / "restore"
    try:
        extract(archive, place)
        dump_directory = place / DUMP.relative_to("/")
        witness = json.loads((dump_directory / "witness.json").read_text())
        from_store = place / DOCUMENTS.relative_to("/")
        compare_documents(from_store, witness)
        # Loaded beside the old schema and compared first: a backup that is no good leaves the old one untouched.
        load(dump_directory / "database.sql", SCRATCH_SCHEMA)
        compare_tables(tables(SCRATCH_SCHEMA, RESTORER), witness)
        returned = bring_back(from_store)
        load(dump_directory / "database.sql", SCHEMA)
        found = {"database": compare_tables(tables(SCHEMA, RESTORER), witness), "documents_returned": returned}
    finally:
        shutil.rmtree(place, ignore_errors=True)
        run("mariadb", RESTORER, "--execute", f"DROP DATABASE IF EXISTS `{SCRATCH_SCHEMA}`")
    return {"archive": archive, **found}


def bring_back(from_store: Path) -> int:
    """Copy what is missing or altered, links kept together, owners as they were; the number of files."""
    out = run(
        "rsync", "--archive", "--hard-links", "--checksum", "--fsync", "--itemize-changes",
        f"{from_store}/", f"{DOCUMENTS}/",
    )  # fmt: skip
    if SETTINGS["mirror"]:
        run("/usr/local/bin/portal", "return-documents", str(DOCUMENTS))
    return sum(line.startswith((">f", "hf")) for line in out.splitlines())


# --- the command ---


def recorded(verb: str, what) -> None:
    """Run it, one at a time, and leave what happened for status, verify and the person on call."""
    STATUS.mkdir(mode=0o755, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("office-backup: another backup, drill or restore is running")
        about = {"kind": verb, "host": socket.gethostname(), "begun": now()}
        try:
            found = what()
        except (Failed, OSError, ValueError, KeyError) as problem:
            write(STATUS / f"{verb}.failed.json", about | {"finished": now(), "ok": False, "why": str(problem)})
            sys.exit(f"office-backup {verb}: {problem}")
        write(STATUS / f"{verb}.json", about | {"finished": now(), "ok": True} | found)
        (STATUS / f"{verb}.failed.json").unlink(missing_ok=True)
        print(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["daily", "weekly", "drill", "restore", "list", "dump"])
    parser.add_argument("archive", nargs="?", help="an archive of `office-backup list`; the newest when left out")
    given = parser.parse_args()
    if os.geteuid():
        sys.exit("office-backup: only root reads the keys of the backups")
    os.umask(0o077)
    if given.verb == "dump":
        dump()
    elif given.verb == "list":
        for archive in archives():
            print(archive["start"], archive["name"])
    elif given.verb in ("daily", "weekly"):
        recorded(given.verb, lambda: backup(given.verb))
    else:
        recorded(given.verb, lambda: {"drill": drill, "restore": restore}[given.verb](given.archive))


if __name__ == "__main__":
    try:
        main()
    except Failed as problem:
        sys.exit(f"office-backup: {problem}")
