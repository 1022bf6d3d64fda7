"""Making anew, under the first key, what is encrypted or fingerprinted under another one.

What there is of that in the database stands in two lists below: who adds a column adds a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Table, and_, func, select, tuple_, update

from gateway.store import tables
from gateway.store.audit import subject_place
from gateway.store.audit_tables import audit_subject
from gateway.store.content import content_parts, part_place
from gateway.store.endpoints import secret_place
from gateway.store.escalation_tables import escalation_step
from gateway.store.escalations import step_place
from gateway.store.ggk_tables import endpoint, ggk_text_part
from gateway.store.ggk_texts import text_place
from gateway.store.holds import hold_place
from gateway.store.lifecycle_tables import allocation, dossier, request
from gateway.store.manual_cases import note_place
from gateway.store.manual_tables import manual_case
from gateway.store.retention_tables import legal_hold
from gateway.store.vault import Keyring
from gateway.store.wind_down_tables import wind_down_line


class SealedColumn(Struct, frozen=True):
    """A column of encrypted values, the column with the id of their key, and what each value is bound to.

    Where the value is a BSN and its fingerprint stands beside it under the same key, `bsn_hash` names that column.
    """

    table: Table
    data: str
    key_id: str
    bound_to: Callable[[Row[Any]], bytes]
    bsn_hash: str | None = None


class FingerprintColumn(Struct, frozen=True):
    """A column of fingerprints of BSNs that stand in the contents of messages, and the column with their key's id."""

    table: Table
    bsn_hash: str
    key_id: str


SEALED: Final = (
    SealedColumn(tables.message_content, "data", "key_id", lambda row: part_place(row.message_id, row.part)),
    SealedColumn(audit_subject, "sealed", "key_id", lambda row: subject_place(row.number), "bsn_hash"),
    SealedColumn(manual_case, "note", "note_key_id", lambda row: note_place(row.id)),
    SealedColumn(dossier, "data", "data_key", lambda row: row.id.bytes),
    SealedColumn(allocation, "details", "details_key", lambda row: row.id.bytes),
    SealedColumn(request, "data", "data_key", lambda row: row.id.bytes),
    SealedColumn(escalation_step, "note", "note_key", lambda row: step_place(row.escalation_id, row.number)),
    SealedColumn(wind_down_line, "note", "note_key", lambda row: row.allocation_id.bytes),
    SealedColumn(legal_hold, "sealed", "key_id", lambda row: hold_place(row.id)),
    SealedColumn(endpoint, "secret", "key_id", lambda row: secret_place(row.id)),
    SealedColumn(endpoint, "older_secret", "older_key_id", lambda row: secret_place(row.id)),
    SealedColumn(ggk_text_part, "data", "key_id", lambda row: text_place(row.received_id, row.part)),
)
FINGERPRINTS: Final = (
    FingerprintColumn(tables.message_subject, "bsn_hash", "key_id"),
    FingerprintColumn(dossier, "bsn_hash", "bsn_key"),
)


def usage(conn: Connection) -> dict[str, dict[str, int]]:
    """Count, for each table with something encrypted or fingerprinted, how many values there are of each key."""
    counted: dict[str, dict[str, int]] = {}
    for column in (*SEALED, *FINGERPRINTS):
        key_id = column.table.c[column.key_id]
        query = select(key_id, func.count()).where(key_id.is_not(None)).group_by(key_id)
        name = f"{column.table.name}.{column.data if isinstance(column, SealedColumn) else column.bsn_hash}"
        counted[name] = {row[0]: row[1] for row in conn.execute(query)}
    return counted


def reseal(
    conn: Connection, keyring: Keyring, column: SealedColumn, *, after: Sequence[Any] | None, limit: int
) -> tuple[int, Sequence[Any] | None]:
    """Encrypt the next values that are under another key; gives how many, and where to go on, or nothing at the end."""
    table, key = column.table, list(column.table.primary_key.columns)
    query = select(table).where(_is_old(table.c[column.key_id], keyring)).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = conn.execute(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        plain = keyring.decrypt(getattr(row, column.key_id), getattr(row, column.data), column.bound_to(row))
        key_id, data = keyring.encrypt(plain, column.bound_to(row))
        values: dict[str, Any] = {column.key_id: key_id, column.data: data}
        if column.bsn_hash is not None:
            values[column.bsn_hash] = keyring.bsn_hash(plain.decode())[1]
        same = and_(*(each == getattr(row, each.name) for each in key))
        conn.execute(update(table).where(same).values(values))
    return len(rows), [getattr(rows[-1], each.name) for each in key] if len(rows) == limit else None


def _is_old(key_id: ColumnElement[str], keyring: Keyring) -> ColumnElement[bool]:
    return and_(key_id.is_not(None), key_id != keyring.first)


def old_fingerprints(conn: Connection, keyring: Keyring) -> dict[str, set[bytes]]:
    """Give all fingerprints that are under another key than the first, by that key."""
    found: dict[str, set[bytes]] = {}
    for column in FINGERPRINTS:
        key_id, bsn_hash = column.table.c[column.key_id], column.table.c[column.bsn_hash]
        for row in conn.execute(select(key_id, bsn_hash).where(_is_old(key_id, keyring)).distinct()):
            found.setdefault(row[0], set()).add(row[1])
    return found


def messages_to_search(
    conn: Connection, keyring: Keyring, *, of_old_subjects: bool, after: UUID | None, limit: int
) -> list[UUID]:
    """Give the next messages whose content is there: those about somebody under another key, or all of them."""
    content, subject = tables.message_content, tables.message_subject
    query = select(content.c.message_id).where(content.c.part == 0).order_by(content.c.message_id).limit(limit)
    if of_old_subjects:
        query = query.where(
            content.c.message_id.in_(select(subject.c.message_id).where(_is_old(subject.c.key_id, keyring)))
        )
    if after is not None:
        query = query.where(content.c.message_id > after)
    return list(conn.scalars(query))


def numbers_in(conn: Connection, keyring: Keyring, message_id: UUID) -> set[str]:
    """Give every piece of nine digits in the content of a message: the BSNs that stand in it are among them."""
    return set(_numbers(content_parts(conn, keyring, message_id)))


_LENGTH: Final = 9
_NUMBER: Final = re.compile(rb"(?=([0-9]{9}))")


def _numbers(parts: Iterable[bytes]) -> Iterator[str]:
    left = b""
    for part in parts:
        piece = left + part
        yield from (found[1].decode() for found in _NUMBER.finditer(piece))
        # A number may begin in one part and end in the next.
        left = piece[-(_LENGTH - 1) :]


def refingerprint(conn: Connection, keyring: Keyring, key_id: str, bsn: str) -> int:
    """Make the fingerprint of a BSN under one of the keys anew under the first, wherever it stands; gives how often."""
    old, (first, new) = keyring.bsn_hash_under(key_id, bsn), keyring.bsn_hash(bsn)
    changed = 0
    for column in FINGERPRINTS:
        table = column.table
        same = and_(table.c[column.key_id] == key_id, table.c[column.bsn_hash] == old)
        done = conn.execute(update(table).where(same).values({column.key_id: first, column.bsn_hash: new}))
        changed += done.rowcount
    return changed
