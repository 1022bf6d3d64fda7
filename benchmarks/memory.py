"""(c) The most memory that taking the largest message needs, above a process that does nothing."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from benchmarks import samples
from benchmarks.outcome import Outcome
from benchmarks.server import serving
from gateway.wire.document import MAX_SIZE
from gateway.wire.writer import write_bericht

_LIMIT = 3.0


def measure(folder: Path) -> list[Outcome]:
    """Post a JW323 of just 25 MB to an embedded gateway, and look at the peak of its process."""
    each = len(write_bericht(samples.declaratie(2))) - len(write_bericht(samples.declaratie(1)))
    xml = write_bericht(samples.declaratie(MAX_SIZE // each - 4)).replace(samples.MARK.encode(), b"%012d" % 1)
    assert MAX_SIZE * 0.99 < len(xml) <= MAX_SIZE, "the largest message"
    with serving(folder) as server:
        server.command("party", "add", samples.AANBIEDER, "--name", "Meting")
        token = server.command("token", "create", "--party", samples.AANBIEDER)
        _post(server.port, token, write_bericht(samples.start()).replace(samples.MARK.encode(), b"%012d" % 1))
        idle = _kilobytes(server.pid, "VmRSS")
        Path(f"/proc/{server.pid}/clear_refs").write_text("5")  # forgets the peak until now
        _post(server.port, token, xml)
        peak = _kilobytes(server.pid, "VmHWM")
    extra = (peak - idle) * 1024
    return [
        Outcome(
            "(c) geheugen JW323 van 25 MB",
            extra / len(xml),
            at_most=_LIMIT,
            detail=f"{extra / 2**20:.0f} MB boven {idle / 1024:.0f} MB in rust",
        )
    ]


def _post(port: int, token: str, xml: bytes) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/messages",
        xml,
        {"Content-Type": "application/xml", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        assert answer.status == 202, "the message is accepted"


def _kilobytes(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(f"{name}:")).split()[1])
