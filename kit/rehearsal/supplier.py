"""Plays the supplier of a certificate in a rehearsal: `python -m kit.rehearsal.supplier FILES NAME…`.

FILES is a row of `tls_supplied` as JSON: the paths that the inventory names. What is there already, for these names,
stays. Prints what was done: `delivered`, or `there`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from kit import certificates
from kit.paths import write_private

RENEWED_AT = timedelta(days=60)


def deliver(certificate: Path, key: Path, authority: Path, names: Sequence[str]) -> bool:
    """Put a pair for `names`, and the root that browsers trust it by, into these files; False when they are there."""
    if all(file.is_file() for file in (certificate, key, authority)) and _fits(certificate, names):
        return False
    made = certificates.bought(names)
    write_private(key, made.key)
    write_private(certificate, made.chain)
    write_private(authority, made.root)
    return True


def _fits(certificate: Path, names: Sequence[str]) -> bool:
    own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    if own.not_valid_after_utc - datetime.now(UTC) < RENEWED_AT:
        return False
    value = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = {*value.get_values_for_type(x509.DNSName), *map(str, value.get_values_for_type(x509.IPAddress))}
    return set(names) <= held


def main(arguments: Sequence[str]) -> None:
    """Deliver what the arguments ask for."""
    files, *names = arguments
    paths = {kind: Path(place) for kind, place in json.loads(files).items()}
    print("delivered" if deliver(**paths, names=names) else "there")


if __name__ == "__main__":
    main(sys.argv[1:])
