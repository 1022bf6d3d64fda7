"""(d) From starting the program to being ready, embedded, with an empty folder."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.outcome import Outcome
from benchmarks.server import serving

_LIMIT = 1.5
_RUNS = 5


def measure(folder: Path) -> list[Outcome]:
    """Start a few times, each with a database that has to be made."""
    seconds = []
    for number in range(_RUNS):
        place = folder / str(number)
        place.mkdir()
        with serving(place) as server:
            seconds.append(server.started_in)
    spread = f"{min(seconds):.2f} tot {max(seconds):.2f} s in {_RUNS} keer"
    return [Outcome("(d) starten, in seconden", median(seconds), at_most=_LIMIT, detail=spread)]
