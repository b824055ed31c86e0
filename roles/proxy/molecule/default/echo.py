#!/usr/bin/python3
"""A portal for the proxy's test: answers every request with what it received, as JSON."""

import json
import socketserver
from http.server import BaseHTTPRequestHandler
from pathlib import Path

SOCKET = Path("/run/portal/portal.sock")


class Echo(BaseHTTPRequestHandler):
    """Tell the headers, and how many bytes of body arrived."""

    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "socket"

    def _answer(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        received = 0
        while left:
            part = self.rfile.read(min(left, 65536))
            received += len(part)
            left -= len(part)
        said = {"path": self.path, "received": received, "headers": {k.lower(): v for k, v in self.headers.items()}}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815  the names that http.server calls


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


if __name__ == "__main__":
    with Server(str(SOCKET), Echo) as server:
        SOCKET.chmod(0o666)
        server.serve_forever()
