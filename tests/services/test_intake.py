"""Taking messages: what is kept, what is refused, and why."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gateway.composition import Gateway
from gateway.exchange.refusal import Refusal, Refused
from gateway.services.caller import Caller, Scope
from gateway.services.drafting import Candidate
from gateway.services.queueing import Ending
from gateway.services.settling import Accepted
from gateway.store.messages import MessageFilter
from gateway.wire.document import LARGE, MAX_SIZE, Document
from gateway.wire.json_form import to_json
from tests.berichten import (
    BSN,
    HEENBERICHTEN,
    OTHER_BSN,
    OTHER_PROVIDER,
    PROVIDER,
    declaration_of,
    heenbericht,
    post_of,
    xml,
)
from tests.gateways import (
    IMPATIENT,
    MANUAL,
    PLAIN,
    UNROUTED,
    Clock,
    accepted,
    admin_of,
    caller_for,
    content_of,
    post,
    refused,
)


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give somebody who may send for the provider."""
    return caller_for(gateway, PROVIDER)


def kept(gateway: Gateway) -> int:
    """Count the messages that are kept."""
    found, _ = gateway.services.inquiry.search(MessageFilter(), admin_of(gateway), limit=100, after=None)
    return len(found)


def candidate(gateway: Gateway, caller: Caller, data: bytes) -> Candidate:
    """Read a message that may be sent."""
    made = gateway.services.intake.prepare(Document(data), caller)
    assert isinstance(made, Candidate)
    return made


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_a_good_message_is_kept_and_queued(gateway: Gateway, name: str) -> None:
    """The receipt says from whom to whom, and the other side finds the message in its queue."""
    both = caller_for(gateway, PROVIDER, PLAIN)
    taken = accepted(gateway, both, heenbericht(name, "een"))
    row = taken.message
    assert taken.new
    assert (row.type, row.release, row.identificatie, row.status) == (name, "3.2", "een", "queued")
    # What is known of no allocation is said to be so.
    assert {finding.source for finding in row.findings} <= {"history"}
    assert {row.sender, row.recipient} == {PROVIDER, PLAIN}
    assert gateway.services.queueing.waiting(row.recipient, limit=10, types=[]) == [row]
    assert gateway.services.queueing.waiting(row.sender, limit=10, types=[]) == []
    found = gateway.services.inquiry.detail(row.id, both)
    assert found is not None
    assert [event.kind for event in found.timeline] == ["accepted", "queued"]


def test_the_exact_bytes_are_kept(gateway: Gateway, provider: Caller) -> None:
    """What is given back is what was taken, byte for byte, small or large."""
    unusual = (
        post_of("JW305").replace(b"\r\n", b"\n").replace(b"</jw305:Header>", b"<!-- \xc3\xa9 -->\n</jw305:Header >")
    )
    for data in (unusual, declaration_of(LARGE), declaration_of(LARGE + 1, "2"), declaration_of(3 * LARGE + 7, "3")):
        row = accepted(gateway, provider, data).message
        assert content_of(gateway, row.id) == data
        assert row.size == len(data)


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"", Refused.NOT_WELL_FORMED, "BRS14"),
        (b"<a>", Refused.NOT_WELL_FORMED, "BRS14"),
        (post_of("JW305")[:-20], Refused.NOT_WELL_FORMED, "BRS14"),
        (post_of("JW305").replace(b"Tom", b"\xff"), Refused.NOT_WELL_FORMED, "BRS14"),
        (b"<!DOCTYPE a><a/>", Refused.NOT_WELL_FORMED, "BRS14"),
        (b"\xef\xbb\xbf" + post_of("JW305"), Refused.ENCODING, "OP192"),
        (post_of("JW305").replace(b"UTF-8", b"ISO-8859-1"), Refused.ENCODING, "OP192"),
        (b"<a/>", Refused.SCHEMA_INVALID, "BRS13"),
        (post_of("JW305").replace(BSN.encode(), b"12"), Refused.SCHEMA_INVALID, "BRS13"),
        (post_of("JW305") + b" " * MAX_SIZE, Refused.TOO_LARGE, "BRS06"),
    ],
    ids=["empty", "open", "truncated", "bytes", "dtd", "bom", "encoding", "unknown", "schema", "large"],
)
def test_what_cannot_be_read_is_refused(gateway: Gateway, data: bytes, kind: Refused, code: str) -> None:
    """Each refusal has its kind, its fault code and what is wrong; nothing is kept of it."""
    refusal = refused(gateway, caller_for(gateway, PROVIDER), data)
    assert (refusal.kind, refusal.code) == (kind, code)
    assert refusal.findings
    assert refusal.message_id is None
    assert kept(gateway) == 0


