"""Timestamps and archive timestamps, from a real authority that this test starts: the rehearsals' stand-in."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import typst

from portal.settings import Settings
from portal.signing import service, timestamps
from portal.signing.service import State, TimestampAway, trusted, verdict
from stand_ins import timestamp_authority
from tests.support.keys import TestKeys, make_keys
from tests.support.portal_settings import settings_with
from tests.support.stamping import Stamping


@pytest.fixture(scope="module")
def stamping(tmp_path_factory) -> Iterator[Stamping]:
    authority = Stamping(tmp_path_factory.mktemp("authority"))
    yield authority
    authority.take_away()


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> TestKeys:
    return make_keys(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def plain() -> bytes:
    source = b'#set document(title: "Receipt")\n#set text(lang: "en")\n= Receipt'
    return typst.compile(source, pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch) -> None:
    timestamps._authorities.clear()
    monkeypatch.setattr(timestamps, "HOLD_OFF", 0.2)


def settings_of(ours: TestKeys, stamping: Stamping, **more: object) -> Settings:
    known = {
        "signing_keystore": ours.keystore,
        "signing_passphrase": ours.passphrase,
        "signing_trust": ours.trust,
        **stamping.settings,
    }
    return settings_with(**{**known, **more})


class Using:
    """The service under given settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __getattr__(self, name: str):
        def call(*arguments):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(service, "settings", lambda: self.settings)
                return getattr(service, name)(*arguments)

        return call


@pytest.fixture(scope="module")
def stamped(plain, ours, stamping) -> bytes:
    timestamps._authorities.clear()
    return Using(settings_of(ours, stamping)).sign_stamped(plain, "Receipt")


def test_a_stamped_receipt_is_valid_and_says_when(stamped, ours, stamping):
    found = verdict(stamped, trusted(ours.trust), trusted(stamping.folder / "root.crt"))
    assert found.state is State.VALID, found
    assert len(found.stamps) == 2  # the one inside the signature, and the archive's
    assert all(abs(at - datetime.now(UTC)) < timedelta(minutes=2) for at in found.stamps)


def test_it_is_due_in_a_year_and_sooner_when_the_authority_ends(stamped, plain, ours, tmp_path):
    due = service.due_again(stamped)
    assert timedelta(days=364) < due - datetime.now(UTC) < timedelta(days=366)
    ending = Stamping(tmp_path, days=200)
    document = Using(settings_of(ours, ending)).sign_stamped(plain, "Receipt")
    ending.take_away()
    assert timedelta(days=108) < service.due_again(document) - datetime.now(UTC) < timedelta(days=111)


def test_it_stays_pdf_a_3s_version(stamped):
    assert stamped.startswith(b"%PDF-1.7")
    assert b"/Version" not in stamped


def test_poppler_says_valid_too(stamped, ours, stamping, tmp_path):
    """What an agent's own reader says of the signature; poppler does not judge archive timestamps, and says so."""
    assert shutil.which("pdfsig"), "apt-get install poppler-utils (bin/kit test does it)"
    file = tmp_path / "receipt.pdf"
    file.write_bytes(stamped)
    told = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout
    signature, _, stamp = told.partition("Signature #2")
    assert "Signature is Valid." in signature, told
    assert "Total document signed" in stamp, told


def test_without_the_authoritys_root_it_is_not_valid(stamped, ours):
    """A stamp that anyone could have made must not pass for one that the office stands for."""
    assert verdict(stamped, trusted(ours.trust), []).state is State.ALTERED


@pytest.mark.parametrize("bit", [1, 32])
def test_no_single_byte_can_be_changed(stamped, ours, stamping, bit):
    """Every part: pages, signature, what was added for the archive, the last stamp's own container."""
    roots, stamp_roots = trusted(ours.trust), trusted(stamping.folder / "root.crt")
    last = stamped.rindex(b"/Contents <")
    end = stamped.index(b">", last)
    places = [
        *range(0, len(stamped), 401),
        *range(last - 20, last + 90),
        *range(last, end, 53),
        *range(end - 3, end + 20),
    ]
    wrong = []
    for place in places:
        content = bytearray(stamped)
        content[place] ^= bit
        if verdict(bytes(content), roots, stamp_roots).state is State.VALID:
            wrong.append(place)
    assert wrong == []


