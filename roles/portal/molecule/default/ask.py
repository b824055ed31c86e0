"""Ask the portal through its socket: ask.py HOST PATH prints the status, then the body."""

import http.client
import socket
import sys


class ThroughSocket(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect("/run/portal/portal.sock")


connection = ThroughSocket(sys.argv[1])
connection.request("GET", sys.argv[2], headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
answer = connection.getresponse()
print(answer.status)
print(answer.read().decode())
