"""A real gateway in processes of its own, on a free port of the loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A gateway that answers."""

    port: int
    pid: int
    started_in: float  # seconds from starting the program until /health/ready answered 200
    settings: dict[str, str]

    def command(self, *arguments: str) -> str:
        """Run a command of the gateway on the same database; gives the last line that it prints."""
        done = subprocess.run([*_PROGRAM, *arguments], env=self.settings, capture_output=True, text=True, check=True)
        return done.stdout.strip().splitlines()[-1]


_PROGRAM = [sys.executable, "-m", "gateway"]


@contextmanager
def serving(folder: Path, *arguments: str, database: str | None = None) -> Iterator[Server]:
    """Start a gateway with its data in a folder, and stop it at the end."""
    settings = {**os.environ, "IJW_DATA_DIR": str(folder), "IJW_LOG_FORMAT": "json", "IJW_RATE_LIMIT": "0"}
    settings.pop("IJW_DATABASE_URL", None)
    if database:
        settings["IJW_DATABASE_URL"] = database
    port = _free_port()
    began = time.perf_counter()
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*_PROGRAM, "serve", "--port", str(port), *arguments],
            env=settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Server(port, process.pid, _wait(port, process, began), settings)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(_PATIENCE)


def _wait(port: int, process: subprocess.Popen[bytes], began: float) -> float:
    while time.perf_counter() - began < _PATIENCE:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1):
                return time.perf_counter() - began
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None:
                break
            time.sleep(0.01)
    message = "the gateway did not start; see serve.log"
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
