"""What a command does with a database that is not ready."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_first_use_of_the_embedded_database(run: Run, tmp_path: Path) -> None:
    """Before the first start, an embedded database is made by whichever command needs it; nobody else may look in."""
    assert run("token", "create", "--scope", "admin").code == 0
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var" / "encryption-keys").stat().st_mode & 0o777 == 0o600


def test_only_an_embedded_database_is_migrated_on_the_way(
    run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database of a server is migrated by who asks for that, not by a command in passing."""
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    ran = run("token", "list")
    if database_url.startswith("sqlite"):
        assert ran.code == 0
    else:
        assert ran.code == 1
        assert "ijw-gateway migrate" in ran.err
