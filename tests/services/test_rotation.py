"""A new key, while everything that was kept under the old one stays readable."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, select, update

from gateway.composition import Gateway
from gateway.errors import KeyringError
from gateway.services import rotation as module
from gateway.services.audit import Act, Audit
from gateway.services.rotation import Rotation
from gateway.store import holds, messages, rotation, tables
from gateway.store.audit import TrailFilter
from gateway.store.messages import MessageFilter
from gateway.store.rotation import _numbers
from gateway.store.schema import metadata
from gateway.store.vault import Keyring
from tests.berichten import BSN, OTHER_BSN, PROVIDER, heenbericht, xml
from tests.gateways import Clock, accepted, caller_for

OLD = bytes(range(32))  # as in tests.gateways
NEW = bytes(range(100, 132))
BOTH = Keyring({"new": NEW, "test": OLD})
NEW_ALONE = Keyring({"new": NEW})


@pytest.fixture
def ids(gateway: Gateway) -> list[UUID]:
    """Keep three messages under the old key, two of them about one person, and search for that person."""
    provider = caller_for(gateway, PROVIDER)
    kept = [
        accepted(gateway, provider, heenbericht("JW305", str(number), bsn=bsn)).message.id
        for number, bsn in enumerate((BSN, OTHER_BSN, BSN))
    ]
    gateway.services.inquiry.search(MessageFilter(bsn=BSN), provider, limit=9, after=None)
    gateway.services.holding.hold_person(BSN, "rechtszaak", "command-line:anna")
    return kept


def rotating(gateway: Gateway, clock: Clock, keyring: Keyring = BOTH) -> Rotation:
    """Give the rotation of a gateway to which a new key was given."""
    return Rotation(gateway.database, keyring, Audit(gateway.database, keyring, clock))


def readable(gateway: Gateway, clock: Clock, keyring: Keyring, ids: list[UUID]) -> None:
    """Look whether everything works with these keys: content, search, hold and audit trail."""
    with gateway.database.read() as connection:
        for number, (bsn, message) in enumerate(zip((BSN, OTHER_BSN, BSN), ids, strict=True)):
            content = b"".join(messages.content_parts(connection, keyring, message))
            assert content == xml(heenbericht("JW305", str(number), bsn=bsn))
        for bsn, about in ((BSN, [ids[2], ids[0]]), (OTHER_BSN, [ids[1]])):
            found = messages.search(connection, keyring, MessageFilter(bsn=bsn), limit=9, now=clock.now)
            assert [row.id for row in found] == about
        held = holds.is_held(holds.listed(connection, active=True), keyring)
        assert set(connection.scalars(select(tables.message.c.id).where(held))) == {ids[0], ids[2]}
    trail = Audit(gateway.database, keyring, clock)
    assert trail.verify().flaws == ()
    kinds = [entry.kind for entry in trail.about(BSN, "command-line:anna").entries]
    assert kinds[:2] == ["person-searched", "hold-added"]


def test_everything_is_brought_under_the_new_key(gateway: Gateway, clock: Clock, ids: list[UUID]) -> None:
    """Afterwards the new key alone reads, finds and holds everything, and the trail is whole."""
    readable(gateway, clock, BOTH, ids)
    (*_, report) = rotating(gateway, clock).run("command-line:anna")
    assert (report.resealed, report.refingerprinted, report.left) == (3 + 2 + 1 + 2, 3 + 2, 0)
    assert report.done == report.total
    readable(gateway, clock, NEW_ALONE, ids)
    readable(gateway, clock, BOTH, ids)
    with pytest.raises(KeyringError):
        readable(gateway, clock, Keyring({"test": OLD}), ids)
    trail = Audit(gateway.database, BOTH, clock)
    (entry,), _ = trail.listed(TrailFilter(kinds=(Act.KEYS_ROTATED,)), limit=9, before=None)
    assert entry.detail == {"key": "new", "resealed": 8, "refingerprinted": 5, "left": 0}


def test_once_more_changes_nothing(gateway: Gateway, clock: Clock, ids: list[UUID]) -> None:
    """What is under the first key already is left alone, and no entry says otherwise."""
    for _ in range(2):
        (*_, report) = rotating(gateway, clock).run("command-line:anna")
    assert (report.total, report.done, report.left) == (0, 0, 0)
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.KEYS_ROTATED,)), limit=9, before=None)
    assert len(found) == 1


@pytest.mark.parametrize("steps", [1, 3, 5, 8, 10])
def test_it_can_be_broken_off(embedded: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Wherever it stops, everything works with both keys, and a next time it goes on to the end."""
    monkeypatch.setattr(module, "_BATCH", 1)
    provider = caller_for(embedded, PROVIDER)
    ids = [
        accepted(embedded, provider, heenbericht("JW305", str(number), bsn=bsn)).message.id
        for number, bsn in enumerate((BSN, OTHER_BSN, BSN))
    ]
    embedded.services.inquiry.search(MessageFilter(bsn=BSN), provider, limit=9, after=None)
    embedded.services.holding.hold_person(BSN, "rechtszaak", "command-line:anna")
    going: Iterator[object] = rotating(embedded, clock).run("command-line:anna")
    for _ in range(steps):
        next(going, None)
    readable(embedded, clock, BOTH, ids)
    (*_, report) = rotating(embedded, clock).run("command-line:anna")
    assert report.left == 0
    readable(embedded, clock, NEW_ALONE, ids)


