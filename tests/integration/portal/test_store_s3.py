"""An S3 storage that fails: doors that are shut, hang or lie, bytes that change on the disk."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from portal.documents import copies
from portal.documents.store import ContentAltered, LocalStore, NotStored, StoreAway, StoreFull
from portal.documents.store.doors import Access, Doors
from portal.documents.store.s3 import S3Store
from tests.integration.services import free_port
from tests.integration.swift import BUCKET, SECRET, Swift

ROOT = Path(__file__).parents[3]
CONTENT = b"the bytes that were received"
HASH = hashlib.sha512(CONTENT).hexdigest()

Answer = Callable[[BaseHTTPRequestHandler], None]


def shelf_at(*endpoints: str, folder: Path, secret: str = SECRET, bucket: str = BUCKET) -> S3Store:
    return S3Store(Doors(Access(endpoints, bucket, "office:portal", secret, "us-east-1", None)), folder)


@pytest.fixture
def shelf(swift: Swift, tmp_path: Path) -> S3Store:
    return shelf_at(swift.endpoint, folder=tmp_path)


@contextmanager
def door(answer: Answer) -> Iterator[str]:
    """A door before the storage that answers as the test wants; its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return lambda: answer(self)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def saying(status: int, code: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    return answer


def passing_on(storage: Swift, change: Callable[[bytes], bytes]) -> Answer:
    """Hand requests on as they came, and the first content of a GET changed."""
    changed: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        data = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        # The signature covers the name of the host that the client asked.
        found = requests.request(
            request.command, storage.endpoint + request.path, data=data, headers=dict(request.headers), timeout=10
        )
        content = found.content
        if request.command == "GET" and "/sha512/" in request.path and not changed:
            changed.append(request.path)
            content = change(content)
        request.send_response(found.status_code)
        for name, value in found.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)

    return answer


@contextmanager
def deaf() -> Iterator[str]:
    """A door that takes connections and never answers: a frozen server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def alter(storage: Swift) -> None:
    """Flip a bit of every object's content on the disk, behind the storage's back."""
    for path in storage.objects():
        data = bytearray(path.read_bytes())
        data[0] ^= 1
        with path.open("r+b") as file:  # in its place: what is known of it beside its content stays
            file.write(data)


def test_the_next_door_is_taken_when_the_first_is_shut(swift, tmp_path):
    """A server whose own door is being restarted goes on by its neighbours'."""
    shelf = shelf_at(f"http://127.0.0.1:{free_port()}", swift.endpoint, folder=tmp_path)
    begun = time.monotonic()
    assert shelf.put(CONTENT).sha512 == HASH
    assert shelf.get(HASH) == CONTENT
    assert shelf.ready()
    assert time.monotonic() - begun < 3


def test_a_door_that_hangs_costs_once_and_is_then_left_alone(swift, tmp_path):
    """Each request that waited for it would hold one of the portal's threads."""
    with deaf() as silent:
        shelf = shelf_at(silent, swift.endpoint, folder=tmp_path)
        begun = time.monotonic()
        assert shelf.put(CONTENT).sha512 == HASH
        first = time.monotonic() - begun
        begun = time.monotonic()
        for _ in range(5):
            assert shelf.get(HASH) == CONTENT
        assert 7 < first < 12
        assert time.monotonic() - begun < 2


def test_a_door_that_has_too_few_servers_behind_it_is_not_the_last_word(swift, tmp_path):
    with door(saying(503, "ServiceUnavailable")) as poor:
        shelf = shelf_at(poor, swift.endpoint, folder=tmp_path)
        assert shelf.put(CONTENT).sha512 == HASH
        assert shelf.get(HASH) == CONTENT


def test_a_storage_that_is_away_is_told_in_time(tmp_path):
    """Longer than this and the server's own watchdog ends the request, without words for the agent."""
    shut = f"http://127.0.0.1:{free_port()}"
    with door(saying(503, "ServiceUnavailable")) as poor, deaf() as silent:
        for endpoints, most in (((shut, shut), 3), ((poor,), 3), ((silent, silent, poor), 25)):
            shelf = shelf_at(*endpoints, folder=tmp_path)
            begun = time.monotonic()
            with pytest.raises(StoreAway):
                shelf.put(CONTENT)
            assert time.monotonic() - begun < most
            assert not shelf.ready()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(507, "InsufficientStorage", StoreFull), (403, "QuotaExceeded", StoreFull), (500, "InternalError", StoreAway)],
)
def test_a_full_storage_is_told_apart_from_one_that_is_away(tmp_path, status, code, error):
    with door(saying(status, code)) as full, pytest.raises(error):
        shelf_at(full, folder=tmp_path).put(CONTENT)


