"""What is logged of an error: where it was and of which kind, and none of the values that were there."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog

from gateway.errors import DatabaseUnavailableError, InvalidBerichtError
from gateway.logs import configure_logs
from tests.transport.http_server import running

SECRET = "wittemans-999900006"


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Put the loggers back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail() -> None:
    """Fail in a way that would tell too much, in each of the three texts of a traceback."""
    value = SECRET
    try:
        int(value)
    except ValueError as cause:
        raise KeyError(value) from cause


def fail_on_the_way() -> None:
    """Fail while something else went wrong."""
    try:
        fail()
    except KeyError:
        raise DatabaseUnavailableError  # noqa: B904 - what was in hand is told without being named


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("log", [structlog.get_logger, lambda: logging.getLogger("uvicorn.error")])
def test_an_error_is_told_without_its_values(
    capfd: pytest.CaptureFixture[str], as_json: bool, log: Callable[[], Any]
) -> None:
    """Kinds and places of the whole chain, from the first cause on; not its texts, nor local variables."""
    configure_logs(as_json=as_json)
    try:
        fail_on_the_way()
    except DatabaseUnavailableError:
        log().exception("it failed")
    logged = capfd.readouterr().err
    assert SECRET not in logged
    kinds = [logged.index(kind) for kind in ("ValueError", "KeyError", "DatabaseUnavailableError")]
    assert kinds == sorted(kinds)
    assert "The database does not answer." in logged
    assert logged.count("test_logs.py") >= 3
    if as_json:
        (line,) = logged.splitlines()
        assert json.loads(line)["event"] == "it failed"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (InvalidBerichtError("/Bericht/Client: te lang"), "/Bericht/Client: te lang"),
        (OSError(28, "No space left on device", SECRET), "No space left on device"),
        (OSError(SECRET), ""),
        (RuntimeError(SECRET), ""),
    ],
)
def test_errors_whose_text_is_harmless(capfd: pytest.CaptureFixture[str], error: Exception, says: str) -> None:
    """Our own errors and those of the operating system are told in their own words."""
    configure_logs(as_json=True)
    logging.getLogger("anybody").error("it failed", exc_info=error)
    logged = json.loads(capfd.readouterr().err)
    assert [one["says"] for one in logged["exception"]] == [says]
    assert SECRET not in str(logged)


def test_lines_are_for_people_or_for_machines(capfd: pytest.CaptureFixture[str]) -> None:
    """JSON has a line for each event, with its moment and level; people get the same in words."""
    configure_logs(as_json=True)
    structlog.get_logger().warning("gemerkt", aantal=3)
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["aantal"], line["level"]) == ("gemerkt", 3, "warning")
    assert line["timestamp"].endswith("Z")
    structlog.reset_defaults()
    configure_logs(as_json=False)
    structlog.get_logger().warning("gemerkt", aantal=3)
    assert "gemerkt" in capfd.readouterr().err


def test_addresses_that_are_called_are_not_logged(capfd: pytest.CaptureFixture[str]) -> None:
    """The address of somebody's server may have a secret in it; the library that calls it would tell it."""
    configure_logs(as_json=True)
    with running() as server:
        httpx.post(f"{server.url()}/hook?{SECRET}", content=b"", trust_env=False)
    assert len(server.heard) == 1
    assert SECRET not in capfd.readouterr().err


def test_logging_loads_no_rich_and_leaves_it_to_who_wants_it() -> None:
    """A process that logs starts without it; one that draws a table afterwards still gets it."""
    script = "import sys, gateway.logs; assert 'rich' not in sys.modules; from rich.table import Table; print(Table)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "rich.table.Table" in done.stdout, done.stderr
