"""A JW315 without the family's consent: nobody but the two parties gets to see it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.exchange.manual_case import CaseOutcome
from gateway.exchange.refusal import Refusal, Refused
from gateway.ijw.bericht import Bericht
from gateway.ijw.verzoek import JW315
from gateway.services.audit import Act
from gateway.services.caller import Caller
from gateway.services.manual_cases import ClosedOtherwise, Resolution
from gateway.services.settling import Accepted
from gateway.store import outbox
from gateway.store.audit import TrailFilter
from gateway.store.deadlines import DeadlineFilter
from gateway.store.following import Wanted
from gateway.store.messages import MessageFilter
from gateway.store.requests import request_id
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from tests.berichten import OTHER_PROVIDER, PROVIDER, answer_to, heenbericht, xml
from tests.gateways import ANSWERING, BY_HAND, PLAIN, Clock, accepted, admin_of, caller_for, post
from tests.services.test_audit import read

REASON = "Verzoek van de gemeente, ticket 12"


def opted_out(gateway: Gateway, message: Bericht | None = None) -> MessageRow:
    """Post a JW315 with an opt-out."""
    document = Document(xml(message or heenbericht("JW315")))
    candidate = gateway.services.intake.prepare(document, caller_for(gateway, PROVIDER), opt_out=True)
    assert not isinstance(candidate, Refusal), candidate
    (result,) = gateway.services.intake.settle([candidate])
    assert isinstance(result, Accepted), result
    return result.message


def listed(gateway: Gateway, caller: Caller) -> list[UUID]:
    """Give what a caller sees in the list, which is what they can look at one by one."""
    found, _ = gateway.services.inquiry.search(MessageFilter(), caller, limit=50, after=None)
    by_bsn, _ = gateway.services.inquiry.search(MessageFilter(bsn="999900006"), caller, limit=50, after=None)
    assert set(by_bsn) <= set(found)
    for row in found:
        assert gateway.services.inquiry.detail(row.id, caller) is not None
    return [row.id for row in found]


def test_only_the_two_parties_see_it(gateway: Gateway) -> None:
    """Provider and back-office see it everywhere; others, administrators among them, see it nowhere."""
    message = opted_out(gateway)
    assert message.opt_out
    for party in (PROVIDER, PLAIN):
        assert listed(gateway, caller_for(gateway, party)) == [message.id]
    for caller in (admin_of(gateway), caller_for(gateway, OTHER_PROVIDER), caller_for(gateway, ANSWERING)):
        assert listed(gateway, caller) == []
        assert gateway.services.inquiry.detail(message.id, caller) is None
        assert gateway.services.inquiry.content(message.id, caller) is None
    queue = gateway.services.queueing
    assert queue.waiting(PLAIN, limit=5, types=[], caller=admin_of(gateway)) == []
    waiting = queue.waiting(PLAIN, limit=5, types=[], caller=caller_for(gateway, PLAIN))
    assert [row.opt_out for row in waiting] == [True]
    (leased,) = queue.lease(PLAIN, caller_for(gateway, PLAIN), limit=5, seconds=60, types=[])
    assert leased.message.opt_out


def test_its_deadlines_are_seen_by_nobody_else(gateway: Gateway) -> None:
    """A deadline names the message that it follows from, and so is kept from others as well."""
    opted_out(gateway)
    other = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message

    def seen(caller: Caller) -> set[UUID]:
        found, _ = gateway.services.deadlines.search(DeadlineFilter(), caller, limit=50, after=None)
        return {row.message_id for row in found}

    assert seen(admin_of(gateway)) == {other.id}
    assert len(seen(caller_for(gateway, PLAIN))) == 2
    assert len(seen(replace(admin_of(gateway), reason=REASON))) == 2


def test_an_administrator_needs_a_reason(gateway: Gateway) -> None:
    """With a reason an administrator sees it, and that is written down with the reason, without numbers in it."""
    message = opted_out(gateway)
    admin = replace(admin_of(gateway), reason=f"{REASON}, over 999900006")
    assert gateway.services.inquiry.detail(message.id, admin) is not None
    assert listed(gateway, admin) == [message.id]
    document = gateway.services.inquiry.content(message.id, admin)
    assert document is not None
    document.close()
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.OPT_OUT_SEEN.value,)), limit=50, before=None)
    assert found
    assert {str(entry.detail["reason"]) for entry in found} == {f"{REASON}, over …"}


LOOKS: dict[str, Callable[[Gateway, Caller, MessageRow, UUID], object]] = {
    "message": lambda gateway, admin, row, _: gateway.services.inquiry.detail(row.id, admin),
    "content": lambda gateway, admin, row, _: read(gateway, row.id, admin),
    "messages": lambda gateway, admin, *_: gateway.services.inquiry.search(MessageFilter(), admin, limit=5, after=None),
    "queue": lambda gateway, admin, *_: gateway.services.queueing.waiting(PLAIN, limit=5, types=[], caller=admin),
    "request": lambda gateway, admin, _, request: gateway.services.following.request(request, admin),
    "requests": lambda gateway, admin, *_: gateway.services.following.requests(Wanted(parties=None, limit=5), admin),
    "deadlines": lambda gateway, admin, *_: gateway.services.deadlines.search(
        DeadlineFilter(), admin, limit=5, after=None
    ),
}
CASES: dict[str, Callable[[Gateway, Caller, UUID], object]] = {
    "case": lambda gateway, admin, case: gateway.services.manual_cases.get(case, admin),
    "cases": lambda gateway, admin, _: gateway.services.manual_cases.listed(admin, state=None, limit=5, after=None),
    "page": lambda gateway, admin, case: gateway.services.case_pages.page(case, admin),
    "resolution": lambda gateway, admin, case: gateway.services.manual_cases.resolve(
        case, admin, Resolution(outcome=CaseOutcome.HANDLED, note="Gebeld")
    ),
}


def looks_at(gateway: Gateway) -> list[tuple[str, ...]]:
    """Give which messages each entry about an opt-out names."""
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.OPT_OUT_SEEN.value,)), limit=50, before=None)
    return [entry.messages for entry in found]


@pytest.mark.parametrize("look", LOOKS)
def test_whichever_way_an_administrator_looks(gateway: Gateway, look: str) -> None:
    """With a reason, in a list or one by one, it is written down; that a party looks at its own is not."""
    message = opted_out(gateway, heenbericht("JW315", reference="R7"))
    request = request_id(RequestKey(PROVIDER, PLAIN, "R7"))
    for caller in (caller_for(gateway, PLAIN), caller_for(gateway, PROVIDER), admin_of(gateway)):
        LOOKS[look](gateway, caller, message, request)
    assert looks_at(gateway) == []
    LOOKS[look](gateway, replace(admin_of(gateway), reason=REASON), message, request)
    assert looks_at(gateway) == [(str(message.id),)]


def test_a_case_that_was_ended_otherwise(gateway: Gateway) -> None:
    """An administrator who hears that somebody else ended it stands in the trail as well."""
    message = opted_out(gateway, heenbericht("JW315", municipality=BY_HAND))
    assert message.handling is not None
    cases, own = gateway.services.manual_cases, message.handling.id
    assert cases.resolve(own, caller_for(gateway, BY_HAND), Resolution(outcome=CaseOutcome.HANDLED, note="Gebeld"))
    assert looks_at(gateway) == []
    admin = replace(admin_of(gateway), reason=REASON)
    otherwise = cases.resolve(own, admin, Resolution(outcome=CaseOutcome.ALLOCATED, note=""))
    assert isinstance(otherwise, ClosedOtherwise)
    assert looks_at(gateway) == [(str(message.id),)]


@pytest.mark.parametrize("look", CASES)
def test_whichever_way_an_administrator_looks_at_its_case(gateway: Gateway, look: str) -> None:
    """The same of the case that people have of it."""
    message = opted_out(gateway, heenbericht("JW315", municipality=BY_HAND))
    assert message.handling is not None
    CASES[look](gateway, replace(admin_of(gateway), reason=REASON), message.handling.id)
    assert looks_at(gateway) == [(str(message.id),)]


def test_what_answers_it_is_kept_from_others_too(gateway: Gateway) -> None:
    """The retourbericht, the JW319 and the JW301 of it tell as much as it does itself."""
    provider, municipality = caller_for(gateway, PROVIDER), caller_for(gateway, PLAIN)
    opted_out(gateway, heenbericht("JW315", reference="R7"))
    answers = [
        accepted(gateway, municipality, answer_to(heenbericht("JW315", reference="R7"))),
        accepted(gateway, municipality, heenbericht("JW319", reference="R7")),
        accepted(gateway, municipality, heenbericht("JW301", reference="R7")),
    ]
    assert [one.message.opt_out for one in answers] == [True, True, True]
    assert listed(gateway, admin_of(gateway)) == []
    assert len(listed(gateway, provider)) == 4


def test_what_the_gateway_answers_is_kept_from_others_too(gateway: Gateway) -> None:
    """A retourbericht that the gateway makes itself follows its message."""
    opted_out(gateway, heenbericht("JW315", municipality=ANSWERING))
    (answer,) = gateway.services.queueing.waiting(PROVIDER, limit=5, types=[])
    assert (answer.type, answer.opt_out) == ("JW316", True)
    assert listed(gateway, admin_of(gateway)) == []


def test_another_message_has_no_opt_out(gateway: Gateway) -> None:
    """Only a JW315 can have one; another message with it is refused, and nothing is kept."""
    provider = caller_for(gateway, PROVIDER)
    result = gateway.services.intake.prepare(Document(xml(heenbericht("JW305"))), provider, opt_out=True)
    assert isinstance(result, Refusal)
    assert result.kind is Refused.OPT_OUT_NOT_POSSIBLE
    assert not accepted(gateway, provider, heenbericht("JW305")).message.opt_out


def test_an_opt_out_may_come_afterwards(gateway: Gateway) -> None:
    """Who forgot it posts the same bytes again with it; leaving it out again takes nothing back."""
    provider = caller_for(gateway, PROVIDER)
    first = accepted(gateway, provider, heenbericht("JW315")).message
    assert listed(gateway, admin_of(gateway)) == [first.id]
    again = opted_out(gateway)
    assert (again.id, again.opt_out) == (first.id, True)
    assert listed(gateway, admin_of(gateway)) == []
    repeated = post(gateway, provider, heenbericht("JW315"))
    assert isinstance(repeated, Accepted)
    assert repeated.message.opt_out


def test_its_case_is_for_the_back_office_alone(gateway: Gateway, clock: Clock) -> None:
    """The municipality handles it; an administrator needs a reason, and no escalation leaves the house."""
    message = opted_out(gateway, heenbericht("JW315", municipality=BY_HAND))
    cases, case = gateway.services.manual_cases, message.handling
    assert case is not None
    admin = admin_of(gateway)
    assert cases.get(case.id, admin) is None
    assert cases.listed(admin, state=None, limit=5, after=None)[0] == []
    assert cases.get(case.id, replace(admin, reason=REASON)) is not None
    assert cases.get(case.id, caller_for(gateway, BY_HAND)) is not None
    assert len(cases.listed(caller_for(gateway, BY_HAND), state=None, limit=5, after=None)[0]) == 1
    clock.forward(days=30)
    gateway.upkeep.round()
    with gateway.database.read() as connection:
        assert outbox.of_messages(connection, [message.id]) == {}


@pytest.mark.parametrize("rejected", [True, False])
def test_a_broken_one_is_kept_from_others_too(gateway: Gateway, rejected: bool) -> None:
    """A message that breaks a rule is kept as rejected, and is no less private."""
    made = heenbericht("JW315")
    assert isinstance(made, JW315)
    if rejected:
        (product,) = made.client.aangevraagde_producten
        broken = replace(product, toewijzing_einddatum=product.toewijzing_ingangsdatum.replace(year=2020))
        made = replace(made, client=replace(made.client, aangevraagde_producten=(broken,)))
    document = Document(xml(made))
    candidate = gateway.services.intake.prepare(document, caller_for(gateway, PROVIDER), opt_out=True)
    assert not isinstance(candidate, Refusal)
    (result,) = gateway.services.intake.settle([candidate])
    assert isinstance(result, Refusal) == rejected
    assert listed(gateway, admin_of(gateway)) == []
    assert listed(gateway, caller_for(gateway, PROVIDER))