@pytest.mark.parametrize(
    ("parties", "scope"), [((OTHER_PROVIDER,), Scope.EXCHANGE), ((PLAIN,), Scope.EXCHANGE), ((), Scope.ADMIN)]
)
def test_nobody_sends_for_another(gateway: Gateway, parties: tuple[str, ...], scope: Scope) -> None:
    """A token may send for its own parties alone; an administrator sends for nobody (BRS03)."""
    refusal = refused(gateway, caller_for(gateway, *parties, scope=scope), heenbericht("JW305"))
    assert (refusal.kind, refusal.code) == (Refused.SENDER_NOT_ALLOWED, "BRS03")
    assert refusal.findings[0].path == "/Bericht/Header/Afzender"
    assert kept(gateway) == 0


def test_a_supplier_sends_for_all_its_parties(gateway: Gateway) -> None:
    """One token may act for several parties."""
    supplier = caller_for(gateway, PROVIDER, OTHER_PROVIDER)
    for code in (PROVIDER, OTHER_PROVIDER):
        assert accepted(gateway, supplier, heenbericht("JW305", provider=code)).message.sender == code


def test_a_recipient_has_to_take_part(gateway: Gateway) -> None:
    """A message for a party that is not known here is refused (BRS04), to either side."""
    caller = caller_for(gateway, PROVIDER, PLAIN)
    for bericht in (heenbericht("JW305", municipality="0003"), heenbericht("JW301", provider="11111111")):
        refusal = refused(gateway, caller, bericht)
        assert (refusal.kind, refusal.code) == (Refused.RECIPIENT_UNKNOWN, "BRS04")
        assert refusal.findings[0].path == "/Bericht/Header/Ontvanger"
    assert kept(gateway) == 0


def test_a_party_that_was_added_takes_part(gateway: Gateway, provider: Caller) -> None:
    """A municipality without a route table can be added by hand."""
    assert accepted(gateway, provider, heenbericht("JW317", municipality=UNROUTED)).message.status == "queued"


def test_a_token_that_was_revoked_meanwhile_takes_nothing(gateway: Gateway, provider: Caller) -> None:
    """Who may send is asked once more in the transaction that keeps the message."""
    waiting = candidate(gateway, provider, post_of("JW305"))
    gateway.services.access.revoke(provider.token_id)
    (refusal,) = gateway.services.intake.settle([waiting])
    assert isinstance(refusal, Refusal)
    assert refusal.kind is Refused.TOKEN_ENDED
    assert kept(gateway) == 0


def test_a_token_that_ended_meanwhile_takes_nothing(gateway: Gateway, clock: Clock) -> None:
    """A token's end counts at the moment that the message is kept."""
    access = gateway.services.access
    token = access.create_token(
        label="",
        scopes=frozenset({Scope.EXCHANGE}),
        parties=frozenset({PROVIDER}),
        expires_at=clock.now + timedelta(seconds=5),
    )
    caller = access.identify(token)
    assert caller is not None
    waiting = candidate(gateway, caller, post_of("JW305"))
    clock.forward(seconds=5)
    (refusal,) = gateway.services.intake.settle([waiting])
    assert isinstance(refusal, Refusal)
    assert refusal.kind is Refused.TOKEN_ENDED


def test_the_same_bytes_again_give_the_first_receipt(gateway: Gateway, provider: Caller) -> None:
    """A post that is repeated changes nothing, and shows where the message is now."""
    first = accepted(gateway, provider, heenbericht("JW305"))
    again = accepted(gateway, provider, heenbericht("JW305"))
    assert not again.new
    assert again.message == first.message
    municipality = caller_for(gateway, PLAIN)
    (leased,) = gateway.services.queueing.lease(PLAIN, municipality, limit=1, seconds=60, types=[])
    assert accepted(gateway, provider, heenbericht("JW305")).message.status == "leased"
    gateway.services.queueing.end(leased.lease.id, municipality, Ending.ACKNOWLEDGED)
    assert accepted(gateway, provider, heenbericht("JW305")).message.status == "delivered"
    assert kept(gateway) == 1


def test_a_repeated_post_shows_a_lapsed_lease_as_waiting(gateway: Gateway, provider: Caller, clock: Clock) -> None:
    """A message whose lease ran out waits again, whether or not somebody wrote that down."""
    accepted(gateway, provider, heenbericht("JW305"))
    gateway.services.queueing.lease(PLAIN, caller_for(gateway, PLAIN), limit=1, seconds=60, types=[])
    clock.forward(seconds=60)
    assert accepted(gateway, provider, heenbericht("JW305")).message.status == "queued"
    (waiting,) = gateway.services.queueing.waiting(PLAIN, limit=10, types=[])
    assert waiting.status == "queued"


