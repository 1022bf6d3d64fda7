"""The real program as a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from gateway.settings import Settings

ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 30.0


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@dataclass
class Server:
    """`ijw-gateway serve`, with the settings of a test."""

    folder: Path
    settings: Settings
    workers: int
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Give the file with all that the process wrote."""
        return self.folder / "serve.log"

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment of the program, also for a command on the same database."""
        assert self.settings.database_url is not None
        assert self.settings.encryption_keys is not None
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("IJW_")},
            "IJW_DATA_DIR": str(self.settings.data_dir),
            "IJW_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "IJW_ROUTES_DIR": str(self.settings.routes_dir),
            "IJW_ENCRYPTION_KEYS": self.settings.encryption_keys.get_secret_value(),
            "IJW_LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
            **self.extra,
        }

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "gateway", "serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            # A session of its own, so that the supervisor and its processes can be killed together.
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        """Give the id of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Say whether it was started and not stopped."""
        return self._process is not None

    def kill(self) -> None:
        """Kill all of its processes at this very moment, as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_PATIENCE)
        self._process = None

    def kill_first(self) -> None:
        """Kill the process that started the others, and that one alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(_PATIENCE)
        self._process = None

    def ask_to_stop(self) -> subprocess.Popen[bytes]:
        """Ask it to stop, and give the process to wait for."""
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        return process

    def stop(self) -> None:
        """Stop it, if it runs, in the way that an operator would."""
        if self._process is not None:
            group = self._process.pid
            process = self.ask_to_stop()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(group, signal.SIGKILL)
                raise


class Caller(httpx.Client):
    """Somebody with a token."""

    def __init__(self, server: Server, token: str) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        super().__init__(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60, limits=limits)

    def give(self, body: bytes) -> httpx.Response:
        """Post a message."""
        return self.post("/v1/messages", content=body, headers={"Content-Type": "application/xml"})

    def listed(self, **filters: str) -> list[dict[str, object]]:
        """List all messages, page by page, newest first."""
        found: list[dict[str, object]] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {**filters, "limit": "100", **({"cursor": cursor} if cursor else {})}
            response = self.get("/v1/messages", params=query)
            assert response.status_code == 200, response.text
            page = response.json()
            found += page["items"]
            cursor = page["nextCursor"]
        return found
