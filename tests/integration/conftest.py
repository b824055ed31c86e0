"""What integration tests share: the portal on SQLite and on a real MariaDB, its people, and real servers around it.

`app` is parametrised: a test that asks for it, directly or through `client`, `agent` and so on, runs on both databases.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, create_engine, insert, select, text

from portal.accounts import service as accounts
from portal.accounts.models import Firm, User
from portal.accounts.rules import RoleName
from portal.app import create_app
from portal.db import db
from portal.documents.store import DocumentStore
from portal.documents.store import store as portal_store
from portal.migrations import runner
from portal.settings import Settings
from portal.tables import Base
from tests.integration import services
from tests.integration.portal_client import BASE, PortalClient
from tests.integration.swift import Swift
from tests.integration.swift import swift as swift_servers
from tests.support import built
from tests.support.keys import PASSPHRASE, TestKeys, make_keys
from tests.support.portal_client import Codes

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Person:
    """A demonstration person: how they sign in, and their authenticator app."""

    email: str
    password: str
    totp: str
    codes: Codes = field(repr=False)


@dataclass(frozen=True)
class Demo:
    """The demonstration's people, and an agent of another firm."""

    agent: Person
    officer: Person
    cashier: Person
    rival: Person


TOTP = {
    "agent": "JBSWY3DPEHPK3PXP",
    "officer": "KRSXG5CTMVRXEZLU",
    "cashier": "MZXW6YTBOI5DKMJS",
    "rival": "NBSWY3DPO5XXE3DE",
}
RIVAL_EMAIL = "rival@other.example"


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    built.everything()


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """A MariaDB server of this run, with an empty database."""
    with services.mariadb() as url:
        yield url


@pytest.fixture(scope="session")
def clamd() -> Iterator[str]:
    """The address of a ClamAV daemon that knows EICAR."""
    with services.clamd() as address:
        yield address


@pytest.fixture(scope="session")
def swift_storage() -> Iterator[Swift]:
    """A real OpenStack Swift; ask for `swift` to have it empty."""
    with swift_servers() as storage:
        yield storage


@pytest.fixture
def swift(swift_storage: Swift) -> Swift:
    """A real OpenStack Swift with an empty bucket."""
    swift_storage.empty()
    return swift_storage


@pytest.fixture(scope="session")
def postfix() -> Iterator[services.Mailbox]:
    """A receiving mail server; ask for `mailbox` to have it empty."""
    with services.postfix() as box:
        yield box


@pytest.fixture
def mailbox(postfix: services.Mailbox) -> services.Mailbox:
    """The receiving mail server, empty."""
    postfix.empty()
    return postfix


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> TestKeys:
    """A signing key of this run and the root that issued it; valid whenever a test sets its clock to."""
    return make_keys(tmp_path_factory.mktemp("keys"), begins=datetime(2020, 1, 1, tzinfo=UTC), days=10_000)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, keys: TestKeys) -> Path:
    """A SQLite file with every table and the demonstration's people: copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(_settings(folder, f"sqlite:///{folder / 'portal.db'}", keys))
    with app.app_context():
        runner.upgrade(db.engine)
        _people()
        db.session.close()
        db.engine.dispose()
    return folder / "portal.db"


@pytest.fixture(scope="session")
def mariadb_schema(mariadb_url: str) -> str:
    """The MariaDB server with every table in place."""
    engine = runner.engine_of(mariadb_url)
    runner.upgrade(engine)
    engine.dispose()
    return mariadb_url


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> str:
    """A database with the demonstration's people, fresh for this test."""
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "portal.db")
        return f"sqlite:///{tmp_path / 'portal.db'}"
    url: str = request.getfixturevalue("mariadb_schema")
    _refill(url, template)
    return url


@pytest.fixture
def settings(tmp_path: Path, database_url: str, keys: TestKeys) -> Settings:
    """The settings of a test tier; override this fixture (with `model_copy(update=…)`) to try others."""
    return _settings(tmp_path, database_url, keys)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The portal, with the demonstration's people in its database."""
    portal = create_app(settings)
    portal.test_client_class = PortalClient
    portal.testing = False  # errors become pages, as on a server
    yield portal
    with portal.app_context():
        db.engine.dispose()


