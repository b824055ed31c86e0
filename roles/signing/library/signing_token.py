#!/usr/bin/python
"""Ansible module: see that a PKCS#11 token signs for these certificates; a SoftHSM token is made and filled."""

from __future__ import annotations

import base64
import grp
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.signing_keys import HERE, Unfit, check_certificate, check_not_shared, opened

DOCUMENTATION = r"""
module: signing_token
short_description: See that a PKCS#11 token signs for these certificates
description:
  - A token of the office's own hardware is asked for a signature of each certificate's key, and is changed in nothing.
  - With I(keystores) and I(directory) the token is SoftHSM's, in that directory - it is initialised, the keys of the
    keystores are put into it, and keys of no keystore are removed.
  - Says in C(unfit), a sentence that names no secret, why it does not sign. The PIN is offered once.
author: The IP filing kit
options:
  module: {description: The token's PKCS#11 library., type: path, required: true}
  label: {description: The token's label., type: str, required: true}
  pin: {description: The user's PIN., type: str, required: true}
  so_pin: {description: The security officer's PIN of a token that is made., type: str, default: ""}
  environment: {description: What the library reads, as NAME=value., type: list, elements: str, default: []}
  certificates: {description: Signers' certificates with what is above them (PEM)., type: str, default: ""}
  certificates_path: {description: Where those of the keys that sign go., type: path, required: true}
  keystores:
    description: What SoftHSM's token is filled from.
    type: list
    elements: dict
    default: []
    suboptions:
      content: {description: A PKCS#12 file in base64., type: str, required: true}
      passphrase: {description: What opens it., type: str, required: true}
  directory: {description: Where SoftHSM keeps its tokens., type: path}
  group: {description: The group that may read the tokens., type: str, default: root}
  subject_words: {description: Words that each subject must hold., type: str, default: ""}
  other_certificates: {description: Pattern of certificates whose key must be another., type: str, default: ""}
  days_left: {description: Days that the newest certificate must still be valid., type: int, default: 0}
"""
EXAMPLES = r"""
- signing_token:
    module: /usr/lib/softhsm/libsofthsm2.so
    label: office-signing
    pin: "{{ vault_signing_pin }}"
    certificates: "{{ lookup('file', 'signing.pem') }}"
    certificates_path: /etc/portal/signing-certificates.pem
"""
RETURN = r"""
unfit: {description: Why it does not sign; empty when it does., type: str, returned: always}
"""

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
except ImportError:  # said in plain words below
    x509 = None


class Token:
    """A token by way of pkcs11-tool; PINs go by environment, where no other account reads them."""

    def __init__(self, given):
        self.base = ["pkcs11-tool", "--module", given["module"]]
        self.label = given["label"]
        told = dict(line.split("=", 1) for line in given["environment"])
        self.environment = {**os.environ, **told, "KIT_PIN": given["pin"], "KIT_SO_PIN": given["so_pin"]}

    def run(self, *arguments, stdin=b""):
        done = subprocess.run(
            [*self.base, *arguments], env=self.environment, input=stdin, capture_output=True, timeout=60, check=False
        )
        if done.returncode:
            raise Unfit(self.why(done.stderr.decode(errors="replace")))
        return done.stdout

    def as_user(self, *arguments, stdin=b""):
        return self.run("--token-label", self.label, "--login", "--pin", "env:KIT_PIN", *arguments, stdin=stdin)

    def why(self, said):
        if "PIN_INCORRECT" in said or "PIN_LOCKED" in said or "PIN_LEN" in said:
            return f"the token {self.label!r} refused its PIN; do not repeat it, a few wrong ones lock a token"
        return f"the token {self.label!r}: {' '.join(said.split())[-300:]}"

    def is_there(self):
        slots = self.run("--list-token-slots").decode(errors="replace")
        return any(line.split(":", 1)[1].strip() == self.label for line in slots.splitlines() if "token label" in line)

    def make(self):
        """Initialise the slot that SoftHSM keeps free, never one that holds a token."""
        slots = self.run("--list-token-slots").decode(errors="replace").split("\nSlot ")
        free = next(number for number, told in enumerate(slots[1:]) if "uninitialized" in told)
        self.run("--init-token", "--slot-index", str(free), "--label", self.label, "--so-pin", "env:KIT_SO_PIN")
        officer = ("--login", "--login-type", "so", "--so-pin", "env:KIT_SO_PIN")
        self.run("--token-label", self.label, *officer, "--init-pin", "--pin", "env:KIT_PIN")

    def keys(self):
        """The identifiers of its private keys, in hexadecimal."""
        listed = self.as_user("--list-objects", "--type", "privkey").decode(errors="replace")
        return [line.split(":", 1)[1].strip() for line in listed.splitlines() if line.strip().startswith("ID:")]

    def add(self, key, name):
        """Put a key into the token, by way of a file in memory that root alone may read."""
        content = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        with tempfile.NamedTemporaryFile(dir="/run") as file:
            file.write(content)
            file.flush()
            self.as_user("--write-object", file.name, "--type", "privkey", "--id", name, "--label", "signing",
                         "--usage-sign")  # fmt: skip

    def remove(self, name):
        self.as_user("--delete-object", "--type", "privkey", "--id", name)

    def signs_for(self, certificate, name):
        """Whether this key signs what that certificate verifies."""
        public, data = certificate.public_key(), b"Which key is this certificate's?"
        digest = hashlib.sha256(data).digest()
        is_rsa = isinstance(public, rsa.RSAPublicKey)
        with tempfile.TemporaryDirectory(dir="/run") as folder:
            source, made = Path(folder, "in"), Path(folder, "out")
            source.write_bytes(data if is_rsa else digest)
            mechanism = "SHA256-RSA-PKCS" if is_rsa else "ECDSA"
            self.as_user("--sign", "--mechanism", mechanism, "--id", name, "-i", str(source), "-o", str(made))
            signature = made.read_bytes()
        try:
            if is_rsa:
                public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                half = len(signature) // 2
                parts = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
                digested = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
                public.verify(utils.encode_dss_signature(*parts), digest, digested)
        except InvalidSignature:
            return False
        return True


