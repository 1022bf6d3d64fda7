"""The shared fixtures."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from tests import conftest


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


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave nothing on the path; gives the folder in which Debian would keep the versions of PostgreSQL."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(conftest, "DEBIAN", tmp_path)
    return tmp_path


def test_a_program_beside_the_path_is_found(away: Path) -> None:
    """Where no program of PostgreSQL is on the path, that of the newest version is taken."""
    for version in ("9.6", "15", "100"):
        program = away / version / "bin" / "pg_dump"
        program.parent.mkdir(parents=True)
        program.touch(0o755)
    assert conftest.postgres_program("pg_dump") == str(away / "100" / "bin" / "pg_dump")


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize(("ci", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_ci_leaves_nothing_out(monkeypatch: pytest.MonkeyPatch, *, ci: bool, outcome: type[BaseException]) -> None:
    """What cannot be tested is skipped on somebody's own machine, and a failure in CI."""
    monkeypatch.setattr(conftest, "CI", ci)
    with pytest.raises(outcome, match="No pg_dump here"):
        conftest.postgres_program("pg_dump")
