"""The vault: what was made once stays, and a wrong password is told as such."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from kit import secrets
from kit.errors import KitError
from kit.tier import Tier


@dataclass(frozen=True)
class OwnTier(Tier):
    """A tier whose files lie in a directory of the test."""

    base: Path = Path()

    @property
    def state(self):
        return self.base / "state"

    @property
    def vault(self):
        return self.base / "vault.yml"


@pytest.fixture
def tier(tmp_path):
    return OwnTier("test", True, tmp_path)


def test_init_makes_every_secret_once(tier):
    """A second init that made new passwords would lock the portal out of its database."""
    first, new = secrets.ensure(tier, "Office")
    again, nothing = secrets.ensure(tier, "Office")
    assert set(new) == set(first)
    assert nothing == []
    assert again == first


def test_an_account_that_a_later_release_needs_gets_a_password_and_the_others_keep_theirs(tier):
    """A vault of an older kit would stop the first apply of a newer one, or lock the portal out."""
    values, _ = secrets.ensure(tier, "Office")
    older = {name: word for name, word in values["vault_database_passwords"].items() if name != "restore"}
    secrets.write(tier, {**values, "vault_database_passwords": older})
    again, new = secrets.ensure(tier, "Office")
    assert new == ["vault_database_passwords.restore"]
    assert again["vault_database_passwords"] | older == again["vault_database_passwords"]
    assert len(again["vault_database_passwords"]["restore"]) == 24
    assert secrets.ensure(tier, "Office") == (again, [])


def test_the_vault_is_encrypted_and_private(tier):
    """A secret in a backup of the operator's machine is a secret lost."""
    values, _ = secrets.ensure(tier, "Office")
    text = tier.vault.read_text()
    assert text.startswith("$ANSIBLE_VAULT;")
    assert values["vault_portal_secret_key"] not in text
    assert tier.vault.stat().st_mode & 0o077 == 0
    assert tier.vault_password_file.stat().st_mode & 0o077 == 0


def test_a_wrong_password_is_told_with_both_files(tier):
    """Ansible's own words at this point are a trace."""
    secrets.ensure(tier, "Office")
    tier.vault_password_file.write_text("another\n")
    with pytest.raises(KitError) as refused:
        secrets.read(tier)
    assert refused.value.code == "KIT-033"
    assert str(tier.vault) in refused.value.where
    assert str(tier.vault_password_file) in refused.value.where


def test_a_missing_password_is_not_replaced_by_a_new_one(tier):
    """A new password would leave a vault that nobody can open."""
    secrets.ensure(tier, "Office")
    tier.vault_password_file.unlink()
    with pytest.raises(KitError) as refused:
        secrets.ensure(tier, "Office")
    assert refused.value.code == "KIT-032"
    assert not tier.vault_password_file.exists()


def test_a_later_release_adds_what_it_needs_and_keeps_the_rest(tier):
    """Upgrades bring new secrets; the old ones are in use."""
    values, _ = secrets.ensure(tier, "Office")
    fewer = {name: value for name, value in values.items() if name != "vault_backup_passphrase"}
    secrets.write(tier, fewer)
    later, new = secrets.ensure(tier, "Office")
    assert new == ["vault_backup_passphrase"]
    assert {name: later[name] for name in fewer} == fewer


def test_half_a_key_pair_is_refused(tier):
    """A new key beside an old certificate would serve a chain that no browser takes."""
    values, _ = secrets.ensure(tier, "Office")
    secrets.write(tier, {name: value for name, value in values.items() if name != "vault_tls_ca_key"})
    with pytest.raises(KitError) as refused:
        secrets.ensure(tier, "Office")
    assert refused.value.code == "KIT-035"


def test_a_vault_in_plain_text_is_refused(tier):
    """It would be read without anyone noticing, and be in the next commit."""
    secrets.ensure(tier, "Office")
    tier.vault.write_text("vault_portal_secret_key: x\n")
    with pytest.raises(KitError) as refused:
        secrets.read(tier)
    assert refused.value.code == "KIT-034"
