"""Messages that the gateway writes for a party and sends in its name, through the intake like any other."""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange.address import MessageKey
from gateway.exchange.refusal import Refusal, Refused
from gateway.exchange.retour import GATEWAY_PREFIX, TOKEN_LENGTH
from gateway.ijw.bericht import RELEASE, Bericht
from gateway.services.caller import Caller
from gateway.services.intake import Intake
from gateway.services.settling import Accepted, Also
from gateway.store import messages
from gateway.store.rows import MessageRow
from gateway.wire.document import Document

# Somebody else may be a moment sooner; who is overtaken time and again has a program that runs wild.
_MOST_TRIES: Final = 5


class Otherwise(Struct, frozen=True):
    """It was answered before, and not in this way; `state` is how it stands."""

    state: str


class NotTheirs(Struct, frozen=True):
    """The caller is an administrator, who speaks for nobody."""


@dataclass(frozen=True, slots=True)
class ToSend:
    """A message to send: its type, its header without the marks that every header has, and the rest of its fields.

    `also` is done in the transaction that takes it.
    """

    bericht: type[Bericht]
    afzender: str
    ontvanger: str
    identificatie: str
    dagtekening: str
    body: dict[str, Any]
    also: Also | None = field(default=None, repr=False)

    def document(self) -> Document:
        """Give the typed form of the message; raises RecursionError for fields inside fields without an end."""
        header = {
            "afzender": self.afzender,
            "ontvanger": self.ontvanger,
            "berichtIdentificatie": {"identificatie": self.identificatie, "dagtekening": self.dagtekening},
        }
        form = {"type": self.bericht.TYPE, "release": RELEASE, "bericht": {"header": header, **self.body}}
        return Document(json.dumps(form).encode())


Step: TypeAlias = ToSend | Accepted | Otherwise | NotTheirs | Refusal | None
"""What follows from what a caller asks: a message to send, or why there is none; None is that it is not there."""
Outcome: TypeAlias = Accepted | Otherwise | NotTheirs | Refusal | None


def marks(seed: str) -> Iterator[str]:
    """Give Identificaties for one and the same thing to say, the first one first.

    They follow from the seed, so that two who say the same at the same moment use the same one, and the database takes
    it once.
    """
    number = 0
    while True:
        digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
        yield GATEWAY_PREFIX + b32encode(digest).decode()[:TOKEN_LENGTH]
        number += 1


def first_free(connection: Connection, sender: str, message_type: str, seed: str) -> tuple[str, list[MessageRow]]:
    """Give the first Identificatie that is not used yet, and the messages that used those before it."""
    used: list[MessageRow] = []
    for identificatie in marks(seed):
        row = messages.find_by_key(connection, MessageKey(sender, message_type, identificatie))
        if row is None:
            return identificatie, used
        used.append(row)
    raise AssertionError  # There is always another one.


def send(intake: Intake, caller: Caller, step: Callable[[], Step]) -> Outcome:
    """Take a step, and send the message that it gives; again when somebody else said the same at that moment.

    A message that would break the schema or a rule inside itself is not kept: it was never sent.
    """
    for _ in range(_MOST_TRIES):
        told = step()
        if not isinstance(told, ToSend):
            return told
        candidate = intake.prepare(told.document(), caller, as_json=True)
        if isinstance(candidate, Refusal):
            return candidate
        if candidate.breaches:
            return Refusal(Refused.RULES_VIOLATED, "BRS28", candidate.breaches)
        result = intake.settle([candidate], told.also)[0]
        if not (isinstance(result, Refusal) and result.kind is Refused.IDENTIFICATIE_USED):
            return result
    return result