def test_a_yearly_stamp_keeps_what_was_there(stamped, ours, stamping):
    """The original receipt is a prefix of every later state of it: byte for byte the same in court."""
    again = Using(settings_of(ours, stamping)).archive_again(stamped)
    assert again.startswith(stamped)
    third = Using(settings_of(ours, stamping)).archive_again(again)
    assert third.startswith(again)
    found = verdict(third, trusted(ours.trust), trusted(stamping.folder / "root.crt"))
    assert found.state is State.VALID, found
    assert len(found.stamps) == 4
    assert list(found.stamps) == sorted(found.stamps)


def test_a_receipt_without_any_stamp_can_be_archived_later(plain, ours, stamping):
    using = Using(settings_of(ours, stamping))
    original = using.sign_pdf(plain, "Receipt")
    again = using.archive_again(original)
    assert again.startswith(original)
    found = verdict(again, trusted(ours.trust), trusted(stamping.folder / "root.crt"))
    assert (found.state, len(found.stamps)) == (State.VALID, 1), found


def test_an_altered_receipt_gets_no_new_proof(stamped, ours, stamping):
    broken = bytearray(stamped)
    broken[len(b"%PDF-1.7") + 30] ^= 1
    with pytest.raises(ValueError, match="does not hold"):
        Using(settings_of(ours, stamping)).archive_again(bytes(broken))


def test_an_authority_that_is_away_is_left_alone_and_asked_again(plain, ours, stamping):
    using = Using(settings_of(ours, stamping))
    stamping.take_away()
    try:
        with pytest.raises(TimestampAway, match="Connection refused"):
            using.sign_stamped(plain, "Receipt")
        begun = time.monotonic()
        with pytest.raises(TimestampAway):
            using.sign_stamped(plain, "Receipt")
        assert time.monotonic() - begun < 1
    finally:
        stamping.put_back()
    time.sleep(0.3)
    assert using.sign_stamped(plain, "Receipt")


def test_an_authority_that_hangs_costs_one_time_out(plain, ours, stamping, monkeypatch):
    monkeypatch.setattr(timestamps, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TimestampAway, match="timed out"):
            Using(settings_of(ours, stamping, timestamp_url=url)).sign_stamped(plain, "Receipt")


def test_a_stamp_of_another_authority_is_not_taken(plain, ours, stamping, tmp_path):
    """Whoever answers at that address must be the one whose root the office trusts."""
    other = tmp_path / "other"
    timestamp_authority.make(other)
    using = Using(settings_of(ours, stamping, timestamp_trust=other / "root.crt"))
    with pytest.raises(TimestampAway, match="do not lead to timestamp_trust"):
        using.sign_stamped(plain, "Receipt")


@pytest.mark.parametrize("answer", [b"<h1>Sign in to this network</h1>", b"0\x03\x02\x01\x01", b""])
def test_what_is_no_authority_is_away(plain, ours, stamping, answer):
    """A proxy's page, or an answer that was cut, must not end as an error that nobody expected."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if b"<" in answer else "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_told):
            pass

    server = HTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        with pytest.raises(TimestampAway):
            Using(settings_of(ours, stamping, timestamp_url=url)).sign_stamped(plain, "Receipt")
    finally:
        server.shutdown()
        server.server_close()


def test_the_authoritys_clock_is_asked(ours, stamping):
    """What the doctor compares this server's clock with."""
    source = timestamps.authority(settings_of(ours, stamping))
    assert abs(timestamps.now_by(source) - datetime.now(UTC)) < timedelta(seconds=5)