def test_an_identificatie_is_used_once(gateway: Gateway, provider: Caller) -> None:
    """Other content under the same Identificatie is refused (BRS20, 9056); another type or sender may use it."""
    accepted(gateway, provider, heenbericht("JW305", "een"))
    refusal = refused(gateway, provider, heenbericht("JW305", "een", bsn=OTHER_BSN))
    assert (refusal.kind, refusal.code) == (Refused.IDENTIFICATIE_USED, "BRS20")
    assert refusal.findings[0].retourcode == "9056"
    # The same message for somebody else is another message.
    assert refused(gateway, provider, heenbericht("JW305", "een", municipality=UNROUTED)).code == "BRS20"
    accepted(gateway, provider, heenbericht("JW307", "een"))
    accepted(gateway, caller_for(gateway, OTHER_PROVIDER), heenbericht("JW305", "een", provider=OTHER_PROVIDER))
    accepted(gateway, provider, heenbericht("JW305", "Een"))
    assert kept(gateway) == 4


def test_a_batch_is_judged_one_by_one(gateway: Gateway, provider: Caller) -> None:
    """Messages that share a transaction are each kept, known already, or refused for themselves."""
    other = caller_for(gateway, OTHER_PROVIDER)
    accepted(gateway, provider, heenbericht("JW305", "oud"))
    posts = [
        (provider, heenbericht("JW305", "nieuw")),
        (provider, heenbericht("JW305", "oud")),
        (provider, heenbericht("JW305", "oud", bsn=OTHER_BSN)),
        (provider, heenbericht("JW305", "weg", municipality="0003")),
        (provider, heenbericht("JW305", "nieuw")),
        (provider, heenbericht("JW305", "nieuw", bsn=OTHER_BSN)),
        (other, heenbericht("JW305", "nieuw", provider=OTHER_PROVIDER)),
    ]
    results = gateway.services.intake.settle([candidate(gateway, who, xml(what)) for who, what in posts])
    told = [result.new if isinstance(result, Accepted) else result.kind for result in results]
    used, unknown = Refused.IDENTIFICATIE_USED, Refused.RECIPIENT_UNKNOWN
    assert told == [True, False, used, unknown, False, used, True]
    assert kept(gateway) == 3


def test_the_typed_form_is_taken_like_xml(gateway: Gateway, provider: Caller) -> None:
    """The gateway writes the XML; the same form again is the same message, and so is that very XML."""
    form = json.dumps(to_json(heenbericht("JW315"))).encode()
    results = []
    for _ in range(2):
        made = gateway.services.intake.prepare(Document(form), provider, as_json=True)
        assert isinstance(made, Candidate)
        results += gateway.services.intake.settle([made])
    assert [result.new for result in results if isinstance(result, Accepted)] == [True, False]
    assert not accepted(gateway, provider, heenbericht("JW315")).new


def test_people_handle_what_a_municipality_cannot_take(gateway: Gateway, provider: Caller, clock: Clock) -> None:
    """A message of a manual type is kept as manual, and is in nobody's queue; others go as always."""
    handled = accepted(gateway, provider, heenbericht("JW317", municipality=MANUAL)).message
    assert (handled.status, handled.expires_at) == ("manual", None)
    assert gateway.services.queueing.waiting(MANUAL, limit=10, types=[]) == []
    assert gateway.services.queueing.lease(MANUAL, caller_for(gateway, MANUAL), limit=9, seconds=9, types=[]) == []
    found = gateway.services.inquiry.detail(handled.id, provider)
    assert found is not None
    assert [event.kind for event in found.timeline] == ["accepted", "manual"]
    assert accepted(gateway, provider, heenbericht("JW315", municipality=MANUAL)).message.status == "queued"


def test_a_message_expires_where_that_was_agreed(gateway: Gateway, clock: Clock) -> None:
    """`expire_days` counts from receipt, for messages to and from the municipality; elsewhere nothing expires."""
    caller = caller_for(gateway, PROVIDER, IMPATIENT)
    week = clock.now + timedelta(days=7)
    assert accepted(gateway, caller, heenbericht("JW305", municipality=IMPATIENT)).message.expires_at == week
    assert accepted(gateway, caller, heenbericht("JW301", municipality=IMPATIENT)).message.expires_at == week
    assert accepted(gateway, caller, heenbericht("JW305", "2")).message.expires_at is None


def test_a_message_is_found_by_whom_it_is_about(gateway: Gateway, provider: Caller) -> None:
    """The BSN finds a message, without being kept."""
    about = accepted(gateway, provider, heenbericht("JW305", "1")).message
    accepted(gateway, provider, heenbericht("JW305", "2", bsn=OTHER_BSN))
    found, _ = gateway.services.inquiry.search(MessageFilter(bsn=BSN), provider, limit=10, after=None)
    assert found == [about]


def test_a_refused_post_may_be_repeated_once_it_is_right(gateway: Gateway, provider: Caller) -> None:
    """What was not taken has not used up its Identificatie."""
    refused(gateway, provider, heenbericht("JW305", municipality="0003"))
    assert isinstance(post(gateway, provider, heenbericht("JW305")), Accepted)
