"""A tier's secrets: made once by `init`, kept in an Ansible vault, never printed."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError
from kit.paths import write_private
from kit.tier import Tier

DEMONSTRATION = ("agent", "officer", "cashier")
ACCOUNTS = ("application", "migration", "backup", "restore")
"""Accounts of the database that a password is made for."""


def new_password(length: int = 24) -> str:
    """Return a random password of letters and digits that nobody confuses when reading them aloud."""
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(letters) for _ in range(length))


def new_totp_secret() -> str:
    """Return the shared secret of a second factor, 160 bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def make(tier: Tier, office: str) -> dict[str, Any]:
    """Return all secrets of a tier under the names that roles read. `office` is the signer's organisation."""
    from kit import certificates

    passphrase = new_password(32)
    signing = certificates.signing_keystore(office, tier.name, passphrase)
    authority = certificates.authority(f"{office} internal CA ({tier.name})")
    account = certificates.acme_account()
    mail = certificates.mail_signer()
    return {
        "vault_database_passwords": {user: new_password() for user in ACCOUNTS},
        "vault_portal_secret_key": secrets.token_urlsafe(48),
        "vault_portal_totp_secret": secrets.token_urlsafe(32),
        "vault_portal_password_salt": secrets.token_urlsafe(32),
        "vault_signing_keystore": signing.keystore,
        "vault_signing_passphrase": passphrase,
        "vault_signing_roots": signing.roots,
        "vault_signing_pin": new_password(16),
        "vault_signing_so_pin": new_password(16),
        "vault_tls_ca_key": authority.key,
        "vault_tls_ca_certificate": authority.certificate,
        "vault_backup_passphrase": new_password(32),
        "vault_acme_account_key": account.key,
        "vault_acme_account_thumbprint": account.public,
        "vault_smtp_dkim_key": mail.key,
        "vault_smtp_dkim_public": mail.public,
        "vault_documents_s3_secret": new_password(40),
        "vault_swift_hash_suffix": new_password(32),
        "vault_demo_passwords": {person: new_password(16) for person in DEMONSTRATION},
        "vault_demo_totp": {person: new_totp_secret() for person in DEMONSTRATION},
    }


def write(tier: Tier, values: dict[str, Any]) -> None:
    """Encrypt `values` into the tier's vault; makes the password file when there is none."""
    from ansible.parsing.vault import VaultLib, VaultSecret

    password_file = tier.vault_password_file
    if not password_file.is_file():
        write_private(password_file, new_password(40) + "\n")
    secret = VaultSecret(_password(password_file))
    text = "---\n# Made by bin/kit init; see it with: ansible-vault view\n" + yaml.safe_dump(values, sort_keys=False)
    sealed: bytes = VaultLib([("default", secret)]).encrypt(text, secret=secret)
    write_private(tier.vault, sealed.decode())


def read(tier: Tier) -> dict[str, Any]:
    """Return the tier's secrets. Raises KIT-031 without a vault, KIT-032 without, KIT-033 with a wrong password."""
    from ansible.errors import AnsibleError
    from ansible.parsing.vault import VaultLib, VaultSecret

    if not tier.vault.is_file():
        raise KitError(
            "KIT-031",
            f"The tier {tier.title} has no secrets yet.",
            where=str(tier.vault),
            fix=tier.command_hint("init"),
        )
    password_file = tier.vault_password_file
    if not password_file.is_file():
        raise KitError(
            "KIT-032",
            f"The vault of the tier {tier.title} is there, its password is not.",
            where=str(password_file),
            why="only this file opens the vault; it is never in git",
            fix=_mend(
                tier, "put the password file back from where you keep it, or name it in ANSIBLE_VAULT_PASSWORD_FILE"
            ),
        )
    sealed = tier.vault.read_bytes()
    if not sealed.startswith(b"$ANSIBLE_VAULT;"):
        raise KitError(
            "KIT-034",
            f"The vault of the tier {tier.title} is not encrypted.",
            where=str(tier.vault),
            why="its first line is not $ANSIBLE_VAULT;1.1;AES256",
            fix=f"ansible-vault encrypt --vault-password-file {password_file} {tier.vault}",
        )
    try:
        text = VaultLib([("default", VaultSecret(_password(password_file)))]).decrypt(sealed)
    except AnsibleError as refused:
        raise KitError(
            "KIT-033",
            f"The vault of the tier {tier.title} does not open with this password.",
            where=f"{tier.vault}, with the password in {password_file}",
            why="the password is another one, or the vault was damaged",
            fix=_mend(
                tier, "put the right password into that file, or name another file in ANSIBLE_VAULT_PASSWORD_FILE"
            ),
        ) from refused
    values = yaml.safe_load(text)
    if not isinstance(values, dict):
        raise KitError(
            "KIT-034",
            f"The vault of the tier {tier.title} holds no variables.",
            where=str(tier.vault),
            fix=_mend(tier, "restore the vault from your copy"),
        )
    return values


