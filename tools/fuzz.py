"""`make fuzz`: breaks messages at random and reads them, for an hour or as long as is asked.

Whatever the bytes are, there has to be a message or a reason why not, within seconds, and the same one by both ways of
reading. What breaks that is kept in a file, so that it can become a test.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind
from tests.hostile.pieces import MEANINGFUL
from tests.wire.reading import read, read_large
from tests.xsd import TYPES, document

_HOUR: Final = 3600.0
# What is read here is a few kilobytes; more than this is a way to keep the gateway busy.
_SLOW_SECONDS: Final = 5.0
_TOLD_EVERY: Final = 60.0
_KEPT: Final = Path("fuzz-failure.xml")
_HOW_MANY: Final = (1, 1, 1, 2, 2, 3, 8)
_ELEMENT: Final = re.compile(rb"<([A-Za-z0-9:]+)>(?:(?!<\1>).)*?</\1>", re.DOTALL)
_VALUE: Final = re.compile(rb">([^<>]*[^<>\s][^<>]*)</")


def _insert(chance: random.Random, content: bytes, _: bytes) -> bytes:
    place = chance.randint(0, len(content))
    return content[:place] + chance.choice(MEANINGFUL) + content[place + chance.randint(0, 12) :]


def _flip(chance: random.Random, content: bytes, _: bytes) -> bytes:
    place = chance.randrange(len(content) or 1)
    return content[:place] + chance.randbytes(1) + content[place + 1 :]


def _cut(chance: random.Random, content: bytes, _: bytes) -> bytes:
    begin = chance.randint(0, len(content))
    return content[:begin] + content[begin + chance.randint(0, 200) :]


def _double(chance: random.Random, content: bytes, _: bytes) -> bytes:
    begin = chance.randint(0, len(content))
    piece = content[begin : begin + chance.randint(1, 300)]
    return content[:begin] + piece * chance.randint(2, 20) + content[begin + len(piece) :]


def _splice(chance: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: chance.randint(0, len(content))] + other[chance.randint(0, len(other)) :]


def _repeat_element(chance: random.Random, content: bytes, _: bytes) -> bytes:
    """Leave an element out, or say it twice: well-formed, and against the schema."""
    elements = [found.span() for found in _ELEMENT.finditer(content)]
    if not elements:
        return content
    begin, end = chance.choice(elements)
    return content[:begin] + content[begin:end] * chance.choice((0, 2)) + content[end:]


def _change_value(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Put another value, of this kind of message or of another, into an element."""
    places, values = [found.span(1) for found in _VALUE.finditer(content)], _VALUE.findall(other)
    if not places or not values:
        return content
    begin, end = chance.choice(places)
    value: bytes = chance.choice(values)
    return content[:begin] + value + content[end:]


_CHANGES: Final[tuple[Callable[[random.Random, bytes, bytes], bytes], ...]] = (
    *(_insert, _flip, _cut, _double, _splice),
    # As likely as all others together: what is well-formed gets further in.
    *(_repeat_element, _change_value, _change_value, _repeat_element, _change_value),
)


def _broken(chance: random.Random, messages: list[bytes]) -> bytes:
    """Make one message of another, or of two."""
    content = chance.choice(messages)
    for _ in range(chance.choice(_HOW_MANY)):
        content = chance.choice(_CHANGES)(chance, content, chance.choice(messages))
    return content


def _flaw(content: bytes) -> str | None:
    """Say what is wrong with how some bytes are read, if anything is."""
    began = time.monotonic()
    try:
        reading, in_pieces = read(content), read_large(content)
    except Exception as error:  # noqa: BLE001 - any error at all is what is looked for
        return f"reading fails with {type(error).__name__}"
    if time.monotonic() - began > _SLOW_SECONDS:
        return "reading takes too long"
    if (reading.bericht is None) is not bool(reading.findings):
        return "neither a message nor a reason, or both"
    return None if _same(reading, in_pieces) else "in pieces it reads otherwise"


def _same(whole: Reading, in_pieces: Reading) -> bool:
    """Compare both ways of reading. Of what is no XML expat names one error or another by where its pieces end."""
    kinds = [reading.refusal.kind if reading.refusal else None for reading in (whole, in_pieces)]
    return kinds == [Kind.NOT_WELL_FORMED] * 2 or whole == in_pieces


def main() -> int:
    """Go on until the time is over; gives 1 at the first flaw."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=_HOUR, help="how long (default: an hour)")
    parser.add_argument("--seed", type=int, default=None, help="the seed of chance, as an earlier run printed it")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    chance, messages = random.Random(seed), [document(name) for name in TYPES]  # noqa: S311 - no secret is made of it
    print(f"seed {seed}", flush=True)
    tried = taken = 0
    began = told = time.monotonic()
    while (now := time.monotonic()) - began < asked.seconds:
        content = _broken(chance, messages)
        if flaw := _flaw(content):
            _KEPT.write_bytes(content)
            print(f"✗ {flaw}; after {tried} messages, kept in {_KEPT}")
            return 1
        tried += 1
        taken += read(content).bericht is not None
        if now - told > _TOLD_EVERY:
            told = now
            print(f"{tried} messages", flush=True)
    print(f"✓ {tried} messages, {taken} of them good after all; nothing failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
