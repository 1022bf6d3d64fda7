"""Where parties want their messages pushed to: adding, listing, rotating secrets, pausing."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection

from gateway.errors import ConflictError
from gateway.services.audit import COMMAND_LINE, Act, Audit
from gateway.services.clock import Clock
from gateway.services.ggk_table import GGK_URL
from gateway.store import endpoints as rows
from gateway.store.endpoints import EndpointRow, EndpointState
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.vault import Keyring

_SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"
# So long an older secret signs beside a newer one: time enough to bring the newer one to where it is checked.
_BOTH: Final = timedelta(hours=24)
_MOST: Final = 10
_LONGEST_URL: Final = 300


@dataclass(frozen=True, slots=True)
class Made:
    """An endpoint that was made or got a new secret; the secret is given once."""

    row: EndpointRow
    secret: str = field(repr=False)


class Endpoints:
    """The endpoints of all parties."""

    def __init__(
        self, database: Database, keyring: Keyring, audit: Audit, clock: Clock, *, plain_webhooks: bool
    ) -> None:
        """Keep secrets encrypted with these keys; a webhook over plain HTTP only where `plain_webhooks` allows it."""
        self._database = database
        self._audit = audit
        self._keyring = keyring
        self._clock = clock
        self._schemes = {"https", "http"} if plain_webhooks else {"https"}

    def add_ggk(self, party: str, url: str, application: str, actor: str = COMMAND_LINE) -> EndpointRow:
        """Have a party's messages sent to its GGk; raises ConflictError when the address cannot be one."""
        if not re.fullmatch(GGK_URL, url) or len(url) > _LONGEST_URL:
            raise ConflictError(
                "Het adres van het GGk is een https-adres; http mag alleen op deze machine (127.0.0.1)."
            )
        now = self._clock()
        row = EndpointRow(new_id(now), party, "ggk0210", url, "active", now, application=application)
        with self._database.write() as connection:
            if any(each.kind == "ggk0210" for each in rows.list_endpoints(connection, [party])):
                raise ConflictError("Deze partij heeft al een adres van het GGk; haal dat eerst weg.")
            self._add(connection, row, actor)
        return row

    def add_webhook(self, party: str, url: str, actor: str = COMMAND_LINE) -> Made:
        """Tell a party at this address that a message waits; raises ConflictError when the address cannot be one."""
        self._check(url)
        now = self._clock()
        row = EndpointRow(new_id(now), party, "webhook", url, "active", now)
        row, secret = self._with_secret(row)
        with self._database.write() as connection:
            if len(rows.list_endpoints(connection, [party])) >= _MOST:
                raise ConflictError(f"Een partij heeft hoogstens {_MOST} adressen; haal er eerst een weg.")
            self._add(connection, row, actor)
        return Made(row, secret)

    def _add(self, connection: Connection, row: EndpointRow, actor: str) -> None:
        rows.add_endpoint(connection, row)
        self._note(connection, Act.ENDPOINT_ADDED, row, actor, kind=row.kind, url=row.url)

    def _note(self, connection: Connection, act: Act, row: EndpointRow, actor: str, **detail: Any) -> None:
        self._audit.add(connection, act, actor, endpoint=str(row.id), party=row.party, **detail)

    def rotate(self, row: EndpointRow, actor: str = COMMAND_LINE) -> Made:
        """Make a new secret for a webhook; the one of before signs along for a day."""
        changed, secret = self._with_secret(row)
        until = self._clock() + _BOTH
        with self._database.write() as connection:
            rows.change_endpoint(
                connection,
                row.id,
                key_id=changed.key_id,
                secret=changed.secret,
                older_key_id=row.key_id,
                older_secret=row.secret,
                older_until=until,
            )
            self._note(connection, Act.ENDPOINT_CHANGED, row, actor, what="secret")
            found = rows.get_endpoint(connection, row.id)
        return Made(found or changed, secret)

    def signing_secrets(self, row: EndpointRow, now: datetime) -> list[bytes]:
        """Give the secrets that sign what is pushed to a webhook now, the newest first."""
        given = [(row.key_id, row.secret)]
        if row.older_until and now < row.older_until:
            given.append((row.older_key_id, row.older_secret))
        return [
            self._keyring.decrypt(key, secret, rows.secret_place(row.id)) for key, secret in given if key and secret
        ]

    def find(self, endpoint_id: UUID, parties: Collection[str] | None) -> EndpointRow | None:
        """Give an endpoint, if it is of one of these parties; without parties whosever it is."""
        with self._database.read() as connection:
            row = rows.get_endpoint(connection, endpoint_id)
        return row if row and (parties is None or row.party in parties) else None

    def listed(self, parties: Collection[str] | None = None) -> list[EndpointRow]:
        """List the endpoints of some parties, or of all."""
        with self._database.read() as connection:
            return rows.list_endpoints(connection, parties)

    def remove(self, row: EndpointRow, actor: str = COMMAND_LINE) -> None:
        """Push nothing to an endpoint any more."""
        with self._database.write() as connection:
            if rows.remove_endpoint(connection, row.id):
                self._note(connection, Act.ENDPOINT_REMOVED, row, actor)

    def change_state(self, row: EndpointRow, state: EndpointState, actor: str = COMMAND_LINE) -> EndpointRow:
        """Pause an endpoint, or use it again; what waited meanwhile still waits in the queue."""
        with self._database.write() as connection:
            before = rows.get_endpoint(connection, row.id)
            if rows.change_endpoint(connection, row.id, state=state) and before and before.state != state:
                self._note(connection, Act.ENDPOINT_CHANGED, row, actor, what=state)
        return replace(row, state=state)

    def _with_secret(self, row: EndpointRow) -> tuple[EndpointRow, str]:
        made = secrets.token_bytes(_SECRET_BYTES)
        key_id, encrypted = self._keyring.encrypt(made, rows.secret_place(row.id))
        changed = replace(row, key_id=key_id, secret=encrypted)
        return changed, _PREFIX + base64.b64encode(made).decode()

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            good = bool(parts.hostname) and parts.port != 0 and parts.username is None
        except ValueError:
            good = False
        printable = url.isascii() and url.isprintable() and " " not in url
        if not good or not printable or parts.scheme not in self._schemes or len(url) > _LONGEST_URL or "#" in url:
            raise ConflictError(
                f"Het adres van een webhook is een https-adres van hoogstens {_LONGEST_URL} tekens, zonder wachtwoord."
            )
