"""The migrations and the tables."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, func, inspect, select, text
from sqlalchemy.schema import CheckConstraint

from gateway import resources
from gateway.errors import ConflictError
from gateway.exchange.cause import Cause
from gateway.store import dead_letters, migrate, tables
from gateway.store.engine import Database, DatabaseFailedError
from gateway.store.identifiers import new_id
from gateway.store.schema import metadata
from tests.store.samples import NOW


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """Give a database without tables."""
    database = Database(database_url)
    yield database
    database.close()


def schema(database: Database) -> dict[str, Any]:
    """Read everything that can be read of the tables."""
    with database.engine.connect() as conn:
        inspector = inspect(conn)
        return {
            name: {
                "columns": {column["name"]: {**column, "type": str(column["type"])} for column in columns},
                "primary key": inspector.get_pk_constraint(name),
                "foreign keys": by_name(inspector.get_foreign_keys(name)),
                "unique": by_name(inspector.get_unique_constraints(name)),
                "checks": by_name(inspector.get_check_constraints(name)),
                "indexes": indexes(inspector, name),
                "storage": storage(conn, name),
            }
            for (_, name), columns in inspector.get_multi_columns().items()
            if name != "alembic_version"
        }


def storage(conn: Connection, table: str) -> list[Any]:
    """Read how PostgreSQL stores a table and its columns; SQLite has nothing to choose."""
    if conn.dialect.name == "sqlite":
        return []
    query = text(
        "SELECT attname, attstorage::text, reloptions FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        "WHERE attrelid = to_regclass(quote_ident(:name)) AND attnum > 0 AND NOT attisdropped ORDER BY attname"
    )
    return list(conn.execute(query, {"name": table}))


def by_name(constraints: list[Any]) -> dict[str, Any]:
    """Find constraints by their names."""
    return {constraint["name"]: constraint for constraint in constraints}


def indexes(inspector: Inspector, table: str) -> dict[str, Any]:
    """Read the indexes of a table, with the condition of those that are partial."""
    return {
        str(index["name"]): (
            index["column_names"],
            index["unique"],
            {option: str(value) for option, value in index.get("dialect_options", {}).items()},
        )
        for index in inspector.get_indexes(table)
    }


def config(conn: Connection) -> Config:
    """Set Alembic up to work on a connection."""
    found = Config()
    found.set_main_option("script_location", str(resources.migrations_dir()))
    found.attributes["connection"] = conn
    return found


def run_migrations(database: Database) -> None:
    """Bring a database to the newest schema revision by revision."""
    with database.engine.begin() as conn:
        command.upgrade(config(conn), "head")


def test_upgrade_makes_the_newest_schema(database_url: str, empty: Database) -> None:
    """An empty database becomes current, and then there is nothing left to do."""
    assert not migrate.is_current(empty.engine)
    assert migrate.upgrade(database_url)
    assert migrate.is_current(empty.engine)
    assert not migrate.upgrade(empty.engine)


def test_migrations_make_the_tables(empty: Database) -> None:
    """Alembic finds no difference between the tables in the code and those that the migrations made."""
    run_migrations(empty)
    with empty.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_make_everything_that_the_code_would(empty: Database) -> None:
    """Also what Alembic does not compare, checks and partial indexes, is the same in both; so are the rows: none."""
    run_migrations(empty)
    migrated = schema(empty), rows(empty)
    with empty.engine.begin() as conn:
        command.downgrade(config(conn), "base")
    assert migrate.upgrade(empty.engine)
    assert (schema(empty), rows(empty)) == migrated


def rows(database: Database) -> dict[str, int | None]:
    """Count the rows of every table."""
    with database.engine.connect() as conn:
        return {name: conn.scalar(select(func.count()).select_from(table)) for name, table in metadata.tables.items()}


def test_every_revision_can_be_undone(empty: Database) -> None:
    """Down to nothing and up again gives the same schema, also from one that was made at once."""
    migrate.upgrade(empty.engine)
    before = schema(empty)
    with empty.engine.begin() as conn:
        command.downgrade(config(conn), "base")
        assert inspect(conn).get_table_names() == ["alembic_version"]
    assert not migrate.is_current(empty.engine)
    run_migrations(empty)
    assert migrate.is_current(empty.engine)
    assert schema(empty) == before


def test_an_older_database_is_migrated(empty: Database) -> None:
    """A database of an earlier revision goes through the revisions after it."""
    with empty.engine.begin() as conn:
        command.upgrade(config(conn), "0001")
    assert migrate.upgrade(empty.engine)
    assert migrate.is_current(empty.engine)


def test_dead_letters_keep_their_cause(empty: Database) -> None:
    """What could not be delivered before that was written down has the cause of its last failure."""
    made = new_id()
    with empty.engine.begin() as conn:
        command.upgrade(config(conn), "0015")
        conn.execute(
            tables.message.insert().values(
                id=made,
                type="JW305",
                release="3.2",
                sender="65656055",
                recipient="0193",
                identificatie="1",
                dagtekening=NOW.date(),
                status="failed",
                origin="party",
                size=1,
                digest=bytes(32),
                findings=[],
                received_at=NOW,
            )
        )
        for reason in ("weg", "schijf 12 vol"):
            event = {"id": new_id(), "message_id": made, "at": NOW, "kind": "failed", "detail": {"reason": reason}}
            conn.execute(tables.event.insert().values(event))
    migrate.upgrade(empty.engine)
    with empty.read() as conn:
        (group,) = dead_letters.grouped(conn, [], named=10)
    cause = Cause.of("schijf 1 vol")
    assert (group.cause_id, group.cause, group.count, group.message_ids) == (cause.id, cause.text, 1, (made,))


def test_the_head_in_the_code_is_the_newest_revision() -> None:
    """A new migration cannot be forgotten in the constant that recognises a current database."""
    assert ScriptDirectory(str(resources.migrations_dir())).get_heads() == [migrate.HEAD]


def test_a_start_does_without_alembic(database_url: str) -> None:
    """Neither a first start, nor one of a gateway whose database is current, loads Alembic."""
    code = (
        "import sys; from gateway.store import migrate;"
        "print(migrate.upgrade(sys.argv[1])); assert 'alembic' not in sys.modules"
    )
    start = [sys.executable, "-W", "error", "-c", code, database_url]
    told = [subprocess.run(start, check=True, capture_output=True, text=True).stdout for _ in range(2)]
    assert told == ["True\n", "False\n"]


def test_gateways_that_start_together_migrate_once(database_url: str) -> None:
    """Several starts at the same moment wait for one of them, and none fails."""
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(migrate.upgrade, [database_url] * 6))
    assert sorted(done) == [False] * 5 + [True]


def test_a_migration_that_fails_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that cannot be brought up to date stays as it was, on SQLite too."""
    with empty.engine.begin() as conn:
        conn.execute(text("CREATE TABLE worker (something_else integer)"))
    with pytest.raises(DatabaseFailedError):
        migrate.upgrade(empty.engine)
    with empty.engine.connect() as conn:
        assert inspect(conn).get_table_names() == ["worker"]


