"""What is said of a PDF: valid, altered, or not ours."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from portal.signing import keys as keys_module
from portal.signing import service
from portal.signing.keys import NoKey, signer
from portal.signing.service import State, trusted, verdict
from tests.support.keys import PASSPHRASE, TestKeys, make_keys
from tests.support.portal_settings import settings_with


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> TestKeys:
    return make_keys(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def plain() -> bytes:
    source = b'#set document(title: "Receipt")\n#set text(lang: "en")\n= Receipt\nReception date: 23 November 2026'
    return typst.compile(source, pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True)


def sign(document: bytes, keys: TestKeys) -> bytes:
    settings = settings_with(signing_keystore=keys.keystore, signing_passphrase=keys.passphrase)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "settings", lambda: settings)
        return service.sign_pdf(document, "Receipt")


@pytest.fixture(scope="module")
def signed(plain, ours) -> bytes:
    return sign(plain, ours)


def test_what_the_office_signed_is_valid(signed, ours):
    found = verdict(signed, trusted(ours.trust))
    assert (found.state, found.signer) == (State.VALID, "TEST, no legal effect")
    assert abs(found.signed_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_rsa_key_serves_as_well(plain, tmp_path):
    rsa = make_keys(tmp_path, kind="rsa")
    assert verdict(sign(plain, rsa), trusted(rsa.trust)).state is State.VALID


def test_the_signature_leaves_the_version_that_pdf_a_3_asks_for(signed):
    assert b"/Version" not in signed
    assert signed.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("bit", [1, 32])
def test_no_single_byte_can_be_changed(signed, ours, bit):
    """Every part of the file and of the signature's own container, the unsigned bytes of it included."""
    roots = trusted(ours.trust)
    start = signed.index(b"/Contents <") - 40
    end = signed.index(b">", start)
    places = [
        *range(0, len(signed), 101),
        *range(start, start + 300),
        *range(start, end, 13),
        *range(end - 4, end + 60),
    ]
    wrong = []
    for place in places:
        content = bytearray(signed)
        content[place] ^= bit
        if verdict(bytes(content), roots).state is not State.ALTERED:
            wrong.append(place)
    assert wrong == []


def test_a_cut_or_lengthened_file_is_altered(signed, ours):
    roots = trusted(ours.trust)
    for content in (signed[:-1], signed[:-300], signed + b"\n", b"\n" + signed, signed + signed):
        assert verdict(content, roots).state is State.ALTERED


def test_a_later_change_within_the_rules_of_pdf_is_altered(signed, ours):
    """An incremental update leaves the signed bytes whole, and shows the reader something else."""
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert verdict(out.getvalue(), trusted(ours.trust)).state is State.ALTERED


def test_another_offices_signature_is_not_ours(plain, ours, tmp_path):
    other = make_keys(tmp_path, "Another office")
    found = verdict(sign(plain, other), trusted(ours.trust))
    assert (found.state, found.signer) == (State.NOT_OURS, "Another office")


def test_a_forger_who_copies_our_names_is_not_ours(plain, ours, tmp_path):
    forged = make_keys(tmp_path)  # the same names, other keys
    assert verdict(sign(plain, forged), trusted(ours.trust)).state is State.NOT_OURS


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00" * 5000, b"<" + b"ab" * 4000 + b">"])
def test_what_is_no_signed_pdf_is_not_ours(content, ours):
    assert verdict(content, trusted(ours.trust)).state is State.NOT_OURS


def test_an_unsigned_pdf_is_not_ours(plain, ours):
    assert verdict(plain, trusted(ours.trust)).state is State.NOT_OURS


def test_the_key_is_read_once_and_again_when_its_file_changes(tmp_path, monkeypatch):
    """A key that is read at each signature costs RSA 250 ms; one that is never read again outlives its rotation."""
    first = make_keys(tmp_path, "First")
    reads = []
    real = keys_module._read
    monkeypatch.setattr(keys_module, "_read", lambda *args: reads.append(1) or real(*args))
    assert signer(first.keystore, PASSPHRASE) is signer(first.keystore, PASSPHRASE)
    assert len(reads) == 1
    make_keys(tmp_path, "Second")
    assert signer(first.keystore, PASSPHRASE).name == "Second"


@pytest.mark.parametrize("case", ["none", "absent", "wrong passphrase", "not a keystore"])
def test_a_key_that_cannot_be_used_is_no_key(tmp_path, case):
    keys = make_keys(tmp_path)
    path, passphrase = keys.keystore, PASSPHRASE
    if case == "none":
        path = None
    elif case == "absent":
        path = tmp_path / "away.p12"
    elif case == "wrong passphrase":
        passphrase = "wrong"
    else:
        path.write_bytes(b"not a keystore")
    with pytest.raises(NoKey):
        signer(path, passphrase)


def test_a_key_that_comes_back_is_used(tmp_path):
    keys = make_keys(tmp_path)
    content = keys.keystore.read_bytes()
    keys.keystore.unlink()
    with pytest.raises(NoKey):
        signer(keys.keystore, PASSPHRASE)
    keys.keystore.write_bytes(content)
    data = b"signed"
    assert asyncio.run(signer(keys.keystore, PASSPHRASE).async_sign_raw(data, "sha256"))
