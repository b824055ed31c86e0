"""The document store on a real directory: what was acknowledged is there, and is what it was."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portal.documents.store import ContentAltered, LocalStore, NameTaken, NotStored, StoreAway, StoreFull

CONTENT = b"the bytes that were received"
HASH = hashlib.sha512(CONTENT).hexdigest()
ROOT = Path(__file__).parents[3]


@pytest.fixture
def shelf(tmp_path) -> LocalStore:
    return LocalStore(tmp_path)


def path_of(shelf: LocalStore, sha512: str = HASH) -> Path:
    return shelf.root / "sha512" / sha512[:2] / sha512[2:4] / sha512


def leftovers(shelf: LocalStore) -> list[Path]:
    return list((shelf.root / "incoming").iterdir())


def test_content_lies_under_its_own_hash_and_nothing_is_left_beside_it(shelf):
    assert shelf.put(CONTENT) == shelf.put(io.BytesIO(CONTENT))
    assert path_of(shelf).read_bytes() == CONTENT
    assert leftovers(shelf) == []


def test_altered_content_is_never_served(shelf):
    """A flipped bit on a disk would otherwise become part of an applicant's file."""
    shelf.put(CONTENT)
    path_of(shelf).write_bytes(CONTENT.replace(b"were", b"wore"))
    with pytest.raises(ContentAltered):
        shelf.get(HASH)


def test_absent_content_and_impossible_keys_are_told_apart_from_a_store_that_is_away(shelf):
    with pytest.raises(NotStored):
        shelf.get(HASH)
    with pytest.raises(NotStored):
        shelf.get("../../etc/passwd")
    away = LocalStore(shelf.root / "not mounted")
    for act in (lambda: away.get(HASH), lambda: away.put(CONTENT), lambda: away.named("filings/1"), away.check):
        with pytest.raises(StoreAway):
            act()
    assert not away.root.exists()


def test_one_of_many_gets_a_name(shelf):
    """Two processes that allot the same number at once: one of them must know."""
    gate, won = threading.Barrier(8), []

    def try_it(index: int) -> None:
        gate.wait()
        try:
            shelf.name("filings/1", f"content {index}".encode())
        except NameTaken:
            return
        won.append(index)

    threads = [threading.Thread(target=try_it, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert shelf.named("filings/1") == f"content {won[0]}".encode()


def test_an_altered_package_is_found_by_its_name(shelf):
    shelf.name("filings/1", CONTENT)
    named = shelf.root / "filings" / "1"
    named.unlink()
    named.write_bytes(b"forged")
    with pytest.raises(ContentAltered):
        shelf.named("filings/1")


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EIO, StoreAway)]
)
@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_failing_disk_is_told_and_leaves_nothing_behind(shelf, monkeypatch, number, error, call):
    """A half-written file that stays would fill the disk for good."""
    shelf.put(b"before")

    def fail(*_args: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(error):
            shelf.put(CONTENT)
    assert leftovers(shelf) == []
    assert call == "fsync" or not shelf.exists(HASH)
    assert shelf.put(CONTENT).sha512 == HASH


def test_a_really_full_file_system_is_told_apart(tmp_path):
    """The operating system's own words, not only ours; needs root for a small memory file system."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", tmp_path], check=True)
    try:
        shelf = LocalStore(tmp_path)
        shelf.put(b"small")
        with pytest.raises(StoreFull):
            shelf.put(b"x" * 1_000_000)
        assert leftovers(shelf) == []
        assert shelf.put(b"another").size == 7
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_files_are_for_the_group_and_for_nobody_else(shelf):
    """The backup's account reads them through the group; the proxy's account must not."""
    shelf.root.chmod(0o2770)
    before = os.umask(0o007)
    try:
        shelf.put(CONTENT)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path_of(shelf).stat().st_mode) == 0o640
    assert stat.S_IMODE(path_of(shelf).parent.stat().st_mode) == 0o2770


def test_a_big_file_costs_no_memory(tmp_path):
    """A 25 MB drawing from each of forty agents must not fill the server's memory."""
    code = (
        "import io, resource, sys\n"
        "from pathlib import Path\n"
        "from portal.documents.store import LocalStore\n"
        "class Zeros(io.RawIOBase):\n"
        "    left = 300_000_000\n"
        "    def read(self, n=-1):\n"
        "        n = min(n, self.left); self.left -= n; return bytes(n)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "LocalStore(Path(sys.argv[1])).put(Zeros())\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "app")},
    )
    assert int(run.stdout) * 1024 < 20_000_000, "kibibytes grown by storing 300 MB"


def test_the_order_on_disk_is_content_then_entry_then_answer(tmp_path):
    """Proved by the system calls, for a killed container keeps the page cache: fsync of the file before its link,
    fsync of its folder after it."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from portal.documents.store import LocalStore\n"
        "LocalStore(Path(sys.argv[1])).name('filings/1', b'x')\n"
    )
    log = tmp_path / "strace"
    store = tmp_path / "store"
    store.mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT / "app")}
    subprocess.run(
        ["strace", "-f", "-y", "-e", "trace=fsync,link,linkat,rename", "-o", log, sys.executable, "-c", code, store],
        check=True, env=env, capture_output=True,
    )  # fmt: skip
    calls = [line.split(None, 1)[1] for line in log.read_text().splitlines() if "sync(" in line or "link" in line]
    about = [("sync" if "sync(" in call else "link", call) for call in calls if str(store) in call]
    first_link = next(index for index, (kind, _call) in enumerate(about) if kind == "link")
    assert any(kind == "sync" and "/incoming/" in call for kind, call in about[:first_link])
    assert any(kind == "sync" and "/sha512/" in call for kind, call in about[first_link:])
    assert about[-1][0] == "sync"
    assert "/filings>" in about[-1][1]


def test_what_interrupted_writes_left_is_swept(shelf):
    shelf.put(CONTENT)
    old = shelf.root / "incoming" / "dead"
    old.write_bytes(b"half")
    os.utime(old, (1, 1))
    (shelf.root / "incoming" / "alive").write_bytes(b"half")
    assert shelf.sweep() == 1
    assert [path.name for path in leftovers(shelf)] == ["alive"]
    assert shelf.get(HASH) == CONTENT
