"""What every engine of the document store promises, on a real directory and on a real OpenStack Swift."""

from __future__ import annotations

import hashlib
import io
import threading
from pathlib import Path

import pytest

from portal.documents import copies
from portal.documents.store import ContentAltered, DocumentStore, LocalStore, NameTaken, NotStored, store_of
from portal.settings import Settings
from tests.integration.swift import Swift

CONTENT = b"the bytes that were received"
HASH = hashlib.sha512(CONTENT).hexdigest()


@pytest.fixture(params=["local", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> DocumentStore:
    """An empty store of each engine."""
    if request.param == "local":
        return LocalStore(tmp_path)
    storage: Swift = request.getfixturevalue("swift")
    return store_of(storage_settings(storage, tmp_path))


def storage_settings(storage: Swift, folder: Path) -> Settings:
    """The portal's settings for a storage; what has nothing to do with it is not looked at."""
    return Settings.model_construct(
        **storage.settings(), documents_path=folder, documents_s3_region="us-east-1", documents_s3_ca=None
    )


class Drawing(io.RawIOBase):
    """A stream that can be read once, from its beginning to its end."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        return b"x" * size


def test_content_is_stored_under_its_own_hash(shelf):
    assert not shelf.exists(HASH)
    assert shelf.put(CONTENT) == shelf.put(io.BytesIO(CONTENT))
    assert shelf.get(HASH) == CONTENT
    with shelf.open(HASH) as stream:
        assert stream.read() == CONTENT
    assert shelf.exists(HASH)
    assert list(shelf.everything()) == [f"sha512/{HASH[:2]}/{HASH[2:4]}/{HASH}"]


@pytest.mark.parametrize("size", [0, 1, 26_214_400])
def test_every_size_that_may_be_uploaded_comes_back(shelf, size):
    """Nothing, a byte, and the largest upload, from a stream that cannot be read a second time."""
    stored = shelf.put(Drawing(size))
    assert stored.size == size
    assert stored.sha512 == hashlib.sha512(b"x" * size).hexdigest()
    with shelf.open(stored.sha512) as stream:
        assert hashlib.file_digest(stream, "sha512").hexdigest() == stored.sha512


def test_a_stream_is_stored_from_where_it_stands(shelf):
    stream = io.BytesIO(b"read before" + CONTENT)
    stream.seek(11)
    assert shelf.put(stream).sha512 == HASH


def test_absent_content_and_impossible_keys_are_told(shelf):
    for act in (shelf.get, shelf.open):
        with pytest.raises(NotStored):
            act(HASH)
        with pytest.raises(NotStored):
            act("../../etc/passwd")
    with pytest.raises(NotStored), shelf.held("no-such-key"):
        pass
    with pytest.raises(NotStored), shelf.held("../../etc"):
        pass


def test_a_name_is_given_once_whatever_its_content(shelf):
    shelf.name("filings/T402026000000001", CONTENT)
    assert shelf.named("filings/T402026000000001") == CONTENT
    for content in (CONTENT, b"other"):
        with pytest.raises(NameTaken):
            shelf.name("filings/T402026000000001", content)
    assert shelf.named("filings/T402026000000001") == CONTENT
    assert shelf.named("filings/T402026000000002") is None


def test_one_of_many_gets_a_name_under_the_lock_that_its_caller_holds(shelf):
    """Eight portals that allot the same number, each under the row's lock: one of them has it, and the others know."""
    lock, won, lost = threading.Lock(), [], []

    def try_it(index: int) -> None:
        with lock:
            try:
                shelf.name("filings/1", f"content {index}".encode())
            except NameTaken:
                lost.append(index)
            else:
                won.append(index)

    threads = [threading.Thread(target=try_it, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert shelf.named("filings/1") == f"content {won[0]}".encode()


@pytest.mark.parametrize(
    "name", ["../escape", "filings/../x", "/etc/x", "sha512/ab", "incoming/x", "filings/", "filings/.x"]
)
def test_a_name_cannot_leave_its_place(shelf, name):
    for act in (lambda: shelf.name(name, CONTENT), lambda: shelf.named(name)):
        with pytest.raises(ValueError, match="not a name"):
            act()


def test_what_arrived_is_held_until_it_is_dropped(shelf, tmp_path):
    """What may be a virus has no hash that anything could name, and a repeat is the same thing."""
    arrived = tmp_path / "arrived"
    arrived.write_bytes(CONTENT)
    for _ in range(2):
        shelf.hold("an-upload-key", arrived)
    with shelf.held("an-upload-key") as path:
        assert path.read_bytes() == CONTENT
    assert not shelf.exists(HASH)
    assert shelf.held_for(-60) == ["an-upload-key"]
    assert shelf.held_for(60) == []
    for _ in range(2):
        shelf.drop("an-upload-key")
    with pytest.raises(NotStored), shelf.held("an-upload-key"):
        pass
    assert shelf.held_for(-60) == []


def test_a_store_that_answers_says_so(shelf, tmp_path):
    assert shelf.ready()
    shelf.check()
    assert list(shelf.everything()) == []
    assert list(tmp_path.glob("incoming/*")) == []


def test_a_mirror_has_everything_and_is_brought_back_from(shelf, tmp_path_factory, tmp_path):
    """The backup takes the mirror: what is not in it burns with the servers."""
    stored = shelf.put(CONTENT)
    shelf.name("filings/T402026000000001", b"{}")
    arrived = tmp_path_factory.mktemp("arrived") / "file"
    arrived.write_bytes(b"not examined yet")
    shelf.hold("an-upload-key", arrived)
    mirror = LocalStore(tmp_path_factory.mktemp("mirror"))

    first, second = copies.mirror(shelf, mirror), copies.mirror(shelf, mirror)
    # The package's content comes with its name, the document by itself.
    assert (first.contents, first.copied, first.named, first.wrong) == (2, 1, 1, [])
    assert (second.contents, second.copied, second.named) == (2, 0, 0)
    assert (mirror.get(HASH), mirror.named("filings/T402026000000001")) == (CONTENT, b"{}")
    with mirror.held("an-upload-key") as path:
        assert path.read_bytes() == b"not examined yet"
    shelf.drop("an-upload-key")
    copies.mirror(shelf, mirror)
    assert mirror.held_for(-60) == []

    other = LocalStore(tmp_path_factory.mktemp("new servers"))
    back = copies.bring_back(mirror, other)
    assert (back.copied, back.named, back.wrong) == (1, 1, [])
    assert other.get(stored.sha512) == CONTENT
    assert other.named("filings/T402026000000001") == b"{}"
    assert copies.bring_back(mirror, shelf).copied == 0
    assert [problem for _key, problem in copies.check(shelf)] == [None, None, None]


def test_an_altered_content_in_the_mirror_is_not_brought_back(shelf, tmp_path_factory):
    """A backup that puts a forged document back would be worse than none."""
    mirror = LocalStore(tmp_path_factory.mktemp("mirror"))
    mirror.put(CONTENT)
    (mirror.root / "sha512" / HASH[:2] / HASH[2:4] / HASH).write_bytes(b"forged")
    back = copies.bring_back(mirror, shelf)
    assert (back.copied, len(back.wrong)) == (0, 1)
    assert not shelf.exists(HASH)
    with pytest.raises(ContentAltered):
        mirror.get(HASH)
