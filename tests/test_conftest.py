"""The shared fixtures."""

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool


def test_database_is_empty_and_can_be_written(database_url: str) -> None:
    """A test gets an empty database of its own, on SQLite and on PostgreSQL."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE left_behind (id integer)"))


def test_nothing_is_left_of_an_earlier_test(database_url: str) -> None:
    """What one test wrote, the next one does not find."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
