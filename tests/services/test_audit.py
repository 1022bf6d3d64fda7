"""What is written down in the audit trail, and what is found out when somebody tampers with it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.services.audit import Act
from gateway.services.caller import Caller, Scope
from gateway.store import audit
from gateway.store.audit import EntryRow, TrailFilter
from gateway.store.audit_tables import audit_chain, audit_event, audit_message, audit_subject
from gateway.store.messages import MessageFilter
from gateway.store.vault import Keyring
from tests.berichten import BSN, OTHER_BSN, PROVIDER, heenbericht
from tests.gateways import PLAIN, accepted, admin_of, caller_for, token_for


def entries(gateway: Gateway, *kinds: Act) -> list[EntryRow]:
    """Give the entries of these kinds, or all, oldest first."""
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=kinds), limit=100, before=None)
    return found[::-1]


def read(gateway: Gateway, message_id: UUID, caller: Caller) -> bool:
    """Look at the content of a message; says whether there was anything to see."""
    document = gateway.services.inquiry.content(message_id, caller)
    if document is None:
        return False
    document.close()
    return True


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give the caller of the provider."""
    return caller_for(gateway, PROVIDER)


def test_reading_content_is_written_down(gateway: Gateway, provider: Caller) -> None:
    """Who read which message stands in the trail; who may not read it read nothing."""
    message = accepted(gateway, provider, heenbericht("JW305")).message
    stranger = caller_for(gateway, "0599")
    assert not read(gateway, message.id, stranger)
    assert entries(gateway, Act.CONTENT_READ) == []
    assert read(gateway, message.id, provider)
    (entry,) = entries(gateway, Act.CONTENT_READ)
    assert (entry.actor, entry.messages) == (f"token:{provider.token_id}", (str(message.id),))


