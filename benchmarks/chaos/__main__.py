"""`make chaos`: kill processes and connections under load, and count what became of every message.

Everything is real and of its own: a PostgreSQL cluster in a folder that goes away, `serve` with two processes and two
workers. While providers post and parties take over, at random moments a process is killed (-9), all connections are
cut, or PostgreSQL is stopped or crashes. Then it all comes to rest, and each message that was accepted has to be there
once, be delivered once, and be read back as it was sent; and the audit trail has to be whole.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks import samples
from benchmarks.chaos import reckoning
from benchmarks.chaos.cluster import Cluster, free_port, private_cluster
from benchmarks.chaos.processes import Processes
from benchmarks.chaos.traffic import Poller, Poster, Seen
from benchmarks.load import clients
from gateway.wire.writer import write_bericht

_POSTERS = 6
_POLLERS = 4
# The longest between two blows; shorter would be a gateway that never runs.
_CALM_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class _Order:
    seconds: float
    seed: int
    pause: float


def _order() -> _Order:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=240, help="how long to strike (default: four minutes)")
    parser.add_argument("--seed", type=int, default=None, help="the seed of chance, as an earlier run printed it")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds that a provider waits after each post")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    return _Order(asked.seconds, seed, asked.pause)


def _posts() -> Iterator[tuple[str, bytes]]:
    """Make messages, each about another client, by their Identificatie."""
    body = write_bericht(samples.start(allocated=False))
    for number, bsn in clients(0):
        mark = f"{number:012d}"
        yield mark, body.replace(samples.MARK.encode(), mark.encode()).replace(samples.BSN.encode(), bsn)


def _strike(processes: Processes, cluster: Cluster, order: _Order) -> Counter[str]:
    """Strike at random until the time is over; gives how often what was struck."""
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
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, _CALM_SECONDS))
        name = chance.choice(list(blows))
        blows[name]()
        struck[name] += 1
    processes.start()
    return struck


def _run(processes: Processes, cluster: Cluster, token: str, order: _Order) -> tuple[Seen, Counter[str]]:
    seen, posts = Seen(), _posts()
    silent, at_rest = threading.Event(), threading.Event()
    with ThreadPoolExecutor(_POSTERS + 2 * _POLLERS) as pool:
        try:
            posting = [
                pool.submit(Poster(processes.url, token, seen).run, posts, silent, order.pause) for _ in range(_POSTERS)
            ]
            polling = [
                pool.submit(Poller(processes.url, token, seen).run, party, at_rest, order.seed + number)
                for number in range(_POLLERS)
                for party in (samples.GEMEENTE, samples.AANBIEDER)
            ]
            struck = _strike(processes, cluster, order)
            silent.set()
            for post in posting:
                post.result()
        finally:
            silent.set()
            at_rest.set()
        for poll in polling:
            poll.result()
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


def _tell(seen: Seen, struck: Counter[str], stored: dict[str, int], audit: str) -> None:
    for title, counted in (("struck", struck), ("answers", seen.answers)):
        print(f"{title}: " + ", ".join(f"{times}x {name}" for name, times in sorted(counted.items())))
    print(f"accepted {len(seen.accepted)}, taken over {len(seen.acknowledged)}, leases lost to another {seen.lost}")
    print("stored: " + ", ".join(f"{count} {name}" for name, count in stored.items()))
    print(audit)


def main() -> int:
    """Run it; gives 1 when anything is not as it should be."""
    order = _order()
    print(f"seed {order.seed}, {order.seconds:.0f} seconds", flush=True)
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
            _tell(seen, struck, reckoning.stored(own.address), audit)
        finally:
            processes.stop()
    for flaw in wrong:
        print(f"✗ {flaw}")
    print("✗ not all is well" if wrong else "✓ every accepted message is there once, and was delivered once")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
