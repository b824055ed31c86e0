"""A real PKCS#11 token for tests: SoftHSM's, with the key of a PKCS#12 file in it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from tests.support.keys import TestKeys

PIN = "not-1234"
LABEL = "office-signing"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


@dataclass(frozen=True)
class SoftToken:
    """A token in a folder of its own: `settings` name it, `take_away` and `put_back` are its cable."""

    folder: Path
    certificates: Path

    @property
    def settings(self) -> dict[str, Any]:
        """What the portal's settings say of it."""
        return {
            "signing_engine": "pkcs11",
            "signing_certificates": self.certificates,
            "signing_pkcs11_module": MODULE,
            "signing_pkcs11_token": LABEL,
            "signing_pkcs11_pin": PIN,
            "signing_pkcs11_environment": [f"SOFTHSM2_CONF={self.folder / 'softhsm2.conf'}"],
            "signing_state": self.folder / "state",
        }

    def take_away(self) -> None:
        """Nothing of the token is there any more."""
        (self.folder / "tokens").rename(self.folder / "away")
        (self.folder / "tokens").mkdir()

    def put_back(self) -> None:
        """It is there again, as it was."""
        (self.folder / "tokens").rmdir()
        (self.folder / "away").rename(self.folder / "tokens")

    def add(self, keys: TestKeys) -> None:
        """Put one more key into it, and its certificate beside it."""
        key, certificate, chain = pkcs12.load_key_and_certificates(keys.keystore.read_bytes(), keys.passphrase.encode())
        assert key is not None
        assert certificate is not None
        plain = self.folder / "key.pem"
        plain.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        try:
            self._util("--import", str(plain), "--token", LABEL, "--label", "signing", "--id", secrets.token_hex(4),
                       "--pin", PIN)  # fmt: skip
        finally:
            plain.unlink()
        with self.certificates.open("ab") as stream:
            stream.writelines(_pem(one) for one in [certificate, *chain])

    def _util(self, *arguments: str) -> None:
        util = shutil.which("softhsm2-util")
        if util is None:
            raise RuntimeError("softhsm2-util is not installed: `apt-get install softhsm2` (bin/kit test does it)")
        environment = {**os.environ, "SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}
        subprocess.run([util, *arguments], env=environment, check=True, capture_output=True, timeout=30)


def make_token(folder: Path, *keys: TestKeys) -> SoftToken:
    """Initialise a token and put these keys into it."""
    for name in ("tokens", "state"):
        (folder / name).mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    token = SoftToken(folder, folder / "certificates.pem")
    token._util("--init-token", "--free", "--label", LABEL, "--so-pin", "not-12345678", "--pin", PIN)
    for one in keys:
        token.add(one)
    return token


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
