"""(e) All rules inside a message on its typed value, against libxml2's parsing and checking of the same message."""

from __future__ import annotations

from collections.abc import Callable
from timeit import repeat
from typing import Any

from lxml import etree

from benchmarks import samples
from benchmarks.outcome import Outcome
from gateway.ijw.bericht import Bericht
from gateway.resources import schemas_dir
from gateway.rules.judge import judge
from gateway.wire.schemas import Schemas
from gateway.wire.writer import write_bericht

_LIMIT = 1.2
_GROWTH = 2.2
_MANY = 20_000
_RUNS, _TIMES = 15, 200


def measure() -> list[Outcome]:
    """Measure each of four messages, and how the cost of a declaration grows."""
    schemas = Schemas(schemas_dir())
    made = (samples.toewijzing(), samples.start(), samples.wijziging(), samples.declaratie())
    return [*(_compare(schemas, bericht) for bericht in made), _growth()]


def _compare(schemas: Schemas, bericht: Bericht) -> Outcome:
    xml = write_bericht(bericht)
    schema = schemas[bericht.TYPE].compiled
    assert judge(bericht) == [], "the sample breaks no rule"
    pairs = [
        (_seconds(lambda: schema.validate(etree.fromstring(xml)), _TIMES), _seconds(lambda: judge(bericht), _TIMES))
        for _ in range(_RUNS)
    ]
    yardstick, ours = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    detail = f"{ours / _TIMES * 1e6:.0f} µs tegen {yardstick / _TIMES * 1e6:.0f} µs"
    return Outcome(f"(e) regels {bericht.TYPE}", ours / yardstick, at_most=_LIMIT, detail=detail)


def _growth() -> Outcome:
    half, whole = samples.declaratie(_MANY // 2), samples.declaratie(_MANY)
    pairs = [(_seconds(lambda: judge(half), 1), _seconds(lambda: judge(whole), 1)) for _ in range(7)]
    small, large = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    detail = f"{_MANY} Prestaties {large * 1e3:.0f} ms, de helft {small * 1e3:.0f} ms"
    return Outcome("(e) regels, tweemaal zo groot", large / small, at_most=_GROWTH, detail=detail)


def _seconds(work: Callable[[], Any], times: int) -> float:
    return repeat(work, number=times, repeat=1)[0]
