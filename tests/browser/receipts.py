"""A receipt as somebody else's tool judges it: poppler's pdfsig."""

from __future__ import annotations

import subprocess
from pathlib import Path


def pdfsig(path: Path) -> str:
    """What pdfsig says of a file."""
    done = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def assert_signed(receipt: bytes, folder: Path) -> None:
    """The signature is valid over the whole file, and a changed byte makes it invalid."""
    whole, changed = folder / "receipt.pdf", folder / "changed.pdf"
    whole.write_bytes(receipt)
    said = pdfsig(whole)
    assert "Signature Validation: Signature is Valid." in said, said
    assert "Total document signed" in said, said
    place = receipt.index(b"/Producer") if b"/Producer" in receipt else 1200
    changed.write_bytes(receipt[: place + 1] + bytes([receipt[place + 1] ^ 1]) + receipt[place + 2 :])
    assert "Signature is Valid." not in pdfsig(changed), "a changed byte was not noticed"
