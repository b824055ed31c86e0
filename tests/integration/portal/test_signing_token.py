"""A key in a PKCS#11 token: a real SoftHSM, taken away, given back, locked, and asked by many at once."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
import typst

from portal.settings import Settings
from portal.signing import service
from portal.signing import token as tokens
from portal.signing.keys import NoKey
from portal.signing.service import State, trusted, verdict
from portal.signing.signers import candidates, current_signer
from portal.signing.token import Attendant, PinRefused, TokenAway
from tests.support.keys import TestKeys, make_keys
from tests.support.portal_settings import settings_with
from tests.support.softhsm import SoftToken, make_token


@pytest.fixture(scope="module")
def plain() -> bytes:
    source = b'#set document(title: "Receipt")\n#set text(lang: "en")\n= Receipt'
    return typst.compile(source, pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True)


@pytest.fixture
def ours(tmp_path: Path) -> TestKeys:
    return make_keys(tmp_path / "ours")


@pytest.fixture
def token(tmp_path: Path, ours: TestKeys) -> SoftToken:
    return make_token(tmp_path / "token", ours)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "HOLD_OFF", 0.2)


def sign(document: bytes, settings: Settings) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "settings", lambda: settings)
        return service.sign_pdf(document, "Receipt")


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_what_a_token_signed_is_valid(plain, tmp_path, kind):
    keys = make_keys(tmp_path / kind, kind=kind)
    token = make_token(tmp_path / "token", keys)
    named = token.certificates.read_bytes()
    token.add(make_keys(tmp_path / "another"))  # a second key in the token, which no certificate names
    token.certificates.write_bytes(named)
    signed = sign(plain, settings_with(**token.settings))
    assert verdict(signed, trusted(keys.trust)).state is State.VALID


def test_many_threads_share_one_session(plain, ours, token):
    settings = settings_with(**token.settings)
    with ThreadPoolExecutor(8) as pool:
        signed = list(pool.map(lambda _: sign_raw(settings), range(64)))
    assert len(set(signed)) == 64  # ECDSA draws a number for each


def sign_raw(settings: Settings, data: bytes = b"signed") -> bytes:
    return asyncio.run(current_signer(settings, datetime.now(UTC)).signer.async_sign_raw(data, "sha256"))


def test_a_token_that_is_away_is_no_key_and_is_used_when_it_is_back(token):
    settings = settings_with(**token.settings)
    sign_raw(settings)
    token.take_away()
    with pytest.raises(TokenAway, match="not there"):
        [sign_raw(settings) for _ in range(3)]
    begun = time.monotonic()
    with pytest.raises(TokenAway):
        sign_raw(settings)  # left alone meanwhile: refused at once
    assert time.monotonic() - begun < 0.1
    token.put_back()
    time.sleep(0.3)
    assert sign_raw(settings)


def test_a_token_that_was_not_there_at_the_start_is_used_when_it_comes(token):
    settings = settings_with(**token.settings)
    token.take_away()
    with pytest.raises(TokenAway):
        sign_raw(settings)
    token.put_back()
    time.sleep(0.3)
    assert sign_raw(settings)


def test_a_refused_pin_is_offered_once_by_all_processes_together(token, monkeypatch):
    """Three wrong tries lock many a token, and only its maker opens it again."""
    settings = settings_with(**{**token.settings, "signing_pkcs11_pin": "wrong"})
    tries: list[int] = []
    real = pkcs11.lib

    class Counted:
        def __init__(self, slot):
            self.slot = slot

        def __getattr__(self, name):
            return getattr(self.slot, name)

        def open(self, **more):
            tries.append(1)
            return self.slot.open(**more)

    class Library:
        def __init__(self, library):
            self.library = library

        def reinitialize(self):
            self.library.reinitialize()

        def get_slots(self, **more):
            slots = self.library.get_slots(**more)
            return [type("Slot", (), {"get_token": lambda _, s=slot: Counted(s.get_token())})() for slot in slots]

    monkeypatch.setattr(pkcs11, "lib", lambda so: Library(real(so)))
    for _ in range(5):
        with pytest.raises(PinRefused, match="not tried again"):
            sign_raw(settings)
    tokens._tokens.clear()  # as a process that was started again
    with pytest.raises(PinRefused, match="refused this PIN before"):
        sign_raw(settings)
    assert len(tries) == 1
    assert sign_raw(settings_with(**token.settings)), "the right PIN is taken at once"


def test_the_pin_is_not_written_where_it_is_remembered(token):
    wrong = "4711-4711"
    with pytest.raises(PinRefused):
        sign_raw(settings_with(**{**token.settings, "signing_pkcs11_pin": wrong}))
    written = b"".join(path.read_bytes() for path in (token.folder / "state").iterdir())
    assert written
    assert wrong.encode() not in written


def test_a_certificate_whose_key_is_not_in_the_token_is_no_key(tmp_path, token):
    other = make_keys(tmp_path / "other", "Another office")
    token.certificates.write_bytes(make_token(tmp_path / "token2", other).certificates.read_bytes())
    with pytest.raises(NoKey, match="none of its 1 keys"):
        sign_raw(settings_with(**token.settings))


def test_a_module_that_is_not_there_is_no_key(token):
    settings = settings_with(**{**token.settings, "signing_pkcs11_module": "/nonexistent/module.so"})
    with pytest.raises(NoKey):
        sign_raw(settings)


def test_a_module_that_hangs_delays_nobody_twice(monkeypatch):
    monkeypatch.setattr(tokens, "WAIT", 0.2)
    attendant, hang = Attendant(), threading.Event()
    with pytest.raises(TokenAway, match="did not answer"):
        attendant.ask(lambda: hang.wait(30), "the token")
    begun = time.monotonic()
    with pytest.raises(TokenAway, match="has not answered"):
        attendant.ask(lambda: "late", "the token")
    assert time.monotonic() - begun < 0.1
    hang.set()
    time.sleep(0.1)
    assert attendant.ask(lambda: "back", "the token") == "back"


def test_a_forked_process_opens_its_own(token):
    settings = settings_with(**token.settings)
    sign_raw(settings)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=lambda: answers.put((os.getpid(), sign_raw(settings))))
    child.start()
    pid, signed = answers.get(timeout=20)
    child.join(20)
    assert pid != os.getpid()
    assert signed
    assert sign_raw(settings)


def test_the_newest_that_is_valid_now_signs(tmp_path, ours, token):
    """An overlap: the next key is in place a day before it takes over, and takes over by itself."""
    now = datetime.now(UTC)
    following = make_keys(tmp_path / "next", "Next", begins=now + timedelta(days=1), days=30)
    token.add(following)
    settings = settings_with(**token.settings)
    assert [one.name for one in candidates(settings)] == ["TEST, no legal effect", "Next"]
    assert current_signer(settings, now).name == "TEST, no legal effect"
    assert current_signer(settings, now + timedelta(days=2)).name == "Next"
    with pytest.raises(NoKey, match="no signing certificate is valid now"):
        current_signer(settings, now + timedelta(days=40))
