"""The scan that servers run on one another: it must see what answers, and only that."""

from __future__ import annotations

import socket

from tests.support import scan


def test_an_open_port_and_a_closed_one_are_told_apart():
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # taken and not listening: nobody else opens it meanwhile
        ports = [listening.getsockname()[1], bound.getsockname()[1]]
        assert scan.ask("127.0.0.1", ports, 1.0) == {ports[0]: "open", ports[1]: "closed"}


def test_the_last_batch_is_asked_too(monkeypatch):
    monkeypatch.setattr(scan, "AT_ONCE", 2)
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        silent = [bound.getsockname()[1]] * 4
        found = scan.sweep("127.0.0.1", [*silent, listening.getsockname()[1]], 1.0)
        assert found == {bound.getsockname()[1]: "closed", listening.getsockname()[1]: "open"}
