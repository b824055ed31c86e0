"""Servers that the tests start for themselves on the loopback: MariaDB, ClamAV and postfix as Debian ships them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every virus scanner reports (eicar.org)."""


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, package: str) -> str:
    """The path of a server's program; an absent one is an error with its remedy, never a skipped test."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if not found:
        raise RuntimeError(f"{name} is not installed: `apt-get install {package}` (bin/kit test does it)")
    return found


@contextmanager
def folder(owner: str | None = None) -> Iterator[Path]:
    """A short-named folder outside pytest's own (sockets have short names; the servers run as other accounts)."""
    path = Path(tempfile.mkdtemp(prefix="portal-test-"))
    try:
        path.chmod(0o755)
        if owner and os.geteuid() == 0:
            account = pwd.getpwnam(owner)
            os.chown(path, account.pw_uid, account.pw_gid)
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def running(
    command: list[str], log: Path, ready: Callable[[], bool], seconds: float = 30
) -> Iterator[subprocess.Popen[bytes]]:
    """A server process until the end of the block; its log is in the error when it does not become ready."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB server with the settings that the role gives it; yields a SQLAlchemy URL of an empty database."""
    server, install = program("mariadbd", "mariadb-server"), program("mariadb-install-db", "mariadb-server")
    as_mysql = ["--user=mysql"] if os.geteuid() == 0 else []
    with folder("mysql") as place:
        data, sock, port = place / "data", place / "sock", free_port()
        subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
             "--skip-test-db", *as_mysql],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        command = [
            server, "--no-defaults", *as_mysql, f"--datadir={data}", f"--socket={sock}", f"--port={port}",
            "--bind-address=127.0.0.1", f"--pid-file={place / 'pid'}", "--innodb-buffer-pool-size=64M",
            "--character-set-server=utf8mb4", "--innodb-lock-wait-timeout=5",
            "--sql-mode=STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO",
            # Tests throw their data away: without these two a run is several times slower.
            "--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite",
        ]  # fmt: skip
        client = [program("mariadb", "mariadb-client"), "--no-defaults", "--user=root", f"--socket={sock}", "-e"]
        with running(command, place / "log", lambda: sock.exists() and listens(port)):
            statements = (
                "CREATE DATABASE portal CHARACTER SET utf8mb4; "
                "CREATE USER portal@127.0.0.1 IDENTIFIED BY 'portal'; GRANT ALL ON *.* TO portal@127.0.0.1;"
            )
            subprocess.run([*client, statements], check=True, capture_output=True, timeout=30)
            yield f"mysql+pymysql://portal:portal@127.0.0.1:{port}/portal?charset=utf8mb4"


@contextmanager
def clamd(port: int | None = None) -> Iterator[str]:
    """A ClamAV daemon that knows one virus, EICAR; yields its address as the settings name it (`tcp://…`)."""
    server = program("clamd", "clamav-daemon")
    with folder() as place:
        (place / "signatures").mkdir()
        (place / "signatures" / "test.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
        port = port or free_port()
        (place / "clamd.conf").write_text(
            f"Foreground yes\nTCPAddr 127.0.0.1\nTCPSocket {port}\nDatabaseDirectory {place / 'signatures'}\n"
            "StreamMaxLength 100M\nConcurrentDatabaseReload no\n"
        )
        command = [server, f"--config-file={place / 'clamd.conf'}"]
        with running(command, place / "log", lambda: listens(port), 60):
            yield f"tcp://127.0.0.1:{port}"


class Mailbox:
    """A receiving postfix: everything that arrives at `port`, for whomever, is a file of `inbox`."""

    def __init__(self, port: int, inbox: Path, stop: Callable[[], None], start: Callable[[], None]) -> None:
        self.port, self.inbox, self.stop, self.start = port, inbox, stop, start

    def messages(self) -> list[bytes]:
        """What has arrived, oldest first."""
        files = sorted((self.inbox / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_bytes() for file in files]

    def wait_for(self, count: int, seconds: float = 15) -> list[bytes]:
        """The messages when at least `count` have arrived; an AssertionError when they do not come."""
        until = time.monotonic() + seconds
        while len(found := self.messages()) < count:
            assert time.monotonic() < until, f"{len(found)} of {count} messages arrived"
            time.sleep(0.05)
        return found

    def empty(self) -> None:
        """Forget what arrived."""
        for file in (self.inbox / "new").glob("*"):
            file.unlink()


@contextmanager
def postfix() -> Iterator[Mailbox]:
    """A postfix of its own, beside any that the machine runs; needs root, as postfix does."""
    control = program("postfix", "postfix")
    if os.geteuid() != 0:
        raise RuntimeError("postfix starts as root only: run the integration tests as root (bin/kit test does it)")
    with folder() as place:
        config, port, inbox = place / "etc", free_port(), place / "mail" / "inbox"
        for name in ("etc", "spool", "data", "mail"):
            (place / name).mkdir()
        shutil.chown(place / "data", "postfix")
        shutil.chown(place / "mail", "nobody")
        (config / "main.cf").write_text(
            f"compatibility_level = 3.6\nqueue_directory = {place / 'spool'}\ndata_directory = {place / 'data'}\n"
            f"mail_owner = postfix\nsetgid_group = postdrop\nmyhostname = mail.outside.example\nmydestination =\n"
            f"inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nbiff = no\n"
            f"virtual_mailbox_domains = static:all\nvirtual_mailbox_maps = static:inbox/\n"
            f"virtual_mailbox_base = {place / 'mail'}\nvirtual_uid_maps = static:65534\n"
            f"virtual_gid_maps = static:65534\nvirtual_minimum_uid = 1\nalias_maps =\nalias_database =\n"
            f"maillog_file = {place / 'log'}\nmaillog_file_prefixes = {place}\nsmtputf8_enable = yes\n"
        )
        (config / "master.cf").write_text(
            f"127.0.0.1:{port} inet n - n - - smtpd\npickup unix n - n 60 1 pickup\n"
            "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\n"
            "bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n"
            "error unix - - n - - error\nvirtual unix - n n - - virtual\nanvil unix - - n - 1 anvil\n"
            "proxymap unix - - n - - proxymap\npostlog unix-dgram n - n - 1 postlogd\nsmtp unix - - n - - smtp\n"
            "retry unix - - n - - error\nflush unix n - n 1000? 0 flush\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
            "verify unix - - n - 1 verify\nscache unix - - n - 1 scache\ndiscard unix - - n - - discard\n"
        )

        def run(verb: str) -> None:
            subprocess.run([control, "-c", str(config), verb], check=True, capture_output=True, timeout=30)

        def start() -> None:
            run("start")
            until = time.monotonic() + 15
            while not listens(port):
                assert time.monotonic() < until, (place / "log").read_text(errors="replace")
                time.sleep(0.05)

        start()
        try:
            yield Mailbox(port, inbox, lambda: run("stop"), start)
        finally:
            if listens(port):
                run("stop")
