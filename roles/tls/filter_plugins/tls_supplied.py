"""What is wrong with a certificate that was bought, before it reaches a server."""

from __future__ import annotations

import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

END = "-----END CERTIFICATE-----"
MACHINE_STORE = Path("/etc/ssl/certs/ca-certificates.crt")


def tls_supplied_problems(names: list[str], certificate: str, key: str, authority: str, days: int) -> list[str]:
    """Say what is wrong with a supplied pair, in an operator's words; empty when browsers will accept it.

    `names` are the names and addresses that it must be valid for. `certificate` is PEM: the server's own first, then
    the authorities between it and the root; `key` its private key, PEM without a passphrase. `authority` are the roots
    that browsers trust, PEM; empty for those that this machine trusts. `days` is how many days must be left.
    """
    if not certificate or not key:
        return [f"there is no {'certificate' if not certificate else 'key'} file"]
    try:
        chain = x509.load_pem_x509_certificates(certificate.encode())
        private = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError) as error:
        return [f"the certificate or its key cannot be read as PEM without a passphrase: {error}"]
    own = chain[0]
    problems = []
    if _public(private) != _public(own):
        problems.append("the key is another certificate's")
    left = (own.not_valid_after_utc - datetime.now(UTC)) // timedelta(days=1)
    if left < days:
        problems.append(f"{left} days are left, and {days} are asked")
    missing = [name for name in names if name.lower() not in _names(own)]
    if missing:
        problems.append(f"it is not for {', '.join(missing)}, but for {', '.join(sorted(_names(own)))}")
    broken = _chain_problem(chain, names, authority)
    if broken and not missing and left >= 0:
        problems.append(broken)
    return problems


def _chain_problem(chain: list[x509.Certificate], names: list[str], authority: str) -> str:
    roots = _roots(authority or MACHINE_STORE.read_text())
    try:
        subject: x509.GeneralName = x509.IPAddress(ip_address(names[0]))
    except ValueError:
        subject = x509.DNSName(names[0])
    try:
        PolicyBuilder().store(Store(roots)).build_server_verifier(subject).verify(chain[0], chain[1:])  # type: ignore[arg-type]
    except (VerificationError, ValueError) as error:
        return (
            f"the chain of {len(chain)} does not lead to an authority that browsers trust ({error}); "
            "the file holds the server's certificate first, then each authority between it and the root"
        )
    return ""


def _roots(text: str) -> list[x509.Certificate]:
    """The roots of a bundle; one that the library does not take (a few have odd serial numbers) is left out."""
    found = []
    for block in text.split(END)[:-1]:
        with warnings.catch_warnings(), suppress(ValueError, Warning):
            warnings.simplefilter("error")
            found.append(x509.load_pem_x509_certificate((block + END).encode()))
    return found


def _names(certificate: x509.Certificate) -> set[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {name.lower() for name in found.get_values_for_type(x509.DNSName)} | {
        str(address) for address in found.get_values_for_type(x509.IPAddress)
    }


def _public(holder: Any) -> bytes:
    public: bytes = holder.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public


class FilterModule:
    """The role's filter, for Ansible."""

    def filters(self) -> dict[str, Any]:
        return {"tls_supplied_problems": tls_supplied_problems}
