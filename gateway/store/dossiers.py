"""Dossiers in one transaction: locked, read as they are asked for, changed in memory, and written back.

Who takes a message about a client holds the client's row until it commits, so that two messages about one client are
judged one after the other. All rows of a transaction are locked in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from gateway.exchange.feiten import merged, numbers_in
from gateway.ijw.dossier import Dossier
from gateway.store import lifecycle_tables as tables
from gateway.store.allocations import save_allocations
from gateway.store.bulk import BulkInsert
from gateway.store.identifiers import new_id
from gateway.store.lookup import Lookup
from gateway.store.packing import pack_dossier, unpack_dossier
from gateway.store.vault import Keyring

# A declaration is about thousands of clients; so many of them are in memory at a time.
_MOST_HELD: Final = 1024
_AT_ONCE: Final = 256
_LOCKED_AT_ONCE: Final = 500
_EMPTY: Final = Dossier()

_DOSSIER = tables.dossier
_KEY = (_DOSSIER.c.municipality, _DOSSIER.c.provider, _DOSSIER.c.bsn_hash)
_BY_KEY = Lookup(select(_DOSSIER).order_by(_DOSSIER.c.id).with_for_update(), *_KEY)
_IDS_BY_KEY = Lookup(select(_DOSSIER.c.id), *_KEY)
_IS_ONE = _DOSSIER.c.id.in_(bindparam("ids", expanding=True))
_BY_ID = select(_DOSSIER).where(_IS_ONE).order_by(_DOSSIER.c.id).with_for_update()
_LOCK = select(_DOSSIER.c.id).where(_IS_ONE).order_by(_DOSSIER.c.id).with_for_update()
_ELSEWHERE = select(_DOSSIER.c.id, _DOSSIER.c.data_key, _DOSSIER.c.data).where(
    _DOSSIER.c.bsn_hash.in_(bindparam("hashes", expanding=True)),
    _DOSSIER.c.municipality == bindparam("municipality"),
    _DOSSIER.c.provider != bindparam("provider"),
)
_SAVE = BulkInsert(
    _DOSSIER, "id", "municipality", "provider", "bsn_hash", "bsn_key", "data_key", "data", or_replace=True
)


def read_dossier(conn: Connection, keyring: Keyring, own: UUID) -> Dossier | None:
    """Give a dossier as it is stored, without holding on to it."""
    row = conn.execute(select(_DOSSIER).where(_DOSSIER.c.id == own)).one_or_none()
    return unpack_dossier(keyring.decrypt(row.data_key, row.data, row.id.bytes)) if row else None


class ClientKey(NamedTuple):
    """What a dossier is about: a client, between a municipality and a provider."""

    municipality: str
    provider: str
    bsn: str

    def __repr__(self) -> str:
        """Keep the BSN out of every log."""
        return f"ClientKey({self.municipality}, {self.provider})"


@dataclass(slots=True)
class Held:
    """A dossier in memory: as it is stored (None is not yet), and as it is now."""

    id: UUID
    municipality: str
    provider: str
    bsn_hash: bytes
    bsn_key: str
    stored: Dossier | None
    dossier: Dossier
    numbers: set[int] = field(default_factory=set)  # of the allocations that a change touched

    @property
    def changed(self) -> bool:
        """Say whether it has to be written."""
        return self.dossier is not self.stored


class Dossiers:
    """The dossiers of one transaction."""

    def __init__(self, conn: Connection, keyring: Keyring, now: datetime) -> None:
        self._conn = conn
        self._keyring = keyring
        self._now = now
        self._held: dict[UUID, Held] = {}
        self._by_hash: dict[tuple[str, str, bytes], UUID] = {}
        self._missing: set[ClientKey] = set()
        self._keys_of: dict[ClientKey, list[tuple[str, str, bytes]]] = {}
        self._expected: tuple[Collection[ClientKey], Callable[[], Iterable[Any]]] | None = None
        self.let_go = False  # whether some were written and are not in memory any more

    def expect(self, clients: Collection[ClientKey]) -> None:
        """Ask for the dossiers of a few clients, to be locked, without waiting: it goes with what is asked next.

        Later in the transaction no others may be locked but those of clients among these.
        """
        if self._are_few(clients):
            keys = [key for client in clients for key in self._keys(client)]
            self._expected = clients, _BY_KEY.ask(self._conn, keys)

    def lock(self, clients: Collection[ClientKey], ids: Collection[UUID] = ()) -> None:
        """Lock the dossiers of clients, and those with these ids, in one order; of a few it reads them at once."""
        if self._expected is not None:
            (expected, rows), self._expected = self._expected, None
            self._take_in(expected, rows())
        if not ids and self._are_few(clients):
            self._read(clients)
            return
        # SQLite has one writer at a time: this one.
        if self._conn.dialect.name == "sqlite":
            return
        keys = [key for client in clients for key in self._keys(client)]
        found = {row.id for row in _IDS_BY_KEY.rows(self._conn, keys)} | set(ids)
        for some in chunks(sorted(found), _LOCKED_AT_ONCE):
            self._conn.execute(_LOCK, {"ids": some})

    def get(self, client: ClientKey, following: Iterable[ClientKey] = ()) -> Dossier:
        """Give a dossier, an empty one where there is none; those `following` are read along when it has to be read."""
        held = self._find(client)
        if held is None and client not in self._missing:
            self._read([client, *islice(following, _AT_ONCE)])
            held = self._find(client)
        return held.dossier if held else _EMPTY

    def elsewhere(self, client: ClientKey) -> tuple[Dossier, ...]:
        """Give what other providers of the municipality have of a client; they are read, not locked.

        So what another transaction writes at this moment is not in them: they are for advice, never for a refusal.
        """
        found = self._conn.execute(
            _ELSEWHERE,
            {
                "municipality": client.municipality,
                "provider": client.provider,
                "hashes": self._keyring.bsn_hashes(client.bsn),
            },
        )
        return tuple(
            held.dossier
            if (held := self._held.get(row.id))
            else unpack_dossier(self._keyring.decrypt(row.data_key, row.data, row.id.bytes))
            for row in found
        )

    def add(self, client: ClientKey, facts: Dossier, following: Iterable[ClientKey] = ()) -> UUID:
        """Add facts to a client's dossier, and make it where there is none; gives its id."""
        before = self.get(client, following)
        held = self._find(client) or self._make(client)
        after = merged(before, facts)
        if after is not before:
            held.dossier = after
            held.numbers |= numbers_in(facts)
        return held.id

    def change(self, client: ClientKey, change: Callable[[Dossier], Dossier]) -> None:
        """Change a client's dossier, where there is one."""
        before = self.get(client)
        held = self._find(client)
        if held is not None:
            _apply(held, before, change)

    def change_all(self, ids: Collection[UUID], change: Callable[[Dossier], Dossier]) -> None:
        """Change the dossiers with these ids."""
        for some in chunks(sorted(ids), _AT_ONCE):
            self._make_room()
            missing = [one for one in some if one not in self._held]
            if missing:
                self._hold(self._conn.execute(_BY_ID, {"ids": missing}))
            for one in some:
                if (held := self._held.get(one)) is not None:
                    _apply(held, held.dossier, change)

    @property
    def held(self) -> Collection[Held]:
        """Give the dossiers in memory."""
        return self._held.values()

    def flush(self) -> None:
        """Write what changed, with the allocations that follow from it."""
        changed = sorted(
            (held for held in self._held.values() if held.changed),
            key=lambda held: (held.municipality, held.provider, held.bsn_hash),
        )
        if not changed:
            return
        _SAVE.run(self._conn, [self._row(held) for held in changed])
        save_allocations(
            self._conn,
            self._keyring,
            [
                (held.id, held.municipality, held.provider, held.stored or Dossier(), held.dossier, held.numbers)
                for held in changed
            ],
        )
        for held in changed:
            held.stored, held.numbers = held.dossier, set()

    def _are_few(self, clients: Collection[ClientKey]) -> bool:
        return len(clients) * self._keyring.count <= _AT_ONCE // 4

    def _row(self, held: Held) -> tuple[Any, ...]:
        data_key, data = self._keyring.encrypt(pack_dossier(held.dossier), held.id.bytes)
        return held.id, held.municipality, held.provider, held.bsn_hash, held.bsn_key, data_key, data

    def _read(self, clients: Iterable[ClientKey]) -> None:
        self._make_room()
        wanted = [
            client for client in dict.fromkeys(clients) if client not in self._missing and self._find(client) is None
        ]
        if wanted:
            keys = [key for client in wanted for key in self._keys(client)]
            self._take_in(wanted, _BY_KEY.rows(self._conn, keys))

    def _take_in(self, clients: Iterable[ClientKey], rows: Iterable[Any]) -> None:
        """Have in memory what is stored of clients, and which of them have nothing."""
        self._hold(rows)
        self._missing.update(client for client in clients if self._find(client) is None)

    def _hold(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if row.id in self._held:
                continue
            dossier = unpack_dossier(self._keyring.decrypt(row.data_key, row.data, row.id.bytes))
            self._held[row.id] = Held(
                row.id, row.municipality, row.provider, row.bsn_hash, row.bsn_key, dossier, dossier
            )
            self._by_hash[row.municipality, row.provider, row.bsn_hash] = row.id

    def _make_room(self) -> None:
        if len(self._held) + len(self._missing) >= _MOST_HELD:
            self.flush()
            self.let_go = True
            self._held.clear()
            self._by_hash.clear()
            self._missing.clear()
            self._keys_of.clear()

    def _make(self, client: ClientKey) -> Held:
        # Of a client's keys the first is under the key that is used for what is new.
        *_, bsn_hash = self._keys(client)[0]
        held = Held(
            new_id(self._now), client.municipality, client.provider, bsn_hash, self._keyring.first, None, _EMPTY
        )
        self._held[held.id] = held
        self._by_hash[client.municipality, client.provider, bsn_hash] = held.id
        return held

    def _find(self, client: ClientKey) -> Held | None:
        for key in self._keys(client):
            if (found := self._by_hash.get(key)) is not None:
                return self._held[found]
        return None

    def _keys(self, client: ClientKey) -> list[tuple[str, str, bytes]]:
        known = self._keys_of.get(client)
        if known is None:
            hashes = self._keyring.bsn_hashes(client.bsn)
            known = [(client.municipality, client.provider, bsn_hash) for bsn_hash in hashes]
            self._keys_of[client] = known
        return known


def _apply(held: Held, before: Dossier, change: Callable[[Dossier], Dossier]) -> None:
    after = change(before)
    if after is not before:
        held.dossier = after
        held.numbers |= numbers_in(after)


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Give a sequence in pieces."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
