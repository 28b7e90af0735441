"""Opens the record's database: SQLite or PostgreSQL, set up so that what was committed stays committed.

In: a SQLAlchemy URL. Out: an `Engine` on which `reading` and `writing` open transactions, and `migrate`
brings the tables up to date. Whoever uses it need not know which of the two databases it is. It asks
nothing of the tables: that is `entries` and the journal itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from chatbot.errors import ChatbotError, SettingsError

AWAY = (OperationalError, InterfaceError, InternalError)  # full, locked, stopped: it may come back
PATIENCE = 5  # seconds to wait for a lock, a connection, or a statement of PostgreSQL
MIGRATION_LOCK = 4_157_000  # any number; processes that start together take turns on it


class JournalError(ChatbotError):
    """The record cannot be read or written now; the answers do not depend on it."""


def connect(url: str) -> Engine:
    """The engine for a URL; nothing is opened yet.

    Raises `SettingsError` for what is not a URL of SQLite or PostgreSQL.
    """
    try:
        address = make_url(url)
        kind = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise SettingsError("journal is not a database URL", remedy="write sqlite:///journal.db") from error
    if kind == "sqlite":
        return _sqlite(address)
    if kind == "postgresql":
        return _postgresql(address)
    raise SettingsError(
        f"journal is a URL of {kind!r}", remedy="use SQLite (sqlite:///journal.db) or PostgreSQL"
    )


def _sqlite(address: URL) -> Engine:
    in_memory = address.database in (None, "", ":memory:")
    # One connection for all threads, or each would see an empty database of its own.
    pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(
        address,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        """Prepares each new connection: what is committed is on the disk, what is deleted is gone."""
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Begins a transaction, as a writer where it will write."""
        # A writer that began as a reader may find the file changed meanwhile, and would fail.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(address: URL) -> Engine:
    try:
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": PATIENCE, "tcp_user_timeout": PATIENCE * 1000},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            "journal is a URL of PostgreSQL, but psycopg is not installed",
            remedy="pip install 'askguide[postgres]'",
        ) from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Sets what the record relies on, whatever the server's defaults are."""
        for setting in (f"statement_timeout = '{PATIENCE}s'", "synchronous_commit = on", "timezone = 'UTC'"):
            connection.exec_driver_sql(f"SET LOCAL {setting}")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads. Raises `JournalError` when the database is away."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        problem = f"the record cannot be read ({reason(error)})"
        raise JournalError(problem, remedy="look at its database") from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; it is on the disk when the block has ended well."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def migrate(engine: Engine) -> None:
    """Makes the tables, or brings those of an older version up to date. Processes take turns."""
    from alembic import command
    from alembic.config import Config

    _keep_private(engine)
    config = Config()
    config.set_main_option("script_location", "chatbot.journal:migrations")
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _keep_private(engine: Engine) -> None:
    """A new file of SQLite is for its owner alone; its -wal and -shm take after it."""
    if engine.dialect.name == "sqlite" and (name := engine.url.database) and name != ":memory:":
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(name, os.O_CREAT | os.O_RDWR, 0o600))


def scrub(engine: Engine) -> None:
    """Takes deleted text out of the log of SQLite, too (secure_delete has taken it out of the file)."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def reason(error: BaseException) -> str:
    """Why a database failed, in one line without the values that were to be written."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
