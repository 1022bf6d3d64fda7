"""Why a message could not be read: the chain's fault code, and the kind of problem."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateway.ijw.finding import Finding, Source


class Kind(Enum):
    """A kind of refusal of the reader, with the fault code of the chain."""

    NOT_WELL_FORMED = "BRS14"
    SCHEMA_INVALID = "BRS13"
    TOO_LARGE = "BRS06"
    ENCODING = "OP192"
    NO_ZIP = "BRS15"
    ZIP_TOO_MANY = "BRS16"
    ZIP_PASSWORD = "BRS17"  # noqa: S105 - a fault code, not a password
    ZIP_ENTRY_TOO_LARGE = "BRS19"
    ZIP_EMPTY = "BRS21"
    ZIP_FOLDER = "BRS29"


class Refusal(Struct, frozen=True):
    """A message that cannot be read, with everything that is wrong with it."""

    kind: Kind
    findings: tuple[Finding, ...]


def refuse(kind: Kind, message: str, line: int | None = None) -> Refusal:
    """Refuse for one reason: about the bytes (`xml`) or, for a size or a ZIP, about the delivery (`gateway`)."""
    source: Source = "xml" if kind in {Kind.NOT_WELL_FORMED, Kind.ENCODING} else "gateway"
    return Refusal(kind, (Finding(source, kind.value, message, line=line),))
