"""What the portal's benchmarks share: a development portal in a folder, processor time, and how results are told."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Row = dict[str, Any]


@contextmanager
def portal() -> Iterator[Any]:
    """A portal of the test tier on SQLite with a demonstration agent; gives the agent's address."""
    from portal.accounts import service as accounts
    from portal.app import create_app
    from portal.db import Base, db
    from portal.settings import Settings
    from tests.support.keys import make_keys

    with TemporaryDirectory(prefix="bench-portal-") as name:
        folder = Path(name)
        (folder / "documents").mkdir()
        keys = make_keys(folder / "keys")
        secret = "only for measuring, and for nothing else"
        values = {
            **dict.fromkeys(("secret_key", "password_salt", "totp_secret"), secret),
            "tier": "test",
            "public_url": "https://filing.test.ipo.example",
            "office_file": ROOT / "inventories/test/office.yml",
            "database_url": f"sqlite:///{folder / 'portal.db'}",
            "documents_path": folder / "documents",
            "signing_keystore": keys.keystore,
            "signing_passphrase": keys.passphrase,
            "signing_trust": keys.trust,
            "number_prefix": "T",
        }
        app = create_app(Settings.model_validate(values))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            person = {"password": "a long password of the agents", "totp": "JBSWY3DPEHPK3PXP"}
            accounts.demo_data(dict.fromkeys(("agent", "officer", "cashier"), person))
            yield "agent@demo.example"
            db.session.close()
            db.engine.dispose()


def processor_ms(act: Callable[[], object], rounds: int = 15) -> float:
    """The median processor time of a call in milliseconds, after one that warms up."""
    act()
    found = []
    for _round in range(rounds):
        begun = time.process_time()
        act()
        found.append((time.process_time() - begun) * 1000)
    return statistics.median(found)


def tell(rows: list[Row]) -> None:
    """A table for people on stderr, and the line that `bin/kit bench` reads on stdout."""
    width = max(len(row["what"]) for row in rows)
    for row in rows:
        goal = f"   goal {row['goal']}: {'reached' if row['ok'] else 'MISSED'}" if "goal" in row else ""
        print(f"{row['what']:<{width}}  {row['value']:>9} {row['unit']}{goal}", file=sys.stderr)
    print(json.dumps({"measures": rows}))
