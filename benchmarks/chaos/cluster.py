"""A PostgreSQL cluster of one's own, to be broken at will: nobody else's server is touched."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_PATIENCE_SECONDS = 60
# `initdb` is seldom on the path; Debian keeps every version's programs in a folder of its own.
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server with one database; its data is where nobody else has any."""

    programs: Path
    folder: Path
    port: int
    user: str | None

    @property
    def address(self) -> str:
        """Give the address for psycopg."""
        return f"postgresql://gateway@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        """Give the address for the gateway."""
        return self.address.replace("postgresql:", "postgresql+psycopg:", 1)

    def create(self) -> None:
        """Make the cluster; it keeps PostgreSQL's own settings for what is durable."""
        self._run("initdb", "--username", "gateway", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8")

    def start(self) -> None:
        """Start it, and wait until it takes connections again."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=100"
        self._run("pg_ctl", "start", "-w", "-l", str(self.folder / "server.log"), "-o", options)

    def stop(self, mode: str) -> None:
        """Stop it: `fast` breaks off all transactions, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def cut_connections(self) -> int:
        """End all connections but one's own; gives how many there were."""
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with psycopg.connect(self.address, autocommit=True) as connection:
            return len(connection.execute(query).fetchall())

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root. What it writes goes to no pipe: the server would keep that open.
        command = [str(self.programs / program), "--pgdata", str(self.folder / "data"), *arguments]
        with (self.folder / "programs.log").open("ab") as log:
            subprocess.run(
                command,
                cwd=self.folder,
                user=self.user,
                extra_groups=[] if self.user else None,
                stdout=log,
                stderr=log,
                timeout=_PATIENCE_SECONDS,
                check=True,
            )


@contextmanager
def private_cluster(folder: Path) -> Iterator[Cluster]:
    """Make and start a cluster in an empty folder; stop it at the end."""
    user = None
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        user = owner.pw_name
    found = programs()
    if found is None:
        message = "PostgreSQL's initdb is not there: install the server (Debian: postgresql)"
        raise SystemExit(message)
    cluster = Cluster(found, folder, free_port(), user)
    cluster.create()
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop("immediate")


def free_port() -> int:
    """Give a port of the loopback that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def programs() -> Path | None:
    """Give the folder with `initdb` and what belongs to it, if PostgreSQL's server is on this machine."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    return folders[-1].parent if folders else None
