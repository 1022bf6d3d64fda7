"""Why a message is not taken: the kind of problem and the chain's fault code (contract, chapter 4)."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from msgspec import Struct

from gateway.ijw.finding import Finding


class Refused(Enum):
    """A kind of refusal: what it is called in a problem document."""

    TOKEN_ENDED = "unauthorized"  # noqa: S105 - the name of a problem
    NOT_WELL_FORMED = "not-well-formed"
    SCHEMA_INVALID = "schema-invalid"
    RULES_VIOLATED = "rules-violated"
    SENDER_NOT_ALLOWED = "sender-not-allowed"
    RECIPIENT_UNKNOWN = "recipient-unknown"
    ANSWERED_UNKNOWN = "answered-message-unknown"
    ALREADY_ANSWERED = "already-answered"
    IDENTIFICATIE_USED = "identificatie-used"
    TOO_LARGE = "too-large"
    ENCODING = "unsupported-encoding"
    ZIP_INVALID = "zip-invalid"
    OPT_OUT_NOT_POSSIBLE = "opt-out-not-possible"


class Refusal(Struct, frozen=True):
    """A message that was not taken, with its fault code and everything that is wrong.

    `message_id` names the record of it, where one was kept.
    """

    kind: Refused
    code: str
    findings: tuple[Finding, ...]
    message_id: UUID | None = None


def refuse(kind: Refused, code: str, message: str, path: str | None = None, retourcode: str | None = None) -> Refusal:
    """Refuse for one reason that is about the delivery, not the content."""
    return Refusal(kind, code, (Finding("gateway", code, message, path, retourcode=retourcode),))