def test_an_old_key_that_is_not_there(gateway: Gateway, clock: Clock, ids: list[UUID]) -> None:
    """Nothing is begun that could not be finished."""
    with pytest.raises(KeyringError, match="test"):
        next(rotating(gateway, clock, NEW_ALONE).run("command-line:anna"))
    readable(gateway, clock, BOTH, ids)


def test_a_fingerprint_without_content_is_told(gateway: Gateway, clock: Clock, ids: list[UUID]) -> None:
    """There is no way back from a fingerprint to a BSN: one that stands in no content any more is left, and counted."""
    with gateway.database.write() as connection:
        connection.execute(
            update(tables.message_subject)
            .values(bsn_hash=bytes(32))
            .where(tables.message_subject.c.message_id == ids[1])
        )
    (*_, report) = rotating(gateway, clock).run("command-line:anna")
    assert (report.refingerprinted, report.left) == (4, 1)
    assert rotating(gateway, clock).usage()["message_subject.bsn_hash"] == {"new": 2, "test": 1}


def test_a_person_is_found_in_a_message_of_another_time(gateway: Gateway, clock: Clock, ids: list[UUID]) -> None:
    """A fingerprint is made anew by whatever content still names the person, also of a message under the new key."""
    (*_, report) = rotating(gateway, clock).run("command-line:anna")
    key_id, old = Keyring({"test": OLD}).bsn_hash(OTHER_BSN)
    with gateway.database.write() as connection:
        connection.execute(
            update(tables.message_subject)
            .values(bsn_hash=old, key_id=key_id, message_id=ids[0])
            .where(tables.message_subject.c.message_id == ids[1])
        )
    (*_, report) = rotating(gateway, clock).run("command-line:anna")
    assert (report.refingerprinted, report.left) == (1, 0)


def test_usage(gateway: Gateway, clock: Clock, ids: list[UUID]) -> None:
    """What is under which key is counted, by table and column."""
    used = rotating(gateway, clock).usage()
    assert {name: keys for name, keys in used.items() if keys} == {
        "message_content.data": {"test": 3},
        "audit_subject.sealed": {"test": 2},
        "legal_hold.sealed": {"test": 1},
        "dossier.data": {"test": 2},
        "message_subject.bsn_hash": {"test": 3},
        "dossier.bsn_hash": {"test": 2},
    }
    assert set(used) == {
        *(f"{column.table.name}.{column.data}" for column in rotation.SEALED),
        *(f"{column.table.name}.{column.bsn_hash}" for column in rotation.FINGERPRINTS),
    }


def test_every_encrypted_column_is_known() -> None:
    """Whoever adds a column of encrypted values adds a line to the list, or it would be lost with its key."""
    encrypted = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        # A hash has a length of its own.
        if isinstance(column.type, LargeBinary) and column.type.length is None
    }
    assert encrypted == {(column.table.name, column.data) for column in rotation.SEALED}
    fingerprints = {(table.name, "bsn_hash") for table in metadata.sorted_tables if "bsn_hash" in table.columns}
    beside = {(column.table.name, column.bsn_hash) for column in (*rotation.SEALED, *rotation.FINGERPRINTS)}
    assert fingerprints == {(table, name) for table, name in beside if name}


@given(st.lists(st.sampled_from([b"<Bsn>", b"999900006", b"12", b"999900018", b"</Bsn>", b""]), max_size=12), st.data())
def test_numbers_are_found_wherever_a_content_was_cut(words: list[bytes], data: st.DataObject) -> None:
    """Cutting a content in parts hides no number in it."""
    whole = b"".join(words)
    parts = []
    rest = whole
    while rest:
        length = data.draw(st.integers(1, len(rest)))
        parts.append(rest[:length])
        rest = rest[length:]
    assert set(_numbers(parts)) == set(_numbers([whole]))
    if b"<Bsn>999900006" in whole:
        assert "999900006" in set(_numbers(parts))
