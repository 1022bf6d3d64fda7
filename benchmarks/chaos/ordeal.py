"""Kill processes and connections under load, and count what became of every message.

Everything is real and of its own: a PostgreSQL cluster in a folder that goes away, `serve` with two processes and two
workers. While providers post and parties take over, at random moments a process is killed (-9), all connections are
cut, or PostgreSQL is stopped or crashes. Then it all comes to rest, and each message that was accepted has to be there
once, be delivered once, and be read back as it was sent; and the audit trail has to be whole.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import samples
from benchmarks.chaos import reckoning
from benchmarks.chaos.cluster import Cluster, free_port, private_cluster
from benchmarks.chaos.processes import Processes
from benchmarks.chaos.traffic import Poller, Poster, Seen
from benchmarks.load import clients
from gateway.wire.writer import write_bericht


@dataclass(frozen=True, slots=True)
class Order:
    """For how long to strike, by which seed of chance, and with how much traffic.

    A provider waits `pause` seconds after each post; two blows are `calm` seconds apart at the most.
    """

    seconds: float
    seed: int
    pause: float = 0.02
    posters: int = 6
    pollers: int = 4
    # Shorter would be a gateway that never runs.
    calm: float = 6.0


@dataclass(frozen=True, slots=True)
class Ordeal:
    """What was struck, what the parties saw of it, and all that is not as it should be."""

    struck: Counter[str]
    seen: Seen
    stored: dict[str, int]
    audit: str
    wrong: list[str]


def ordeal(order: Order) -> Ordeal:
    """Go through it."""
    with (
        tempfile.TemporaryDirectory() as data,
        tempfile.TemporaryDirectory() as base,
        private_cluster(Path(base)) as own,
    ):
        processes = Processes(Path(data), own.url, free_port())
        token = _token(processes)
        processes.start()
        try:
            seen, struck = _run(processes, own, token, order)
            whole, audit = _verify(processes)
            wrong = [*reckoning.flaws(own.address, seen), *reckoning.unlike(processes.url, token, seen)]
            wrong += [] if whole else ["the audit trail is not whole"]
            return Ordeal(struck, seen, reckoning.stored(own.address), audit, wrong)
        finally:
            processes.stop()


def _posts() -> Iterator[tuple[str, bytes]]:
    """Make messages, each about another client, by their Identificatie."""
    body = write_bericht(samples.start(allocated=False))
    for number, bsn in clients(0):
        mark = f"{number:012d}"
        yield mark, body.replace(samples.MARK.encode(), mark.encode()).replace(samples.BSN.encode(), bsn)


def _strike(processes: Processes, cluster: Cluster, order: Order) -> Counter[str]:
    """Strike at random until the time is over, each at least once; gives how often what was struck."""
    chance = random.Random(order.seed)

    def restart(mode: str) -> None:
        cluster.stop(mode)
        time.sleep(chance.uniform(0, 2))
        cluster.start()

    blows: dict[str, Callable[[], object]] = {
        "API process killed": lambda: processes.kill_one_of_serve(chance),
        "whole API killed": processes.kill_serve,
        "worker killed": lambda: processes.kill_worker(chance),
        "connections cut": cluster.cut_connections,
        "PostgreSQL restarted": lambda: restart("fast"),
        "PostgreSQL crashed": lambda: restart("immediate"),
    }
    struck: Counter[str] = Counter()
    until = time.monotonic() + order.seconds
    turn: list[str] = []
    while time.monotonic() < until or len(struck) < len(blows):
        time.sleep(chance.uniform(0.5, order.calm))
        turn = turn or chance.sample(list(blows), len(blows))
        name = turn.pop()
        blows[name]()
        struck[name] += 1
    processes.start()
    return struck


def _run(processes: Processes, cluster: Cluster, token: str, order: Order) -> tuple[Seen, Counter[str]]:
    seen, posts = Seen(), _posts()
    silent, at_rest = threading.Event(), threading.Event()

    def post() -> None:
        with closing(Poster(processes.url, token, seen)) as poster:
            poster.run(posts, silent, order.pause)

    def poll(party: str, seed: int) -> None:
        with closing(Poller(processes.url, token, seen)) as poller:
            poller.run(party, at_rest, seed)

    with ThreadPoolExecutor(order.posters + 2 * order.pollers) as pool:
        try:
            posting = [pool.submit(post) for _ in range(order.posters)]
            polling = [
                pool.submit(poll, party, order.seed + number)
                for number in range(order.pollers)
                for party in (samples.GEMEENTE, samples.AANBIEDER)
            ]
            struck = _strike(processes, cluster, order)
            silent.set()
            for one in posting:
                one.result()
        finally:
            silent.set()
            at_rest.set()
        for one in polling:
            one.result()
    return seen, struck


def _token(processes: Processes) -> str:
    """Make the tables, and a token of both the provider and the municipality."""
    processes.command("migrate")
    processes.command("party", "add", samples.AANBIEDER, "--name", "Meting")
    return processes.command("token", "create", "--party", samples.AANBIEDER, "--party", samples.GEMEENTE)[-1]


def _verify(processes: Processes) -> tuple[bool, str]:
    """Let the gateway verify its audit trail; gives whether it is whole, and what it says."""
    try:
        return True, "audit trail whole up to " + processes.command("audit", "verify")[-1]
    except subprocess.CalledProcessError as error:
        return False, str(error.stdout or error.stderr).strip()
