"""Reading back what messages say that are kept."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.errors import InvalidBerichtError
from gateway.ijw.bericht import Bericht
from gateway.store import messages
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.json_form import to_json


class Kept(Struct, frozen=True):
    """The content of messages, for the gateway's own use: nobody gets to see it, so it is no access to it."""

    keyring: Keyring
    codec: Codec

    def bericht(self, connection: Connection, message_id: UUID) -> Bericht | None:
        """Read a message; None when its content was removed. Raises InvalidBerichtError for what fits no schema."""
        if not messages.has_content(connection, message_id):
            return None
        document = Document()
        for part in messages.content_parts(connection, self.keyring, message_id):
            document.append(part)
        with closing(document):
            bericht = self.codec.read(document).bericht
        if bericht is None:
            raise InvalidBerichtError("A message that is kept does not fit the schemas in force.")
        return bericht

    def fields(self, connection: Connection, message_id: UUID) -> dict[str, Any] | None:
        """Read a message as the `bericht` of its typed form."""
        bericht = self.bericht(connection, message_id)
        found: dict[str, Any] | None = to_json(bericht)["bericht"] if bericht else None
        return found
