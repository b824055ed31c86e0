"""`bin/kit rotate TIER`: introduce the next signing certificate, beside the present one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from kit import lock, output, secrets
from kit.cli import json_option, rehearsal_option, tier_argument
from kit.errors import Exit, KitError
from kit.tier import Tier, get

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("rotate")
@tier_argument()
@rehearsal_option
@json_option
@click.option("--keystore", type=FILE, help="The next key as it was bought (PKCS#12); without it the kit makes one.")
@click.option("--passphrase-file", type=FILE, help="A file with what opens it.")
@click.option("--root", type=FILE, help="The root that its certificate leads to (PEM), if it is a new one.")
@click.option("--in-days", default=1.0, show_default=True, help="When a key that is made here begins to sign.")
def command(
    tier_name: str,
    rehearsal: bool,
    as_json: bool,
    keystore: Path | None,
    passphrase_file: Path | None,
    root: Path | None,
    in_days: float,
) -> None:
    """Put the next signing key into the vault, beside the present one, which signs until the next one begins.

    `bin/kit apply` brings it to the servers; they change over by themselves. Receipts of the old key stay valid.
    """
    from kit import rotation

    tier = get(tier_name, rehearsal=rehearsal)
    _refuse_hardware(tier)
    with lock.hold(tier, "rotate"):
        now = datetime.now(UTC)
        given = _given(keystore, passphrase_file, root)
        begins = now + timedelta(days=in_days) if in_days > 0 else now - timedelta(minutes=5)
        office = secrets.office_name(tier)
        done = rotation.introduce(secrets.read(tier), tier.name, office, begins, now, given)
        secrets.write(tier, done.values)
    present, following = _told(done.present), _told(done.following)
    output.say(f"The next signing certificate of {tier.title} is in the vault.")
    output.say(f"present  {present['subject']}, until {present['ends']}")
    output.say(f"next     {following['subject']}, from {following['begins']} to {following['ends']}")
    output.say(
        "Bring it to the servers before it begins. When it has signed for a while, rotate again drops the old one."
    )
    output.say(f"next command  {tier.command_hint('apply')}")
    if as_json:
        document: dict[str, Any] = {"tier": tier.name, "rehearsal": rehearsal, "present": present, "next": following}
        output.emit_json("kit.rotate", 1, document)


def _refuse_hardware(tier: Tier) -> None:
    """Raises KIT-136 where the key is in the office's own token: no keystore of the vault is used there."""
    for file in sorted((tier.folder / "group_vars" / "all").glob("*.yml")):
        text = file.read_bytes()
        values = {} if text.startswith(b"$ANSIBLE_VAULT") else yaml.safe_load(text) or {}
        if values.get("signing_pkcs11_soft") is False and not tier.rehearsal:
            raise KitError(
                "KIT-136",
                "The signing key is in the office's own token: the kit cannot make the next one.",
                where=str(file),
                why="signing_pkcs11_soft is false",
                fix="make the key in the token, add its certificate to signing_certificates and its root to "
                'vault_signing_roots, then: bin/kit apply (docs/operators-data.md, "A signing token")',
                exit_code=Exit.REFUSED,
            )


def _given(keystore: Path | None, passphrase_file: Path | None, root: Path | None) -> Any:
    from kit.rotation import Given

    if keystore is None and passphrase_file is None and root is None:
        return None
    if keystore is None or passphrase_file is None:
        raise KitError(
            "KIT-135",
            "A bought key is named by its keystore and the file of its passphrase.",
            fix="bin/kit rotate TIER --keystore FILE --passphrase-file FILE [--root FILE]",
            exit_code=Exit.USAGE,
        )
    passphrase = passphrase_file.read_text(encoding="utf-8").rstrip("\n")
    return Given(keystore.read_bytes(), passphrase, root.read_text(encoding="utf-8") if root else "")


def _told(certificate: Any) -> dict[str, str]:
    return {
        "subject": certificate.subject.rfc4514_string(),
        "begins": certificate.not_valid_before_utc.isoformat(timespec="minutes"),
        "ends": certificate.not_valid_after_utc.isoformat(timespec="minutes"),
    }
