"""The program as a whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway import __version__, app
from gateway.cli.failures import in_dutch
from gateway.cli.server import WORKER_SWITCH
from gateway.errors import ConflictError, DatabaseUnavailableError, GatewayError, RouteTableError
from tests.cli.conftest import Run

_COMMANDS = ("serve", "worker", "migrate", "validate", "rules", "render", "convert", "doctor", "demo", "party", "token")


def test_help_lists_the_commands(run: Run) -> None:
    """The help names every command of the contract that this version has."""
    ran = run("--help")
    assert ran.code == 0
    listed = {line.split()[0] for line in ran.lines if line.startswith("  ") and line.split()}
    assert set(_COMMANDS) <= listed


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    """Each command has a help of its own."""
    assert run(command, "--help").code == 0


def test_version(run: Run) -> None:
    """`--version` tells which version it is."""
    assert run("--version").lines == [f"ijw-gateway {__version__}"]


def test_without_a_command(run: Run) -> None:
    """Without a command the help is shown, and nothing was done."""
    ran = run()
    assert ran.code == 2
    assert "validate" in ran.out.decode() + ran.err


def test_help_is_quick() -> None:
    """Nothing heavy is loaded to show the help: it is there at once."""
    command = [sys.executable, "-X", "importtime", "-m", "gateway", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not loaded & {
        "alembic",
        "fastapi",
        "lxml",
        "psycopg",
        "pydantic",
        "rich",
        "sqlalchemy",
        "structlog",
        "uvicorn",
    }


def test_a_wrong_setting_is_one_line(run_program: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that is wrong is told by its name, without its value and without a traceback."""
    monkeypatch.setenv("IJW_DATABASE_URL", "mysql://iemand:geheim@server/gateway")
    ran = run_program("party", "list")
    assert ran.code == 1
    assert ran.err == "Fout: IJW_DATABASE_URL: moet beginnen met postgresql+psycopg:// of sqlite:///.\n"


def test_several_wrong_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting that is wrong is told."""
    monkeypatch.setenv("IJW_DATABASE_POOL", "veel")
    monkeypatch.setenv("IJW_LOG_FORMAT", "xml")
    ran = run("migrate")
    assert ran.code == 1
    assert "IJW_DATABASE_POOL: verwacht een geheel getal van 2 tot en met 100." in ran.err
    assert "IJW_LOG_FORMAT: verwacht console of json." in ran.err


def test_a_broken_route_table_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route table that cannot be read stops the command with file and line."""
    (tmp_path / "regio.toml").write_text("[[municipality]]\ncode = 384\n")
    monkeypatch.setenv("IJW_ROUTES_DIR", str(tmp_path))
    ran = run("party", "list")
    assert ran.code == 1
    assert "regio.toml, regel 2" in ran.err


def test_a_reader_that_goes_away(program: str, good: Path, bad: Path) -> None:
    """A reader that has seen enough gets no traceback on the screen."""
    files = [str(good), str(bad)] * 20
    done = subprocess.run(
        ["bash", "-c", '"$0" validate --format json "$@" | head -n 1', program, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DatabaseUnavailableError(), "De database antwoordt niet"),
        (ConflictError("De code bestaat al."), "De code bestaat al."),
        (RouteTableError("regio.toml, regel 2"), "regio.toml, regel 2"),
        (GatewayError(), "De gateway kon dit niet uitvoeren (GatewayError)."),
    ],
)
def test_errors_in_dutch(error: GatewayError, said: str) -> None:
    """An error is told in Dutch: in its own words, or those of its kind."""
    assert in_dutch(error).startswith(said)


def test_worker_switch_is_the_one_of_the_application() -> None:
    """`serve` and the application call the switch of the worker by the same name."""
    assert app.WORKER_SWITCH == WORKER_SWITCH
