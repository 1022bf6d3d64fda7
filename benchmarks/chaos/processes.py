"""The gateway's processes: some that answer, some that go round; each can be killed, and comes back."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

_PROGRAM = [sys.executable, "-m", "gateway"]
_PATIENCE_SECONDS = 60.0


@dataclass
class Processes:
    """One `serve` with several processes and workers beside it, as an operator would run them."""

    folder: Path
    database: str
    port: int
    workers: int = 2
    _serve: subprocess.Popen[bytes] | None = None
    _rounds: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Give where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> list[str]:
        """Run a command of the gateway on the same database; gives the lines that it prints, and fails as it does."""
        done = subprocess.run(
            [*_PROGRAM, *arguments], env=self._environment(), capture_output=True, text=True, check=True
        )
        return done.stdout.strip().splitlines()

    def start(self) -> None:
        """Start what does not run, and wait until it is ready."""
        if self._serve is None:
            self._serve = self._open("serve", "--port", str(self.port), "--workers", "2", "--no-worker")
        while len(self._rounds) < self.workers:
            self._rounds.append(self._open("worker"))
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            assert self._serve.poll() is None, "the gateway stopped by itself; see its log"
            assert time.monotonic() < until, "the gateway does not answer; see its log"
            time.sleep(0.1)

    def kill_serve(self) -> None:
        """Kill all that answers at once, as a power cut would, and start it anew."""
        assert self._serve is not None
        os.killpg(self._serve.pid, signal.SIGKILL)
        self._serve.wait()
        self._serve = None
        self.start()

    def kill_one_of_serve(self, chance: random.Random) -> None:
        """Kill one process that answers; the one that started it notices, and starts another."""
        assert self._serve is not None
        children = psutil.Process(self._serve.pid).children(recursive=True)
        answering = [child for child in children if _is_one_that_answers(child)]
        if answering:
            chance.choice(answering).kill()

    def kill_worker(self, chance: random.Random) -> None:
        """Kill a worker, and start another."""
        process = self._rounds.pop(chance.randrange(len(self._rounds)))
        process.kill()
        process.wait()
        self.start()

    def stop(self) -> None:
        """Stop all, in the way that an operator would."""
        running = [*filter(None, [self._serve]), *self._rounds]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(_PATIENCE_SECONDS)
        self._serve = None
        self._rounds.clear()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IJW_")}
        return {
            **kept,
            "IJW_DATA_DIR": str(self.folder),
            "IJW_DATABASE_URL": self.database,
            "IJW_LOG_FORMAT": "json",
            "IJW_RATE_LIMIT": "0",
        }

    def _open(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [*_PROGRAM, *arguments], env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )


def _is_one_that_answers(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # One that was killed a moment ago, and that nobody has taken leave of yet.
        return False
