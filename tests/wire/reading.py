"""One codec for all tests of this package, and ways to read with it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final
from unittest.mock import patch

from gateway import resources
from gateway.ijw.bericht import Bericht
from gateway.ijw.finding import Finding
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas

SCHEMAS: Final = Schemas(resources.schemas_dir())
MEANING: Final = read_codelijsten().meaning
CODEC: Final = Codec(SCHEMAS, MEANING)


def read(content: bytes) -> Reading:
    """Read what is in memory."""
    return CODEC.read(Document(content))


def read_valid(content: bytes) -> Bericht:
    """Read a message that has to be good."""
    reading = read(content)
    assert reading.bericht is not None, reading.findings
    return reading.bericht


def findings(content: bytes) -> tuple[Finding, ...]:
    """Read a message that has to be refused, and give the reasons."""
    reading = read(content)
    assert reading.refusal is not None
    assert reading.bericht is None
    assert reading.findings
    return reading.findings


def finding(content: bytes) -> Finding:
    """Read a message that has to be refused for one reason."""
    (found,) = findings(content)
    return found


@contextmanager
def everything_is_large() -> Iterator[None]:
    """Have every document spooled and read piece by piece, as one over a megabyte is; the pieces are small."""
    with (
        patch("gateway.wire.document.LARGE", 0),
        patch("gateway.wire.document.MEBIBYTE", 64),
        patch("gateway.wire.expat.MEBIBYTE", 64),
        patch("gateway.wire.reader._PIECE", 64),
    ):
        yield


def read_large(content: bytes) -> Reading:
    """Read as a large document what is not."""
    with everything_is_large(), closing(Document()) as document:
        for start in range(0, len(content), 100):
            document.append(content[start : start + 100])
        return CODEC.read(document)
