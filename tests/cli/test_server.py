"""`serve`, `worker` and `migrate`, as real processes."""

import contextlib
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.e2e
_PATIENCE = 30


@contextlib.contextmanager
def _started(*command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    """Wait for the line that tells where the gateway listens."""
    assert process.stderr
    for line in process.stderr:
        if found := re.search(r"http://[0-9.:]+", line):
            return found[0]
    raise AssertionError("the gateway stopped before it listened")


def _get(url: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(url, timeout=_PATIENCE).json()
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve(program: str, tmp_path: Path, workers: str) -> None:
    """In an empty folder it just works: it tells its address, answers, is ready, and ends well when told to."""
    with _started(program, "serve", "--port", "0", "--workers", workers) as process:
        address = _address(process)
        assert _get(f"{address}/health/live")["status"] == "pass"
        assert _get(f"{address}/health/ready")["status"] in {"pass", "warn"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0
        assert "Traceback" not in process.stderr.read() if process.stderr else False
    assert (tmp_path / "var" / "gateway.db").exists()


def test_no_server_header(program: str) -> None:
    """An answer does not tell what software made it."""
    with _started(program, "serve", "--port", "0", "--no-worker") as process:
        assert "server" not in httpx.get(f"{_address(process)}/health/live", timeout=_PATIENCE).headers


def test_ctrl_c(program: str) -> None:
    """Ctrl+C ends it as well as SIGTERM does."""
    with _started(program, "serve", "--port", "0") as process:
        _address(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(_PATIENCE) == 0


def test_an_address_in_use(run_program: Run) -> None:
    """A port that is taken is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run_program("serve", "--port", str(port))
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == (
        f"Fout: Poort {port} op 127.0.0.1 is al in gebruik; kies een andere met --port."
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_wrong_settings_stop_the_start(
    run_program: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    """What is wrong with the settings stops the start, with one clear line and without a traceback."""
    monkeypatch.setenv("IJW_ROUTES_DIR", str(tmp_path / "weg"))
    ran = run_program("serve", "--port", "0", "--workers", workers)
    assert ran.code == 1
    assert ran.err.splitlines()[-1].startswith("Fout: De map met routetabellen")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--workers", "0"]])
def test_impossible_options(run_program: Run, arguments: list[str]) -> None:
    """An option that cannot be is a mistake in the command."""
    assert run_program("serve", *arguments).code == 2


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_worker_beside_the_api(
    program: str, run_program: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker of its own gives the heartbeat that an API without one misses, and ends well when told to."""
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    run_program("migrate")
    with (
        _started(program, "serve", "--port", "0", "--no-worker") as api,
        _started(program, "worker") as worker,
    ):
        assert worker.stderr
        assert any("De bezorger draait" in line for line in worker.stderr)
        ready = f"{_address(api)}/health/ready"
        while _get(ready)["parts"]["worker"]["status"] != "pass":
            time.sleep(0.1)  # until the test's own time limit
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(_PATIENCE) == 0


def test_migrate(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what it did; a second time there is nothing to do."""
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    first, second = run("migrate"), run("migrate")
    assert (first.code, second.code) == (0, 0)
    assert "bijgewerkt" in first.err
    assert "heeft al" in second.err


def test_migrate_without_a_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer is told in one line."""
    monkeypatch.setenv("IJW_DATABASE_URL", "postgresql+psycopg://iemand:geheim@127.0.0.1:1/gateway")
    ran = run("migrate")
    assert ran.code == 1
    assert ran.err.startswith("Fout: De database antwoordt niet")
    assert "geheim" not in ran.err
