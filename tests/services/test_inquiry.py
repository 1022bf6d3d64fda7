"""Looking things up: each caller sees what is theirs."""

from __future__ import annotations

from contextlib import closing
from uuid import uuid4

import pytest

from gateway.composition import Gateway
from gateway.services.caller import Caller, Scope
from gateway.store.messages import MessageFilter
from tests.berichten import BSN, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht
from tests.gateways import ANSWERING, PLAIN, UNROUTED, Clock, accepted, admin_of, caller_for

# Who asks, and which of the three messages (linde→diemen, wilg→diemen, diemen→wilg) are theirs.
SEEN = [
    ((PROVIDER,), Scope.EXCHANGE, "1"),
    ((OTHER_PROVIDER,), Scope.EXCHANGE, "23"),
    ((PROVIDER, OTHER_PROVIDER), Scope.EXCHANGE, "123"),
    ((PLAIN,), Scope.EXCHANGE, "123"),
    ((UNROUTED,), Scope.EXCHANGE, ""),
    ((), Scope.EXCHANGE, ""),
    ((), Scope.ADMIN, "123"),
    ((), Scope.MONITOR, ""),
    ((PLAIN,), Scope.MONITOR, ""),
]


@pytest.mark.parametrize(("parties", "scope", "seen"), SEEN)
def test_a_caller_sees_what_it_sent_or_is_addressed_by(
    gateway: Gateway, parties: tuple[str, ...], scope: Scope, seen: str
) -> None:
    """The receipt, the content and the lists all show the same messages, and no others."""
    everybody = caller_for(gateway, PROVIDER, OTHER_PROVIDER, PLAIN)
    berichten = [
        heenbericht("JW305", "1"),
        heenbericht("JW305", "2", provider=OTHER_PROVIDER),
        heenbericht("JW301", "3", provider=OTHER_PROVIDER),
    ]
    rows = [accepted(gateway, everybody, bericht).message for bericht in berichten]
    caller = caller_for(gateway, *parties, scope=scope)
    inquiry = gateway.services.inquiry
    for row in rows:
        expected = row.identificatie in seen
        assert (inquiry.detail(row.id, caller) is not None) is expected
        content = inquiry.content(row.id, caller)
        assert (content is not None) is expected
        if content:
            content.close()
    if scope is not Scope.MONITOR:  # the edge lets no monitor in here
        found, _ = inquiry.search(MessageFilter(), caller, limit=10, after=None)
        assert sorted(row.identificatie for row in found) == list(seen)
        about, _ = inquiry.search(MessageFilter(bsn=BSN), caller, limit=10, after=None)
        assert about == found


def test_a_filter_never_widens_what_is_seen(gateway: Gateway) -> None:
    """Who names another party in a filter finds only what lies between both."""
    accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305"))
    other = caller_for(gateway, OTHER_PROVIDER)
    for wanted in (MessageFilter(senders=(PROVIDER,)), MessageFilter(recipients=(PLAIN,)), MessageFilter(bsn=BSN)):
        assert gateway.services.inquiry.search(wanted, other, limit=10, after=None) == ([], None)


def test_what_does_not_exist_is_not_seen(gateway: Gateway) -> None:
    """An administrator gets nothing either for an id of nobody."""
    for caller in (admin_of(gateway), caller_for(gateway, PROVIDER)):
        assert gateway.services.inquiry.detail(uuid4(), caller) is None
        assert gateway.services.inquiry.content(uuid4(), caller) is None


def test_a_list_is_read_page_by_page(gateway: Gateway) -> None:
    """Newest first; new messages meanwhile disturb no page, and the last page has no next."""
    provider = caller_for(gateway, PROVIDER)
    for number in range(5):
        accepted(gateway, provider, heenbericht("JW305", str(number)))
    seen: list[str] = []
    after = None
    for round_ in range(3):
        found, after = gateway.services.inquiry.search(MessageFilter(), provider, limit=2, after=after)
        seen += [row.identificatie for row in found]
        assert (after is None) == (round_ == 2)
        accepted(gateway, provider, heenbericht("JW307", f"later{round_}"))
    assert seen == ["4", "3", "2", "1", "0"]


def test_a_page_that_is_just_full_is_the_last(gateway: Gateway) -> None:
    """No empty page follows one that holds exactly what there was."""
    provider = caller_for(gateway, PROVIDER)
    for number in "12":
        accepted(gateway, provider, heenbericht("JW305", number))
    found, after = gateway.services.inquiry.search(MessageFilter(), provider, limit=2, after=None)
    assert (len(found), after) == (2, None)


def test_a_lapsed_lease_reads_as_waiting_everywhere(gateway: Gateway, clock: Clock) -> None:
    """In its receipt, in a list, and beside what belongs to it: queued, though nobody wrote that down."""
    both = caller_for(gateway, PROVIDER, PLAIN)
    heen = accepted(gateway, both, heenbericht("JW305")).message
    retour = accepted(gateway, both, answer_to(heenbericht("JW305"))).message
    gateway.services.queueing.lease(PLAIN, both, limit=1, seconds=60, types=[])
    inquiry = gateway.services.inquiry

    def told() -> set[str]:
        own, beside = inquiry.detail(heen.id, both), inquiry.detail(retour.id, both)
        assert own is not None
        assert beside is not None
        listed, _ = inquiry.search(MessageFilter(types=("JW305",)), both, limit=1, after=None)
        return {own.message.status, beside.related[0][0].status, listed[0].status}

    assert told() == {"leased"}
    clock.forward(seconds=60)
    assert told() == {"queued"}


@pytest.mark.parametrize("name", ["JW305", "JW323"])
def test_the_typed_form_of_what_is_kept(gateway: Gateway, name: str) -> None:
    """The typed form says of which type and release it is, with the standard's names."""
    caller: Caller = caller_for(gateway, PROVIDER)
    row = accepted(gateway, caller, heenbericht(name, municipality=ANSWERING)).message
    document = gateway.services.inquiry.content(row.id, caller)
    assert document is not None
    with closing(document):
        form = gateway.services.inquiry.typed_content(document)
    assert (form["type"], form["release"]) == (name, "3.2")
    assert isinstance(form["bericht"], dict)
    assert form["bericht"]["header"]["ontvanger"] == ANSWERING
