"""(a) Reading, checking against the schema and making typed values, against libxml2's parsing and checking alone."""

from __future__ import annotations

from collections.abc import Callable
from timeit import repeat
from typing import Any

from lxml import etree

from benchmarks import samples
from benchmarks.outcome import Outcome
from gateway.resources import schemas_dir
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas
from gateway.wire.writer import write_bericht

_LIMIT = 2.2
_RUNS, _TIMES = 15, 200


def measure() -> list[Outcome]:
    """Measure each of four messages."""
    schemas = Schemas(schemas_dir())
    codec = Codec(schemas, read_codelijsten(schemas_dir()).meaning)
    makers = (samples.toewijzing, samples.start, samples.wijziging, samples.declaratie)
    return [_compare(schemas, codec, write_bericht(make())) for make in makers]


def _compare(schemas: Schemas, codec: Codec, xml: bytes) -> Outcome:
    message_type = codec.read(Document(xml)).type or ""
    schema = schemas[message_type].compiled

    def bare() -> Any:
        return schema.validate(etree.fromstring(xml))

    def full() -> Any:
        return codec.read(Document(xml)).bericht

    assert bare(), "the yardstick needs a valid message"
    assert full(), "so does the reader"
    # In turns, so that a machine that is busy for a moment is so for both; the best of each is the least disturbed.
    pairs = [(_seconds(bare), _seconds(full)) for _ in range(_RUNS)]
    yardstick, ours = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    return Outcome(
        f"(a) lezen {message_type}",
        ours / yardstick,
        at_most=_LIMIT,
        detail=f"{len(xml)} bytes: {ours / _TIMES * 1e6:.0f} µs tegen {yardstick / _TIMES * 1e6:.0f} µs",
    )


def _seconds(work: Callable[[], Any]) -> float:
    return repeat(work, number=_TIMES, repeat=1)[0]
