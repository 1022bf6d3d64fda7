"""Requests in one transaction: locked and read by their ReferentieAanbieder, changed in memory, and written back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, Self, TypeAlias
from uuid import UUID, uuid5

from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, select

from gateway.exchange.address import RequestKey
from gateway.exchange.feiten import RequestFile, merged_requests
from gateway.exchange.lifecycle import request_of
from gateway.ijw.dossier import Verzoek
from gateway.store import lifecycle_tables as tables
from gateway.store import tables as tables_of_messages
from gateway.store.bulk import BulkInsert
from gateway.store.lookup import Lookup
from gateway.store.packing import pack_request, unpack_request
from gateway.store.vault import Keyring

ProviderReference: TypeAlias = tuple[str, str]
"""A provider and a ReferentieAanbieder; it may have used that at several municipalities."""

# Ids of requests are made of what they are the request of; this tells them apart from other such ids.
_NAMESPACE: Final = UUID("5b0a4c0e-6f3e-5d0b-9a52-1f0f6f0c6a77")

_REQUEST = tables.request
_BY_REFERENCE = Lookup(
    select(_REQUEST).order_by(_REQUEST.c.id).with_for_update(), _REQUEST.c.provider, _REQUEST.c.reference
)
_SAVE = BulkInsert(
    _REQUEST,
    "id",
    "provider",
    "reference",
    "municipality",
    "kind",
    "state",
    "reason",
    "other_municipality",
    "dossier_id",
    "first_message",
    "data_key",
    "data",
    or_replace=True,
)
_DELETE = delete(_REQUEST).where(_REQUEST.c.id.in_(bindparam("ids", expanding=True)))


class RequestRow(Struct, frozen=True):
    """A request as it is listed."""

    id: UUID
    provider: str
    reference: str
    municipality: str
    kind: str | None
    state: str
    reason: str | None
    other_municipality: str | None
    dossier_id: UUID | None
    first_message: UUID
    file: RequestFile

    @classmethod
    def from_row(cls, row: Row[Any], keyring: Keyring) -> Self:
        """Read a row of the request table."""
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "file"}
        return cls(**plain, file=_file(row, keyring))


def request_id(key: RequestKey) -> UUID:
    """Give the id of a request: always the same for a reference of a provider at a municipality."""
    return uuid5(_NAMESPACE, f"{key.provider}/{key.municipality}/{key.reference}")


def change_asked(
    conn: Connection, keyring: Keyring, message_id: UUID, change: Callable[[RequestFile, UUID], RequestFile]
) -> None:
    """Change the requests that a message made."""
    reference = tables_of_messages.message_reference
    asked = select(reference.c.provider, reference.c.reference).where(reference.c.message_id == message_id)
    requests = Requests(conn, keyring)
    keys = [(row.provider, row.reference) for row in conn.execute(asked)]
    requests.lock(keys)
    for provider, name in keys:
        for key, file in list(requests.known(provider, name)):
            if message_id in {fact.bericht for fact in file.verzoek.gevraagd}:
                requests.change(key, lambda file: change(file, message_id))
    requests.flush()


class Requests:
    """The requests of one transaction."""

    def __init__(self, conn: Connection, keyring: Keyring) -> None:
        self._conn = conn
        self._keyring = keyring
        self._stored: dict[RequestKey, RequestFile] = {}
        self._now: dict[RequestKey, RequestFile] = {}
        self._read: set[ProviderReference] = set()

    def lock(self, references: Collection[ProviderReference]) -> None:
        """Lock and read everything that is known under references of providers, at whatever municipality."""
        wanted = sorted(set(references) - self._read)
        self._read.update(wanted)
        for row in _BY_REFERENCE.rows(self._conn, wanted):
            key = RequestKey(row.provider, row.municipality, row.reference)
            self._stored[key] = self._now[key] = _file(row, self._keyring)

    def known(self, provider: str, reference: str) -> Iterator[tuple[RequestKey, RequestFile]]:
        """Give what is known under a reference that was locked, by municipality."""
        for key, file in self._now.items():
            if key.reference == reference and key.provider == provider and file.facts:
                yield key, file

    def add(self, key: RequestKey, added: RequestFile) -> None:
        """Add what a message says about a request that was locked."""
        known = self._now.get(key) or RequestFile(Verzoek(key.reference, key.municipality))
        self._now[key] = merged_requests(known, added)

    def change(self, key: RequestKey, change: Callable[[RequestFile], RequestFile]) -> None:
        """Change a request that was locked, where there is one."""
        if (known := self._now.get(key)) is not None:
            self._now[key] = change(known)

    @property
    def changed(self) -> dict[RequestKey, RequestFile]:
        """Give the requests that are not what they were."""
        return {key: file for key, file in self._now.items() if file is not self._stored.get(key)}

    def flush(self) -> None:
        """Write what changed; a request of which nothing is left is gone."""
        rows, gone = [], []
        for key, file in sorted(self.changed.items()):
            own = request_id(key)
            request = request_of(file)
            if request is None:
                gone += [own] if key in self._stored else []
                continue
            rows.append(
                (
                    own,
                    key.provider,
                    key.reference,
                    key.municipality,
                    request.kind,
                    request.state,
                    request.reason,
                    request.other_municipality,
                    file.dossier,
                    request.first_message,
                    *self._keyring.encrypt(pack_request(file), own.bytes),
                )
            )
        _SAVE.run(self._conn, rows)
        if gone:
            self._conn.execute(_DELETE, {"ids": gone})
        self._stored = dict(self._now)


def _file(row: Row[Any], keyring: Keyring) -> RequestFile:
    return unpack_request(row.reference, row.municipality, keyring.decrypt(row.data_key, row.data, row.id.bytes))