def test_a_wrong_key_or_bucket_is_no_absent_document(swift, tmp_path):
    """Taken for absent, an agent's documents would be reported as lost."""
    for shelf in (
        shelf_at(swift.endpoint, folder=tmp_path, secret="another"),
        shelf_at(swift.endpoint, folder=tmp_path, bucket="no-such-bucket"),
    ):
        for act in (lambda s: s.get(HASH), lambda s: s.put(CONTENT), lambda s: s.named("filings/1")):
            with pytest.raises(StoreAway):
                act(shelf)


@pytest.mark.parametrize(
    "change", [lambda data: data.replace(b"were", b"wore"), lambda data: data[:-1], lambda _data: b""]
)
def test_an_altered_byte_is_never_served_but_asked_for_again(swift, tmp_path, change):
    """Swift may serve a changed copy once, with status 200, before it sets it aside."""
    shelf_at(swift.endpoint, folder=tmp_path).put(CONTENT)
    with door(passing_on(swift, change)) as liar:
        shelf = shelf_at(liar, folder=tmp_path)
        assert shelf.get(HASH) == CONTENT
    with door(passing_on(swift, change)) as liar, shelf_at(liar, folder=tmp_path).open(HASH) as stream:
        assert stream.read() == CONTENT


def test_a_copy_that_is_altered_everywhere_is_never_served(shelf, swift):
    """Two answers are right: altered, or gone because the storage set it aside. The bytes themselves are not."""
    shelf.put(CONTENT)
    alter(swift)
    for act in (shelf.get, shelf.open):
        with pytest.raises((ContentAltered, NotStored)):
            act(HASH)
    assert shelf.put(CONTENT).sha512 == HASH
    assert shelf.get(HASH) == CONTENT


def test_an_altered_copy_is_reported_by_the_door_that_served_it(shelf, swift):
    shelf.put(CONTENT)
    alter(swift)
    [(key, problem)] = list(copies.check(shelf))
    assert key.endswith(HASH)
    assert problem is not None
    assert swift.endpoint in problem


def test_what_the_storage_lost_is_brought_back_from_the_mirror(shelf, swift, tmp_path_factory):
    mirror = LocalStore(tmp_path_factory.mktemp("mirror"))
    shelf.put(CONTENT)
    shelf.name("filings/1", b"{}")
    copies.mirror(shelf, mirror)
    swift.empty()
    back = copies.bring_back(mirror, shelf)
    assert (back.copied, back.named, back.wrong) == (1, 1, [])
    assert (shelf.get(HASH), shelf.named("filings/1")) == (CONTENT, b"{}")


@pytest.mark.parametrize("pointer", [b"", b"0" * 128, b"forged"])
def test_a_name_that_leads_nowhere_is_told(shelf, swift, pointer):
    shelf.name("filings/1", CONTENT)
    swift.overwrite("filings/1", pointer)
    with pytest.raises(ContentAltered):
        shelf.named("filings/1")


def test_a_killed_upload_leaves_nothing_that_anybody_sees(swift, tmp_path):
    """Half a document under a whole one's name would be received, and no document."""
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.integration.portal.test_store_s3 import shelf_at\n"
        "import io, time\n"
        "class Slow(io.RawIOBase):\n"
        "    done = 0\n"
        "    def seekable(self): return True\n"
        "    def tell(self): return self.done\n"
        "    def seek(self, to, how=0):\n"
        "        self.done = to if how == 0 else 5_000_000 + to if how == 2 else self.done + to\n"
        "        return self.done\n"
        "    rounds = 0\n"
        "    def read(self, n=-1):\n"
        "        n = min(n if n > 0 else 5_000_000, 5_000_000 - self.done)\n"
        "        self.done += n\n"
        "        if self.done > 3_000_000 and Slow.rounds > 1: print('half', flush=True); time.sleep(60)\n"
        "        if n == 0: Slow.rounds += 1\n"
        "        return b'x' * n\n"
        "shelf_at(sys.argv[1], folder=Path(sys.argv[2])).put(Slow())\n"
    )
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'app'}:{ROOT}"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, swift.endpoint, tmp_path], stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert swift.names() == []
    assert list((tmp_path / "incoming").glob("*")) == [] if (tmp_path / "incoming").exists() else True


def test_a_big_document_costs_no_memory(swift, tmp_path):
    """A 50 MB film from each of sixteen threads must not fill the server's memory."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from tests.integration.portal.test_store_s3 import shelf_at\n"
        "from tests.integration.portal.test_store_contract import Drawing\n"
        "shelf = shelf_at(sys.argv[1], folder=Path(sys.argv[2]))\n"
        "shelf.put(b'warm'); shelf.open(shelf.put(b'warm').sha512).close()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "shelf.open(shelf.put(Drawing(150_000_000)).sha512).close()\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'app'}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code, swift.endpoint, tmp_path], capture_output=True, text=True, check=True, env=env
    )
    assert int(done.stdout) * 1024 < 20_000_000, "kibibytes grown by storing and reading 150 MB"
