#!/usr/bin/python3
"""A stand-in for a time-stamp authority (RFC 3161), for rehearsals and tests: nothing that it states has any worth.

It makes a root and a certificate of its own in its folder when it starts the first time, and answers POST requests by
`openssl ts`. Needs Python's standard library and openssl alone.

    timestamp_authority.py --folder /var/lib/stand-in-timestamps --address 0.0.0.0 --port 3161
"""

from __future__ import annotations

import argparse
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT_DAYS = 3650
DAYS = 1825
LARGEST = 64 * 1024
CONFIGURATION = """
[tsa]
default_tsa = stand_in
[stand_in]
serial = {folder}/serial
signer_cert = {folder}/authority.crt
signer_key = {folder}/authority.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def make(folder: Path, days: int = DAYS) -> None:
    """Make the root and the certificate that stamps, once; the root's certificate is `root.crt`."""
    if (folder / "root.crt").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ts.cnf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(ROOT_DAYS),
        "-keyout", f"{folder}/root.key", "-out", f"{folder}/root.new",
        "-subj", "/O=Stand-in of a rehearsal/CN=Stand-in time-stamp root",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/authority.key", "-out", f"{folder}/authority.csr",
        "-subj", "/O=Stand-in of a rehearsal/CN=Stand-in time-stamp authority",
    )  # fmt: skip
    (folder / "extensions").write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    openssl(
        "x509", "-req", "-in", f"{folder}/authority.csr", "-CA", f"{folder}/root.new", "-CAkey", f"{folder}/root.key",
        "-CAcreateserial", "-days", str(days), "-extfile", f"{folder}/extensions", "-out", f"{folder}/authority.crt",
    )  # fmt: skip
    for name in ("root.key", "authority.key"):
        (folder / name).chmod(0o600)
    (folder / "root.new").rename(folder / "root.crt")  # last: it says that everything is made


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    """What openssl writes; raises CalledProcessError."""
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True, timeout=30).stdout


class Desk(BaseHTTPRequestHandler):
    """Answers one query. `folder` and `lock` belong to the server."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    folder: Path
    lock: threading.Lock

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if self.headers.get_content_type() != "application/timestamp-query" or not 0 < length <= LARGEST:
            self.answer(400, "text/plain", b"a timestamp query is expected\n")
            return
        query = self.rfile.read(length)
        with self.lock:  # the file with the serial number has one writer
            try:
                reply = openssl(
                    "ts", "-reply", "-config", f"{self.folder}/ts.cnf", "-queryfile", "/dev/stdin", stdin=query
                )
            except subprocess.CalledProcessError as error:
                self.answer(500, "text/plain", error.stderr)
                return
        self.answer(200, "application/timestamp-reply", reply)

    def log_message(self, *_told: object) -> None:
        """Nothing: a stamp a line would fill a log."""

    def answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def server(folder: Path, address: str, port: int, days: int = DAYS) -> ThreadingHTTPServer:
    """A server that stamps; the caller runs it."""
    make(folder, days)
    desk = type("DeskHere", (Desk,), {"folder": folder, "lock": threading.Lock()})
    return ThreadingHTTPServer((address, port), desk)


def main() -> None:
    """Serve until the end."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--address", default="127.0.0.1")
    options.add_argument("--port", type=int, default=3161)
    given = options.parse_args()
    server(given.folder, given.address, given.port).serve_forever()


if __name__ == "__main__":
    main()