@pytest.fixture
def demo() -> Demo:
    """The demonstration's people; each fixture has new codes, as each test has a new database."""
    people = {name: Person(_email(name), _password(name), key, Codes(key)) for name, key in TOTP.items()}
    return Demo(**people)


@pytest.fixture
def client(app: Flask) -> PortalClient:
    """A browser with nobody signed in."""
    return _client(app)


@pytest.fixture
def agent(app: Flask, demo: Demo) -> PortalClient:
    """A browser in which the demonstration's agent is signed in."""
    return _signed_in(app, demo.agent)


@pytest.fixture
def officer(app: Flask, demo: Demo) -> PortalClient:
    """A browser in which the demonstration's officer is signed in."""
    return _signed_in(app, demo.officer)


@pytest.fixture
def cashier(app: Flask, demo: Demo) -> PortalClient:
    """A browser in which the demonstration's cashier is signed in."""
    return _signed_in(app, demo.cashier)


@pytest.fixture
def rival(app: Flask, demo: Demo) -> PortalClient:
    """A browser in which an agent of another firm is signed in."""
    return _signed_in(app, demo.rival)


@pytest.fixture
def store(app: Flask) -> Iterator[DocumentStore]:
    """The document store of this test's portal, within an application context."""
    with app.app_context():
        yield portal_store()


def _settings(folder: Path, database_url: str, keys: TestKeys) -> Settings:
    documents = folder / "documents"
    documents.mkdir(exist_ok=True)
    return Settings.model_validate(
        {
            "tier": "test",
            "public_url": BASE,
            "office_file": ROOT / "inventories/test/office.yml",
            "secret_key": "only for tests, and for nothing else at all",
            "password_salt": "only for tests, salt",
            "totp_secret": "only for tests, totp",
            "database_url": database_url,
            "documents_path": documents,
            "signing_keystore": keys.keystore,
            "signing_passphrase": PASSPHRASE,
            "signing_trust": keys.trust,
            "number_prefix": "T",
        }
    )


def _people() -> None:
    """Make the demonstration's people, and an agent of another firm."""
    accounts.demo_data({r: {"password": _password(r), "totp": TOTP[r]} for r in ("agent", "officer", "cashier")})
    agent = db.session.scalars(select(User).where(User.email == _email("agent"))).one()
    rival = User(
        email=RIVAL_EMAIL, name="Rival Agent", fs_uniquifier="rival", firm=Firm(name="Another firm (demonstration)"),
        password=agent.password, tf_totp_secret=accounts.enciphered_totp(TOTP["rival"]),
        tf_primary_method="authenticator", roles=[role for role in agent.roles if role.name == RoleName.AGENT],
    )  # fmt: skip
    db.session.add(rival)
    db.session.commit()


COUNTED_ON = text(
    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND AUTO_INCREMENT > 1"
)
"""Tables whose next key is not 1: a row that was deleted or rolled back counts as well."""


def _refill(url: str, template: Path) -> None:
    """Empty every table of a server's database and copy the template's rows into it."""
    source, target = create_engine(f"sqlite:///{template}"), create_engine(url)
    metadata: MetaData = Base.metadata
    with source.connect() as read, target.begin() as write:
        write.execute(text("SET FOREIGN_KEY_CHECKS=0"))
        for table in metadata.sorted_tables:
            write.execute(table.delete())
        for name in write.scalars(COUNTED_ON).all():
            write.execute(text(f"ALTER TABLE {name} AUTO_INCREMENT = 1"))  # as on a new SQLite file
        for table in metadata.sorted_tables:
            rows: list[dict[str, Any]] = [dict(row) for row in read.execute(select(table)).mappings()]
            if rows:
                write.execute(insert(table), rows)
        write.execute(text("SET FOREIGN_KEY_CHECKS=1"))
    source.dispose()
    target.dispose()


def _client(app: Flask) -> PortalClient:
    client = app.test_client()
    assert isinstance(client, PortalClient)
    return client


def _signed_in(app: Flask, person: Person) -> PortalClient:
    client = _client(app)
    answer = client.sign_in(person.email, person.password)
    assert answer.status_code == 303, answer.text
    return client


def _email(name: str) -> str:
    return RIVAL_EMAIL if name == "rival" else f"{name}@demo.example"


def _password(name: str) -> str:
    return "a long password of the agents" if name in ("agent", "rival") else f"a long password of the {name}"
