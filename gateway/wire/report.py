"""What was found of one document, in the shape that the command line and the API share (contract, chapter 3)."""

from __future__ import annotations

from typing import Any

from gateway.wire.reader import Reading


def report(reading: Reading, file: str | None = None) -> dict[str, Any]:
    """Give the report of a reading as JSON."""
    return {
        "file": file,
        "type": reading.type,
        "release": reading.release,
        "valid": not reading.findings,
        "findings": [finding.as_json() for finding in reading.findings],
    }
