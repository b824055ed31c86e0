#!/usr/bin/python
"""Ansible module: put a PKCS#12 keystore in place, but only one that opens and is fit for signing."""

from __future__ import annotations

import base64
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.signing_keys import (
    HERE,
    Unfit,
    check_certificate,
    check_not_shared,
    opened,
)

DOCUMENTATION = r"""
module: keystore
short_description: Put a PKCS#12 keystore in place if it is fit for signing
description:
  - Leaves aside, with a sentence in C(unfit) that names no secret, a keystore that does not open, that has expired,
    whose key usage does not allow signatures, whose subject lacks the words asked for, or whose key also serves TLS.
    The task is C(no_log), therefore the caller fails with that sentence, so that an operator can read it.
author: The IP filing kit
options:
  content: {description: The keystore in base64., type: str, required: true}
  passphrase: {description: What opens it., type: str, required: true}
  path: {description: Where it goes., type: path, required: true}
  subject_words: {description: Words that the subject must hold., type: str, default: ""}
  other_certificates: {description: Pattern of certificates whose key must be another., type: str, default: ""}
  days_left: {description: Days that the certificate must still be valid., type: int, default: 0}
  may_begin_later: {description: Whether its validity may lie ahead (the next key)., type: bool, default: false}
extends_documentation_fragment: [ansible.builtin.files]
"""
EXAMPLES = r"""
- keystore:
    content: "{{ vault_signing_keystore }}"
    passphrase: "{{ vault_signing_passphrase }}"
    path: /etc/portal/signing.p12
"""
RETURN = r"""
unfit: {description: Why it was not put in place; empty when it was., type: str, returned: always}
subject: {description: The certificate's subject., type: str, returned: when fit}
not_after: {description: The last instant of the certificate's validity., type: str, returned: when fit}
"""


def replace(module, path, content):
    """Write beside the old file and swap: the portal reads the old or the new one, never half of one."""
    handle, fresh = tempfile.mkstemp(dir=Path(path).parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    module.atomic_move(fresh, path)


def main():
    module = AnsibleModule(
        argument_spec={
            "content": {"type": "str", "required": True, "no_log": True},
            "passphrase": {"type": "str", "required": True, "no_log": True},
            "path": {"type": "path", "required": True},
            "subject_words": {"type": "str", "default": ""},
            "other_certificates": {"type": "str", "default": ""},
            "days_left": {"type": "int", "default": 0},
            "may_begin_later": {"type": "bool", "default": False},
        },
        add_file_common_args=True,
        supports_check_mode=True,
    )
    if not HERE:
        module.fail_json(msg="python3-cryptography is not installed on this server")
    given, path = module.params, module.params["path"]
    try:
        content = base64.b64decode(given["content"], validate=False)
        _key, certificate, _chain = opened(content, given["passphrase"])
        begins = certificate.not_valid_before_utc
        now = max(datetime.now(UTC), begins) if given["may_begin_later"] else datetime.now(UTC)
        check_certificate(certificate, given["subject_words"], given["days_left"], now)
        check_not_shared(certificate, given["other_certificates"])
    except (Unfit, ValueError) as problem:
        module.exit_json(changed=False, unfit=str(problem))
    current = Path(path).read_bytes() if Path(path).exists() else None
    changed = current != content
    if changed and not module.check_mode:
        replace(module, path, content)
    if Path(path).exists():
        changed = module.set_fs_attributes_if_different(module.load_file_common_arguments(given), changed)
    module.exit_json(
        changed=changed,
        unfit="",
        subject=certificate.subject.rfc4514_string(),
        not_after=certificate.not_valid_after_utc.isoformat(),
    )


if __name__ == "__main__":
    main()
