#!/usr/bin/python3
"""Keep the portal's certificate: `office-certificate renew [--force] | receive | rehearse DIRECTORY`.

`renew` orders a certificate when it is time and this server holds the shared address, then gives what it has to
every server whose certificate is older. `receive` takes one from another server (standard input), and refuses one
that is not newer, not for our names, or of another key. `rehearse` orders one into a directory and lets nothing read
it. A new key is made for each order; the pair in use is put back unless the proxy serves the new one. Answers are
JSON; ends with 1 and the reason when something failed.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOME = Path("/etc/office-certificate")
SETTINGS = json.loads((HOME / "settings.json").read_text(encoding="utf-8"))
KEY = Path(f"{SETTINGS['files']}.key")
CHAIN = Path(f"{SETTINGS['files']}.crt")
BEFORE = HOME / "before.json"
"""The pair that was in use, for as long as the new one is not known to be served."""
SERVED_SECONDS = 15
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class Refused(Exception):
    """What could not be done, in an operator's words."""


class Pair(NamedTuple):
    """A private key and its certificate with the authorities between, both PEM."""

    key: str
    chain: str

    @property
    def own(self) -> x509.Certificate:
        """The server's own certificate, the first of the chain."""
        return x509.load_pem_x509_certificate(self.chain.encode())


def main(arguments: list[str]) -> dict[str, object]:
    """Do what the arguments say, and return what was done."""
    verb, *rest = arguments
    if verb == "rehearse":
        return rehearse(Path(rest[0]))
    # read before the lock is asked for: two servers that hand over at once must not wait for each other
    text = sys.stdin.read() if verb == "receive" else ""
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        undo_half()
        return receive(text) if verb == "receive" else renew(force="--force" in rest)


def renew(*, force: bool) -> dict[str, object]:
    """Order when it is time and ours to do, then share."""
    ordered = holds_address() and (force or is_due(in_use().own))
    if ordered:
        install(order(SETTINGS["directory"]))
    shared = share(in_use())
    left = (in_use().own.not_valid_after_utc - datetime.now(UTC)).days
    return {
        "changed": ordered or "handed over" in shared.values(),
        "ordered": ordered,
        "shared": shared,
        "days_left": left,
    }


def receive(text: str) -> dict[str, object]:
    """Take a pair that another server had issued."""
    pair = Pair(**json.loads(text))
    require_good(pair)
    if rank(pair.own) <= rank(in_use().own):
        return {"changed": False, "why": "the one in use is as new"}
    install(pair)
    return {"changed": True}


def rehearse(directory: Path) -> dict[str, object]:
    """Order into a directory of its own, as if it were time."""
    pair = order(SETTINGS["rehearsal_directory"])
    write(directory / KEY.name, pair.key, 0o600)
    write(directory / CHAIN.name, pair.chain, 0o644)
    return {"changed": False, "directory": SETTINGS["rehearsal_directory"]}


# -- what is in use, and whether it will do ----------------------------------------------------------------


def in_use() -> Pair:
    return Pair(KEY.read_text(), CHAIN.read_text())


def rank(certificate: x509.Certificate) -> tuple[bool, datetime]:
    """What is newer is greater; what was only made here to begin with is less than anything an authority issued."""
    internal = x509.load_pem_x509_certificate(Path(SETTINGS["internal_authority"]).read_bytes())
    return certificate.issuer != internal.subject, certificate.not_valid_before_utc


def is_due(certificate: x509.Certificate) -> bool:
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    return not rank(certificate)[0] or left < timedelta(days=SETTINGS["renew_days"]) or lacking(certificate) != []


def lacking(certificate: x509.Certificate) -> list[str]:
    """Names of ours that it is not for."""
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [name for name in SETTINGS["names"] if name not in held.get_values_for_type(x509.DNSName)]


def require_good(pair: Pair) -> None:
    """Refuse a pair that the proxy should not serve."""
    key = serialization.load_pem_private_key(pair.key.encode(), None)
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(*form) != pair.own.public_key().public_bytes(*form):
        raise Refused("the key is another certificate's")
    if lacking(pair.own):
        raise Refused(f"the certificate is not for {', '.join(lacking(pair.own))}")
    if not pair.own.not_valid_before_utc <= datetime.now(UTC) < pair.own.not_valid_after_utc:
        raise Refused("the certificate is not valid today; is this server's clock right?")


def holds_address() -> bool:
    """Whether agents, and so the authority's question, arrive here."""
    shown = subprocess.run(["ip", "-o", "-4", "address", "show"], capture_output=True, text=True, check=True).stdout
    return not SETTINGS["shared"] or f"inet {SETTINGS['shared']}/" in shown


# -- asking the authority ----------------------------------------------------------------------------------


