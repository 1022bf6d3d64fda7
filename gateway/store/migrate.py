"""Bringing a database to the newest schema."""

from __future__ import annotations

import logging

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, text

from gateway.errors import ConfigurationError
from gateway.resources import migrations_dir
from gateway.store.engine import Database, translated
from gateway.store.schema import metadata

HEAD = "0018"
"""The newest revision; told here so that a current database is recognised without loading Alembic. A test compares."""

# Any number, as long as nobody else uses it: processes that start together migrate one after the other.
_LOCK = 0x696A775F

# Where Alembic keeps which revision a database has, as it makes that itself.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

_log = logging.getLogger(__name__)


class MigrationError(ConfigurationError):
    """The schema of the database is of a newer gateway than this one."""


def is_current(engine: Engine) -> bool:
    """Say whether the database has the schema that this code expects. Quick: it does not load Alembic."""
    with translated(), engine.begin() as conn:
        return _revision(conn) == HEAD


def upgrade(database: str | Engine) -> bool:
    """Bring a database, by its URL or engine, to the newest schema; says whether there was anything to do."""
    if isinstance(database, str):
        opened = Database(database)
        try:
            return upgrade(opened.engine)
        finally:
            opened.close()
    if is_current(database):
        return False
    with translated(), database.begin() as conn:
        _lock(conn)
        # Another process may have done it while this one waited for the lock.
        found = _revision(conn)
        if found == HEAD:
            return False
        if found is None and metadata.tables.keys().isdisjoint(inspect(conn).get_table_names()):
            _make_all(conn)
        else:
            _run_alembic(conn)
        return True


def _make_all(conn: Connection) -> None:
    """Make the newest schema in a database that has nothing of ours.

    What the tables in the code say is what all migrations together make; tests compare. It saves loading Alembic, a
    tenth of a first start.
    """
    metadata.create_all(conn, checkfirst=False)
    _VERSION.create(conn, checkfirst=True)
    conn.execute(insert(_VERSION).values(version_num=HEAD))
    _log.info("The database was made with schema %s.", HEAD)


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    revision: str | None = conn.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _lock(conn: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE is the lock already.
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL lock_timeout = 0"))
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _run_alembic(conn: Connection) -> None:
    # Loading Alembic takes longer than everything else a start does with a current database.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = conn
    before = _revision(conn)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise MigrationError(
            f"De database heeft schema {before!r}, en dat kent deze gateway niet; is hij ouder dan de database?"
        ) from error
    _log.info("The database went from schema %s to %s.", before, HEAD)