def identifier(certificate):
    """What keys are usually known by: the SHA-1 of the public key's bits (RFC 5280, 4.2.1.2)."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        bits = key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    else:
        bits = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return hashlib.sha1(bits, usedforsecurity=False).hexdigest()


def is_authority(certificate):
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def fill(token, pairs, check):
    """Make the token hold these keys and no others; whether that changed anything."""
    if not token.is_there():
        if check:
            return True
        token.make()
    held = token.keys()
    wanted = {identifier(certificate): key for key, certificate in pairs}
    lacking, surplus = [name for name in wanted if name not in held], [name for name in held if name not in wanted]
    if not check:
        for name in lacking:
            token.add(wanted[name], name)
        for name in surplus:
            token.remove(name)
    return bool(lacking or surplus)


def own(directory, group):
    """Let root write and the group read, nobody else anything; whether that changed anything."""
    changed = False
    for path in [Path(directory), *Path(directory).rglob("*")]:
        mode = 0o750 if path.is_dir() else 0o640
        before = path.stat()
        path.chmod(mode)
        shutil.chown(path, "root", group)
        after = path.stat()
        changed |= (before.st_mode, before.st_uid, before.st_gid) != (after.st_mode, after.st_uid, after.st_gid)
    return changed


def check_each(leaves, given):
    """Raises Unfit for a certificate that may not sign; one that begins later is measured from then."""
    now = datetime.now(UTC)
    newest = max(leaves, key=lambda one: one.not_valid_after_utc)
    for one in leaves:
        days = given["days_left"] if one is newest else 0
        at = max(now, one.not_valid_before_utc)
        if one is not newest:  # the old one of two may have ended: it stays until the next rotation
            at = min(at, one.not_valid_after_utc)
        check_certificate(one, given["subject_words"], days, at)
        check_not_shared(one, given["other_certificates"])


def work(module):
    given = module.params
    token, changed, held = Token(given), False, []
    known = x509.load_pem_x509_certificates(given["certificates"].encode()) if given["certificates"].strip() else []
    for one in given["keystores"]:
        key, certificate, chain = opened(base64.b64decode(one["content"]), one["passphrase"])
        held.append((key, certificate))
        known += [certificate, *chain]
    leaves = [one for one in known if not is_authority(one)]
    if not leaves:
        raise Unfit("no certificate of a signer is named (signing_certificates)")
    check_each(leaves, given)
    if held:
        changed = fill(token, held, module.check_mode)
    if not (changed and module.check_mode):
        prove(token, leaves)
    if held and not module.check_mode:
        changed = own(given["directory"], given["group"]) or changed
    pem = b"".join(dict.fromkeys(one.public_bytes(Encoding.PEM) for one in known))
    changed = place(module, Path(given["certificates_path"]), pem) or changed
    module.exit_json(changed=changed, unfit="")


def place(module, path, content):
    """Write a file that the group may read, at once; whether that changed anything.

    Not by way of the result: Ansible blots out there whatever looks like one of the secrets, a short PIN for one.
    Nor by `atomic_move`, which gives the file the mode of the one before it, or of the umask.
    """
    owned = (0o640, 0, grp.getgrnam(module.params["group"]).gr_gid)
    if path.exists() and path.read_bytes() == content:
        state = path.stat()
        if (stat.S_IMODE(state.st_mode), state.st_uid, state.st_gid) == owned:
            return False
    if not module.check_mode:
        handle, fresh = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(handle, owned[0])
            os.fchown(handle, *owned[1:])
            os.fsync(handle)
        Path(fresh).replace(path)
    return True


def prove(token, leaves):
    """Raises Unfit unless each certificate's key is in the token and signs."""
    if not token.is_there():
        raise Unfit(f"the token {token.label!r} is not there (signing_pkcs11_token)")
    names = token.keys()
    for leaf in leaves:
        usual = identifier(leaf)
        if not any(token.signs_for(leaf, name) for name in sorted(names, key=lambda one: one != usual)):
            raise Unfit(f"none of its {len(names)} keys belongs to {leaf.subject.rfc4514_string()!r}")


def main():
    module = AnsibleModule(
        argument_spec={
            "module": {"type": "path", "required": True},
            "label": {"type": "str", "required": True},
            "pin": {"type": "str", "required": True, "no_log": True},
            "so_pin": {"type": "str", "default": "", "no_log": True},
            "environment": {"type": "list", "elements": "str", "default": []},
            "certificates": {"type": "str", "default": ""},
            "certificates_path": {"type": "path", "required": True},
            "keystores": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "content": {"type": "str", "required": True, "no_log": True},
                    "passphrase": {"type": "str", "required": True, "no_log": True},
                },
            },
            "directory": {"type": "path"},
            "group": {"type": "str", "default": "root"},
            "subject_words": {"type": "str", "default": ""},
            "other_certificates": {"type": "str", "default": ""},
            "days_left": {"type": "int", "default": 0},
        },
        supports_check_mode=True,
    )
    if not HERE:
        module.fail_json(msg="python3-cryptography is not installed on this server")
    os.umask(0o077)
    try:
        work(module)
    except (Unfit, ValueError, OSError, subprocess.TimeoutExpired) as problem:
        module.exit_json(changed=False, unfit=str(problem))


if __name__ == "__main__":
    main()