def order(directory: str) -> Pair:
    """Make a key, and have the authority issue a certificate for it. To register an account again does no harm."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in SETTINGS["names"]])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SETTINGS["names"][0][:64])])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).add_extension(names, critical=False)
    with tempfile.TemporaryDirectory(prefix="office-certificate-") as scratch:
        place = Path(scratch)
        (place / "challenges").mkdir()
        write(place / "account.pem", (HOME / "account.key").read_text(), 0o600)
        write(place / "request.pem", _pem(request.sign(key, hashes.SHA256())), 0o600)
        contact = f'CONTACT_EMAIL="{SETTINGS["contact"]}"\n' if SETTINGS["contact"] else ""
        write(place / "config", f'CA="{directory}"\nWELLKNOWN="{place}/challenges"\n{contact}', 0o600)
        client = ["dehydrated", "--config", f"{place}/config", "--privkey", f"{place}/account.pem"]
        _ask([*client, "--register", "--accept-terms"])
        said = _ask([*client, "--signcsr", f"{place}/request.pem"])
    blocks = [f"{BEGIN}{part.split(END)[0]}{END}\n" for part in said.split(BEGIN)[1:]]
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    pair = Pair(private, "".join(dict.fromkeys(blocks)))
    require_good(pair)
    return pair


def _ask(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-1500:]
        raise Refused(f"the authority gave no certificate; the one in use stays. {said}")
    return done.stdout


def _pem(request: x509.CertificateSigningRequest) -> str:
    return request.public_bytes(serialization.Encoding.PEM).decode()


# -- putting it in use -------------------------------------------------------------------------------------


def install(pair: Pair) -> None:
    """Let the proxy serve a pair; the one before is put back unless it does."""
    write(BEFORE, json.dumps(in_use()._asdict()), 0o600)
    try:
        _place(pair)
        _read_again()
        _require_served(pair)
    except Refused:
        undo_half()
        raise
    BEFORE.unlink()


def undo_half() -> None:
    """Put back what was in use before a change that failed, or that was killed on its way."""
    if BEFORE.is_file():
        _place(Pair(**json.loads(BEFORE.read_text())))
        _read_again()
        BEFORE.unlink()


def _place(pair: Pair) -> None:
    write(KEY, pair.key, 0o640)
    write(CHAIN, pair.chain, 0o644)


def _read_again() -> None:
    done = subprocess.run(SETTINGS["test"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"the proxy would not take the new certificate: {done.stderr.strip()}")
    for unit in _running():
        subprocess.run(["systemctl", "reload", unit], capture_output=True, check=False)


def _running() -> list[str]:
    shown = (subprocess.run(["systemctl", "is-active", "-q", unit], check=False) for unit in SETTINGS["reload"])
    return [unit for unit, done in zip(SETTINGS["reload"], shown, strict=True) if done.returncode == 0]


def _require_served(pair: Pair) -> None:
    deadline = time.monotonic() + SERVED_SECONDS
    while _running() and served_by("127.0.0.1") != pair.own:
        if time.monotonic() > deadline:
            raise Refused("the proxy does not serve the new certificate; the one before was put back")
        time.sleep(0.3)


def served_by(address: str) -> x509.Certificate | None:
    """The certificate that a server shows for our name; None when it does not answer."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((address, 443), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=SETTINGS["names"][0]) as way,
        ):
            return x509.load_der_x509_certificate(way.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return None


def write(path: Path, text: str, mode: int) -> None:
    """Put a file in place in one step: nobody reads half of it, nor a moment of another mode."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    new.replace(path)


# -- giving it to the others -------------------------------------------------------------------------------


def share(pair: Pair) -> dict[str, str]:
    """Hand the pair to every server that serves an older one; one that is away gets it another time."""
    return {name: _share_with(address, pair) for name, address in SETTINGS["peers"].items()}


def _share_with(address: str, pair: Pair) -> str:
    theirs = served_by(address)
    if theirs is None:
        return "away"
    if rank(theirs) >= rank(pair.own):
        return "has it"
    ssh = ["ssh", "-F", "none", "-i", str(HOME / "id_ed25519"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]
    ssh += [
        "-o",
        f"UserKnownHostsFile={HOME}/known_hosts",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "ConnectTimeout=10",
    ]
    done = subprocess.run(
        [*ssh, f"certificate@{address}"],
        input=json.dumps(pair._asdict()), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refused(f"{address} did not take the certificate: {done.stderr.strip()[-600:]}")
    return "handed over"


if __name__ == "__main__":
    try:
        print(json.dumps(main(sys.argv[1:])))
    except (Refused, subprocess.TimeoutExpired) as refused:
        sys.exit(f"office-certificate: {refused}")
