"""A time-stamp authority for tests: the rehearsals' stand-in, which can be taken away and put back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from stand_ins import timestamp_authority


class Stamping:
    """An authority on the loopback, with a folder for its keys; it listens when it is made."""

    def __init__(self, folder: Path, days: int = 1000) -> None:
        self.folder = folder
        self._server = timestamp_authority.server(folder, "127.0.0.1", 0, days)
        self.port = self._server.server_address[1]
        self._start()

    @property
    def settings(self) -> dict[str, Any]:
        """What the portal's settings say of it."""
        return {"timestamp_url": f"http://127.0.0.1:{self.port}/", "timestamp_trust": self.folder / "root.crt"}

    def take_away(self) -> None:
        """Nobody listens at its address."""
        self._server.shutdown()
        self._server.server_close()

    def put_back(self) -> None:
        """It listens again at the same address."""
        self._server = timestamp_authority.server(self.folder, "127.0.0.1", self.port)
        self._start()

    def _start(self) -> None:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