def test_a_newer_schema_is_told(empty: Database) -> None:
    """An older gateway does not touch the database of a newer one."""
    migrate.upgrade(empty.engine)
    with empty.engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.MigrationError, match="9999"):
        migrate.upgrade(empty.engine)


def test_every_constraint_has_a_name() -> None:
    """Whatever a later migration must change can be called by its name."""
    for table in metadata.tables.values():
        for constraint in table.constraints:
            assert str(constraint.name).startswith(("pk_", "fk_", "uq_", "ck_")), (table.name, constraint)
            if isinstance(constraint, CheckConstraint):
                assert str(constraint.name).startswith("ck_")
        assert all(str(index.name).startswith("ix_") for index in table.indexes)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "lost", "origin": "party"},
        {"status": "queued", "origin": "nobody"},
    ],
)
def test_the_database_refuses_unknown_words(database: Database, values: dict[str, str]) -> None:
    """A status or origin that does not exist is refused by the database itself."""
    row = {
        "id": new_id(),
        "type": "JW315",
        "release": "3.2",
        "sender": "1",
        "recipient": "2",
        "identificatie": "3",
        "dagtekening": NOW.date(),
        "size": 0,
        "digest": b"",
        "findings": [],
        "received_at": NOW,
    }
    with pytest.raises(ConflictError), database.write() as conn:
        conn.execute(metadata.tables["message"].insert(), row | values)