def ensure(tier: Tier, office: str) -> tuple[dict[str, Any], list[str]]:
    """Return the tier's secrets and the names of those that were made just now; what is there is never replaced."""
    known = read(tier) if tier.vault.is_file() else {}
    made = make(tier, office) if not known else _missing(tier, office, known)
    new = [name for name in made if name not in known]
    known = {**known, **{name: made[name] for name in new}}
    # A later release may have one account more: its password joins those that are there.
    passwords = {account: new_password() for account in ACCOUNTS} | known["vault_database_passwords"]
    new += [
        f"vault_database_passwords.{account}"
        for account in passwords
        if account not in known["vault_database_passwords"]
    ]
    if new:
        known["vault_database_passwords"] = passwords
        write(tier, known)
    return known, new


def office_name(tier: Tier) -> str:
    """Return the office's English name from the tier's profile, without judging the rest of it."""
    try:
        profile = yaml.safe_load(tier.office_file.read_text(encoding="utf-8")) or {}
    except FileNotFoundError as missing:
        raise KitError(
            "KIT-022",
            f"The tier {tier.name} has no office profile.",
            where=str(tier.office_file),
            fix="copy inventories/test/office.yml and make it your office's",
        ) from missing
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        raise KitError(
            "KIT-021",
            "The office's profile is not valid YAML.",
            where=f"{tier.office_file}:{mark.line + 1}" if mark else str(tier.office_file),
            why=str(getattr(broken, "problem", broken)),
            fix="correct the line, then run the same command again",
        ) from broken
    name = (profile.get("office") or {}).get("name") or profile.get("name") or "Office"
    return str(name.get("en") or next(iter(name.values()))) if isinstance(name, dict) else str(name)


def _missing(tier: Tier, office: str, known: dict[str, Any]) -> dict[str, Any]:
    """Return fresh secrets when a later release needs some that the vault does not have; making keys takes time."""
    wanted = {
        "vault_database_passwords", "vault_portal_secret_key", "vault_portal_totp_secret", "vault_portal_password_salt",
        "vault_signing_keystore", "vault_signing_passphrase", "vault_signing_roots", "vault_tls_ca_key",
        "vault_tls_ca_certificate", "vault_backup_passphrase", "vault_demo_passwords", "vault_demo_totp",
        "vault_acme_account_key", "vault_acme_account_thumbprint", "vault_smtp_dkim_key", "vault_smtp_dkim_public",
        "vault_signing_pin", "vault_signing_so_pin",
        "vault_documents_s3_secret", "vault_swift_hash_suffix",
    }  # fmt: skip
    lacking = wanted - set(known)
    if not lacking:
        return {}
    fresh = make(tier, office)
    # A keystore, its passphrase and its root belong together, as an authority's key and certificate do.
    for group in (
        {"vault_signing_keystore", "vault_signing_passphrase", "vault_signing_roots"},
        {"vault_tls_ca_key", "vault_tls_ca_certificate"},
        {"vault_acme_account_key", "vault_acme_account_thumbprint"},
        {"vault_smtp_dkim_key", "vault_smtp_dkim_public"},
    ):
        if lacking & group and not group <= lacking:
            raise KitError(
                "KIT-035",
                f"The vault of the tier {tier.title} lacks {', '.join(sorted(lacking & group))}.",
                where=str(tier.vault),
                why=f"it belongs to {', '.join(sorted(group - lacking))}, which is there and is not replaced",
                fix=_mend(tier, "restore the vault from your copy"),
            )
    return {name: fresh[name] for name in fresh if name in lacking}


def _mend(tier: Tier, real: str) -> str:
    """Say how to go on: a rehearsal's secrets can be made anew, a real tier's cannot."""
    if tier.rehearsal:
        return f"a rehearsal's secrets can go: bin/kit down {tier.name}, then bin/kit up {tier.name}"
    return real


def _password(path: Path) -> bytes:
    return path.read_bytes().strip()