def test_no_entry_no_content(gateway: Gateway, provider: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content is not handed out when it cannot be written down that it was."""
    message = accepted(gateway, provider, heenbericht("JW305")).message

    def away(*_: Any) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(audit, "append", away)
    with pytest.raises(DatabaseUnavailableError):
        read(gateway, message.id, provider)


def test_posting_is_no_access(gateway: Gateway, provider: Caller) -> None:
    """A post, a receipt and a list of messages show nothing of a person, and leave no entry."""
    before = len(entries(gateway))
    message = accepted(gateway, provider, heenbericht("JW305")).message
    gateway.services.inquiry.detail(message.id, provider)
    gateway.services.inquiry.search(MessageFilter(), provider, limit=10, after=None)
    assert len(entries(gateway)) == before


def test_a_search_for_a_person_is_written_down(gateway: Gateway, provider: Caller) -> None:
    """Also when nothing was found; the entry has the keyed hash of the BSN, and the messages that were shown."""
    message = accepted(gateway, provider, heenbericht("JW305")).message
    for bsn in (BSN, OTHER_BSN):
        gateway.services.inquiry.search(MessageFilter(bsn=bsn), provider, limit=10, after=None)
    found, nothing = entries(gateway, Act.PERSON_SEARCHED)
    assert found.messages == (str(message.id),)
    assert nothing.messages == ()
    assert found.subject
    assert found.subject != nothing.subject
    assert BSN not in repr(found)


def test_a_lease_is_written_down(gateway: Gateway, provider: Caller) -> None:
    """One entry for all messages that were handed over together, and none when there were none."""
    messages = [accepted(gateway, provider, heenbericht("JW305", str(number))).message for number in range(3)]
    municipality = caller_for(gateway, PLAIN)
    for _ in range(2):
        gateway.services.queueing.lease(PLAIN, municipality, limit=10, seconds=60, types=[])
    (entry,) = entries(gateway, Act.MESSAGES_LEASED)
    assert entry.messages == tuple(str(message.id) for message in messages)
    assert entry.actor == f"token:{municipality.token_id}"


def test_acts_of_administrators_are_written_down(gateway: Gateway) -> None:
    """Making a party and a token, and ending a token, stand in the trail with who did it; no secret does."""
    services = gateway.services
    services.parties.add("0014", "Groningen", "command-line:anna")  # was there already
    services.parties.add("42420099", "Nieuw", "command-line:anna")
    token = services.access.create_token(
        label="proef", scopes=frozenset({Scope.EXCHANGE}), parties=frozenset({PROVIDER}), actor="command-line:bas"
    )
    services.access.revoke(token[4:16], "command-line:anna")
    services.access.revoke("nobodys00000", "command-line:anna")
    party, made, ended = entries(gateway)[-3:]
    assert (party.kind, party.actor, party.detail) == ("party-added", "command-line:anna", {"party": "42420099"})
    assert (made.kind, made.actor) == ("token-created", "command-line:bas")
    assert made.detail == {"token": token[4:16], "scopes": ["exchange"], "parties": [PROVIDER]}
    assert (ended.kind, ended.detail) == ("token-revoked", {"token": token[4:16]})
    assert token[16:] not in repr((party, made, ended))


def test_what_comes_at_once_goes_together(gateway: Gateway) -> None:
    """Acts that many wait for at the same moment are all written, each once."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda who: gateway.services.audit.note("content-read", f"token:{who}"), range(40)))
    assert {entry.actor for entry in entries(gateway, Act.CONTENT_READ)} == {f"token:{who}" for who in range(40)}
    assert gateway.services.audit.verify().flaws == ()


def a_trail(gateway: Gateway) -> None:
    """Leave entries of several kinds: with a person, with messages, with neither."""
    provider = caller_for(gateway, PROVIDER)
    message = accepted(gateway, provider, heenbericht("JW305")).message
    read(gateway, message.id, provider)
    gateway.services.inquiry.search(MessageFilter(bsn=BSN), provider, limit=10, after=None)
    read(gateway, message.id, admin_of(gateway))


def _number(conn: Connection, kind: str) -> int:
    found = conn.scalar(select(audit_event.c.number).where(audit_event.c.kind == kind))
    assert isinstance(found, int)
    return found


def _change(**values: Any) -> Callable[[Connection], int]:
    def change(conn: Connection) -> int:
        number = _number(conn, "person-searched")
        conn.execute(update(audit_event).where(audit_event.c.number == number).values(values))
        return number

    return change


def _remove(conn: Connection) -> int:
    number = _number(conn, "content-read")
    for table in (audit_message, audit_subject, audit_event):
        conn.execute(delete(table).where(table.c.number == number))
    return number


def _remove_the_last(conn: Connection) -> int:
    number, _ = audit.head(conn)
    for table in (audit_message, audit_subject, audit_event):
        conn.execute(delete(table).where(table.c.number == number))
    return number


def _add_behind(conn: Connection) -> int:
    last = conn.execute(select(audit_event).order_by(audit_event.c.number.desc()).limit(1)).one()
    forged = EntryRow.from_row(last)
    row = {**last._asdict(), "number": last.number + 1, "messages": []}
    row["hash"] = EntryRow(**{**row, "messages": ()}).chained_to(forged.hash)
    conn.execute(insert(audit_event).values(row))
    return int(last.number) + 1


def _change_with_its_hash(conn: Connection) -> int:
    row = conn.execute(select(audit_event).where(audit_event.c.kind == "content-read").limit(1)).one()
    before = conn.scalar(select(audit_event.c.hash).where(audit_event.c.number == row.number - 1))
    assert before is not None
    forged = EntryRow(**{**row._asdict(), "messages": tuple(row.messages), "actor": "token:someone-else"})
    values = {"actor": forged.actor, "hash": forged.chained_to(before)}
    conn.execute(update(audit_event).where(audit_event.c.number == row.number).values(values))
    return int(row.number) + 1


def _point_elsewhere(conn: Connection) -> int:
    number = _number(conn, "content-read")
    conn.execute(delete(audit_message).where(audit_message.c.number == number))
    return number


def _another_person(conn: Connection) -> int:
    conn.execute(update(audit_subject).values(bsn_hash=bytes(32)))
    return _number(conn, "person-searched")


def _no_person(conn: Connection) -> int:
    conn.execute(delete(audit_subject))
    return _number(conn, "person-searched")


def _another_end(conn: Connection) -> int:
    conn.execute(update(audit_chain).values(hash=bytes(32)))
    return audit.head(conn)[0]


TAMPERING = {
    "actor": _change(actor="token:someone-else"),
    "kind": _change(kind="content-read"),
    "messages": _change(messages=[]),
    "subject": _change(subject=None),
    "detail": _change(detail={"party": "0014"}),
    "hash": _change(hash=bytes(32)),
    "removed": _remove,
    "the last removed": _remove_the_last,
    "added": _add_behind,
    "changed with its hash": _change_with_its_hash,
    "pointer removed": _point_elsewhere,
    "another person": _another_person,
    "no person": _no_person,
    "another end": _another_end,
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(embedded: Gateway, tamper: Callable[[Connection], int]) -> None:
    """Whatever is changed, removed or put in, the entry where it happened is named."""
    a_trail(embedded)
    assert embedded.services.audit.verify().flaws == ()
    with embedded.database.write() as conn:
        number = tamper(conn)
    assert number in {flaw.number for flaw in embedded.services.audit.verify().flaws}


def test_a_whole_trail(gateway: Gateway) -> None:
    """A trail that nobody touched is whole, on either database, an empty one too."""
    a_trail(gateway)
    verdict = gateway.services.audit.verify()
    assert verdict.flaws == ()
    assert verdict.entries == len(entries(gateway))
    with gateway.database.write() as conn:
        for table in (audit_message, audit_subject, audit_event, audit_chain):
            conn.execute(delete(table))
    assert gateway.services.audit.verify().flaws == ()


def test_an_anchor(embedded: Gateway) -> None:
    """A trail written anew from the beginning, or cut off behind, is found out by an entry noted elsewhere."""
    a_trail(embedded)
    number, _, last = embedded.services.audit.verify().last.partition(":")
    anchor = (int(number), last)
    token_for(embedded, PROVIDER)
    assert embedded.services.audit.verify(anchor).flaws == ()
    assert embedded.services.audit.verify((int(number), "0" * 64)).flaws != ()
    with embedded.database.write() as conn:
        for table in (audit_message, audit_subject, audit_event, audit_chain):
            conn.execute(delete(table))
    token_for(embedded, PROVIDER)
    assert embedded.services.audit.verify().flaws == ()
    (flaw,) = embedded.services.audit.verify(anchor).flaws
    assert flaw.number == anchor[0]


def test_the_chain_outlives_its_keys(embedded: Gateway) -> None:
    """Looking whether the trail is whole takes no key of before."""
    a_trail(embedded)
    audit_service = embedded.services.audit
    audit_service._keyring = Keyring({"another": bytes(32)})
    assert audit_service.verify().flaws == ()


def test_traces_of_a_person(gateway: Gateway) -> None:
    """All messages about a person and all acts around them, the asking itself among them."""
    provider = caller_for(gateway, PROVIDER)
    theirs = [accepted(gateway, provider, heenbericht("JW305", str(number))).message.id for number in range(3)]
    read(gateway, theirs[1], provider)
    found = gateway.services.audit.about(BSN, "command-line:anna")
    assert [message.id for message in found.messages] == theirs
    assert [entry.kind for entry in found.entries] == ["content-read", "person-exported"]
    nobody = gateway.services.audit.about(OTHER_BSN, "command-line:anna")
    assert (nobody.messages, [entry.kind for entry in nobody.entries]) == ((), ["person-exported"])
