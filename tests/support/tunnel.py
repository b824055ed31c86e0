"""A TCP way from this machine through `outside` to the tier's proxy: the proxy sees a client at `outside`."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.servers import Server


@dataclass(frozen=True)
class Tunnel:
    """Where to connect to on this machine in order to reach the proxy."""

    address: str
    port: int

    @classmethod
    @contextmanager
    def through(cls, outside: Server, address: str, port: int) -> Iterator[Tunnel]:
        """Forward a free local port by SSH through `outside`; without an `outside` host go straight to the proxy."""
        if outside.host.backend.NAME == "local":
            yield cls(address, port)
            return
        local = _free_port()
        command, arguments = outside.host.backend._build_ssh_command("true")
        line = outside.host.backend.quote(" ".join(command[:-1]), *arguments[:-2])
        forward = f"-S none -N -o ExitOnForwardFailure=yes -L 127.0.0.1:{local}:{address}:{port}"
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {line} {forward} {arguments[-2]}"], stderr=subprocess.PIPE, text=True
        )
        try:
            _wait_for(process, local)
            yield cls("127.0.0.1", local)
        finally:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise AssertionError(f"no way through outside: {process.stderr.read() if process.stderr else ''}")
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("no way through outside within 10 seconds")
