"""The next signing certificate: no gap, no key that was not meant, and receipts of the old one stay valid."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from kit import certificates, rotation
from kit.errors import Exit, KitError
from kit.rotation import Given
from tests.support.keys import PASSPHRASE, make_keys

OFFICE = "Intellectual Property Office of Lumeria"
NOW = datetime.now(UTC)
TOMORROW = NOW + timedelta(days=1)


def vault(tier: str = "production", begins: datetime | None = None):
    made = certificates.signing_keystore(OFFICE, tier, "open", begins)
    return {
        "vault_signing_keystore": made.keystore,
        "vault_signing_passphrase": "open",
        "vault_signing_roots": made.roots,
        "vault_backup_passphrase": "another concern's",
    }


def certificate(content: str, passphrase: str = "open") -> x509.Certificate:
    return pkcs12.load_pkcs12(base64.b64decode(content), passphrase.encode()).cert.certificate


def bought(folder, days=400, begins=None, name=OFFICE):
    keys = make_keys(folder, name, days=days, begins=begins or NOW - timedelta(minutes=5))
    return Given(keys.keystore.read_bytes(), PASSPHRASE, keys.trust.read_text())


def test_the_next_key_stands_beside_the_present_one_and_both_roots_are_kept():
    before = vault()
    done = rotation.introduce(before, "production", OFFICE, TOMORROW, NOW)
    assert done.values["vault_signing_keystore"] == before["vault_signing_keystore"]
    assert done.values["vault_backup_passphrase"] == "another concern's"
    following = certificate(done.values["vault_signing_next_keystore"])
    assert abs(following.not_valid_before_utc - TOMORROW) < timedelta(seconds=2)
    roots = x509.load_pem_x509_certificates(done.values["vault_signing_roots"].encode())
    assert len(roots) == 2
    for leaf in (certificate(before["vault_signing_keystore"]), following):
        assert any(leaf.issuer == root.subject and _issued(leaf, root) for root in roots)


def _issued(leaf, root):
    try:
        leaf.verify_directly_issued_by(root)
    except Exception:
        return False
    return True


def test_a_second_rotation_waits_until_the_next_key_signs():
    """Pressed twice, the key that the servers already wait for would be replaced unseen."""
    once = rotation.introduce(vault(), "production", OFFICE, TOMORROW, NOW).values
    with pytest.raises(KitError, match="in the vault already") as refused:
        rotation.introduce(once, "production", OFFICE, TOMORROW, NOW)
    assert (refused.value.code, refused.value.exit_code) == ("KIT-131", Exit.REFUSED)


def test_when_the_next_key_signs_a_rotation_drops_the_old_one_but_not_its_root():
    first = vault()
    once = rotation.introduce(first, "production", OFFICE, TOMORROW, NOW).values
    later = NOW + timedelta(days=500)
    twice = rotation.introduce(once, "production", OFFICE, later + timedelta(days=1), later).values
    assert twice["vault_signing_keystore"] == once["vault_signing_next_keystore"]
    assert twice["vault_signing_next_keystore"] not in (
        once["vault_signing_keystore"],
        once["vault_signing_next_keystore"],
    )
    assert first["vault_signing_roots"].strip() in twice["vault_signing_roots"]
    assert len(x509.load_pem_x509_certificates(twice["vault_signing_roots"].encode())) == 3


@pytest.mark.parametrize("tier", ["test", "demo"])
def test_a_key_made_for_test_or_demo_says_that_it_has_no_effect(tier):
    done = rotation.introduce(vault(tier), tier, OFFICE, TOMORROW, NOW)
    assert f"{tier.upper()}\\, no legal effect" in done.following.subject.rfc4514_string()


def test_a_bought_key_is_taken_with_its_root(tmp_path):
    given = bought(tmp_path, days=900)
    done = rotation.introduce(vault(begins=NOW - timedelta(days=300)), "production", OFFICE, TOMORROW, NOW, given)
    assert done.values["vault_signing_next_passphrase"] == PASSPHRASE
    assert given.root.strip() in done.values["vault_signing_roots"]


def test_a_bought_key_is_not_replaced_by_one_of_the_kits(tmp_path):
    """The office's own supplier vouches for it in court; a root made here does not."""
    given = bought(tmp_path, days=900)
    values = rotation.introduce(
        vault(begins=NOW - timedelta(days=300)), "production", OFFICE, TOMORROW, NOW, given
    ).values
    with pytest.raises(KitError, match="was bought") as refused:
        rotation.introduce(values, "production", OFFICE, NOW + timedelta(days=801), NOW + timedelta(days=800))
    assert refused.value.code == "KIT-130"


@pytest.mark.parametrize(
    ("what", "code", "why"),
    [
        ({"begins": NOW + timedelta(days=800)}, "KIT-132", "after the present one has ended"),
        ({"days": 60}, "KIT-132", "within 90 days"),
        ({"days": 300}, "KIT-132", "before the present one does"),
        ({"name": "TEST, no legal effect", "days": 900}, "KIT-132", "denies its own effect"),
        ({"begins": NOW - timedelta(days=301), "days": 1100}, "KIT-132", "no newer"),
    ],
)
def test_a_bought_key_that_makes_no_sense_is_refused(tmp_path, what, code, why):
    present = vault(begins=NOW - timedelta(days=300))
    with pytest.raises(KitError) as refused:
        rotation.introduce(present, "production", OFFICE, TOMORROW, NOW, bought(tmp_path, **what))
    assert (refused.value.code, why in refused.value.why) == (code, True), refused.value.why


def test_a_key_of_another_tier_is_refused(tmp_path):
    present = vault("test", begins=NOW - timedelta(days=300))
    with pytest.raises(KitError, match="cannot be the next") as refused:
        rotation.introduce(present, "test", OFFICE, TOMORROW, NOW, bought(tmp_path, days=900))
    assert "lacks 'TEST, no legal effect'" in refused.value.why


def test_a_key_without_its_root_is_refused(tmp_path):
    """Its receipts would be called 'not ours' by the office's own help desk."""
    given = bought(tmp_path, days=900)
    with pytest.raises(KitError) as refused:
        rotation.introduce(
            vault(begins=NOW - timedelta(days=300)), "production", OFFICE, TOMORROW, NOW,
            Given(given.keystore, given.passphrase),
        )  # fmt: skip
    assert refused.value.code == "KIT-133"


def test_a_wrong_passphrase_is_told(tmp_path):
    given = bought(tmp_path, days=900)
    with pytest.raises(KitError, match="does not open") as refused:
        rotation.introduce(
            vault(begins=NOW - timedelta(days=300)), "production", OFFICE, TOMORROW, NOW,
            Given(given.keystore, "another", given.root),
        )  # fmt: skip
    assert refused.value.code == "KIT-134"


def test_the_present_key_itself_is_refused():
    present = vault(begins=NOW - timedelta(days=300))
    same = Given(base64.b64decode(present["vault_signing_keystore"]), "open")
    with pytest.raises(KitError) as refused:
        rotation.introduce(present, "production", OFFICE, TOMORROW, NOW, same)
    assert refused.value.code == "KIT-132"
