"""The database: base class, column types, and the one way to change anything: `@transaction`."""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Numeric, String, event
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
# 1213 deadlock, 1205 lock wait timeout, 1020 record changed since the snapshot: run the whole transaction again.
RETRIED = {1213, 1205, 1020}
# The writer stops, is cut off, or is another server now; until the commit nothing has happened, and a new connection
# leads to the new writer. 1047 no member at work, 1053 stopping, 1290 read-only, 1927 cut off, 2003 to 2055 no
# connection, or one that ended.
AWAY = {1047, 1053, 1290, 1927, 2003, 2006, 2013, 2055}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds; a naive value is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: give an aware UTC instant")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Amount(TypeDecorator[Decimal]):
    """An amount of money, exact: DECIMAL(16,3), and text on SQLite, which has no decimals."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(20) if dialect.name == "sqlite" else Numeric(16, 3))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """Every table's base: constraint names that migrations can rely on, one column type for each kind of value."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        Decimal: Amount,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


db = SQLAlchemy(engine_options={"pool_pre_ping": True}, session_options={"expire_on_commit": False})


def new_key() -> str:
    """An unguessable identifier for an address: 16 characters, 96 bits."""
    return secrets.token_urlsafe(12)


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def transaction(function: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run `function(session, …)` as one database transaction, again from its start where that can help.

    That is after a deadlock, and when the database was lost before the commit. A connection that ends during the commit
    leaves open whether it took place: that is raised, and the person looks (docs/decisions/0091-retries.md).

    The session is the request's own: what was read before is read afresh. A service's public function carries this
    decorator and is called without the session; helpers that take part in a transaction take the session.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        session = db.session
        if session.info.get("in_transaction"):
            raise RuntimeError(f"{function.__qualname__} was called inside another transaction")
        for attempt in range(1, ATTEMPTS + 1):
            session.rollback()
            session.info["in_transaction"] = True
            connection, committing = None, False
            try:
                connection = session.connection(execution_options={"portal_writes": True})
                result = function(session, *args, **kwargs)
                session.flush()
                committing = True
                session.commit()
            except (OperationalError, InterfaceError) as error:
                away = is_away(error)
                if away and connection is not None:
                    connection.invalidate()
                session.rollback()
                if attempt == ATTEMPTS or not (is_retried(error) or (away and not committing)):
                    raise
                time.sleep((0.1 if away else 0.02) * 2**attempt * (0.5 + secrets.randbelow(100) / 100))
            except BaseException:
                session.rollback()
                raise
            else:
                return result
            finally:
                session.info.pop("in_transaction", None)
        raise AssertionError("unreachable")

    return run


def is_retried(error: DBAPIError) -> bool:
    """Whether the database took the whole transaction back, so that it may succeed when it is run again."""
    return _code(error) in RETRIED or "database is locked" in str(error.orig)


def is_away(error: DBAPIError) -> bool:
    """Whether the database was lost, or is not the one that is written to any more."""
    return error.connection_invalidated or _code(error) in AWAY


def _code(error: DBAPIError) -> object:
    return error.orig.args[0] if error.orig is not None and error.orig.args else None


def engine_options(url: str) -> dict[str, Any]:
    """How the engine for this URL is made: isolation, pool, time-outs."""
    if url.startswith("sqlite"):
        return {"url": url, "connect_args": {"timeout": 10}}
    return {
        "url": url,
        "isolation_level": "READ COMMITTED",
        "pool_recycle": 1800,
        "pool_size": 10,
        "connect_args": {"connect_timeout": 5, "read_timeout": 30, "write_timeout": 30},
    }


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Give SQLite real transactions, foreign keys, and readers beside one writer."""
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    """Take SQLite's write lock at the start of a transaction that writes: a later upgrade can fail."""
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("portal_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
