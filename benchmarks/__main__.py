"""`make bench`: measures, prints a table, and keeps the figures in benchmarks/results.json."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import accepting, history, judging, memory, reading, searching, starting
from benchmarks.outcome import Outcome

_RESULTS = Path(__file__).with_name("results.json")
_PARTS: dict[str, Callable[[Path], list[Outcome]]] = {
    "reading": lambda _: reading.measure(),
    "judging": lambda _: judging.measure(),
    "accepting": accepting.measure,
    "history": history.measure,
    "memory": memory.measure,
    "starting": starting.measure,
}
# Only when asked for: it fills a database for minutes.
_LARGE: dict[str, Callable[[Path], list[Outcome]]] = {"searching": lambda _: searching.measure()}


def main() -> int:
    """Measure the parts that are asked for, or all but the large one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*_PARTS, *_LARGE, []])
    wanted = parser.parse_args().parts or list(_PARTS)
    outcomes: list[Outcome] = []
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            for outcome in {**_PARTS, **_LARGE}[name](Path(folder)):
                outcomes.append(outcome)
                mark = "✓" if outcome.good else "✗"
                print(f"{mark} {outcome.name:32} {outcome.value:8.2f}  ({outcome.limit})  {outcome.detail}", flush=True)
    if set(wanted) == set(_PARTS):
        _keep(outcomes)
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _keep(outcomes: list[Outcome]) -> None:
    record = {
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "outcomes": [{**asdict(outcome), "good": outcome.good} for outcome in outcomes],
    }
    _RESULTS.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
