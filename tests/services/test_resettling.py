"""Messages settled once more by today's rules and routes: refused ones, and those for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.errors import RuleFailedError
from gateway.exchange.replay import Outcome
from gateway.exchange.retour import GATEWAY_PREFIX
from gateway.ijw.finding import Finding
from gateway.services import intake, resettling
from gateway.services.caller import Caller
from gateway.services.drafting import Candidate
from gateway.services.queueing import Ending
from gateway.store import manual_cases, outbox, retention
from gateway.store.replays import ReplayFilter
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from tests.berichten import PROVIDER, answer_to, heenbericht, post_of
from tests.gateways import ANSWERING, MANUAL, PLAIN, Clock, accepted, caller_for, refused
from tests.services.books import requests
from tests.services.replays import dead_letter, leased, outcomes, replayed, status, timeline

BREACH = Finding("rule", "TR999", "Dit klopt niet.", "/Bericht")


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give the caller of the provider."""
    return caller_for(gateway, PROVIDER)


@pytest.fixture
def breaking() -> Iterator[list[Finding]]:
    """Give a list of findings that every message has, as though a rule said so."""
    found: list[Finding] = [BREACH]

    def judge(reading: Reading, *_: object, **__: object) -> Reading:
        return replace(reading, breaches=tuple(found))

    with patch.object(intake, "judged", judge), patch.object(resettling, "judged", judge):
        yield found


def test_a_refusal_that_no_longer_holds(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """A message that today's rules let through is taken after all, and the refusal that still waits is withdrawn."""
    heen = heenbericht("JW315")
    message = refused(gateway, provider, heen).message_id
    assert message is not None
    breaking.clear()
    found = gateway.services.replaying.dry_run(ReplayFilter(statuses=("rejected",)))
    (preview,) = found.sample
    assert (preview.outcome, preview.codes_before, preview.codes_now) == (Outcome.QUEUED, ("TR999",), ())
    assert status(gateway, message) == "rejected"
    row = replayed(gateway, statuses=("rejected",))
    assert outcomes(gateway, row) == {message: ("queued", {"before": ["TR999"], "codes": [], "senderWasTold": False})}
    assert gateway.services.queueing.waiting(PROVIDER, limit=9, types=[]) == []
    # The municipality takes and answers it as any other; the old refusal is still to be seen beside it.
    assert leased(gateway, PLAIN, Ending.ACKNOWLEDGED) == message
    answer = accepted(gateway, caller_for(gateway, PLAIN), answer_to(heen)).message
    detail = gateway.services.inquiry.detail(message, provider)
    assert detail is not None
    assert detail.message.findings == ()
    related = {related.id: (kind, related.identificatie[:2], related.status) for related, kind in detail.related}
    assert related.pop(answer.id)[0] == "retourbericht"
    assert list(related.values()) == [("retourbericht", GATEWAY_PREFIX, "handled")]
    # A repeat of the post hears that it was taken.
    assert not accepted(gateway, provider, heen).new


def test_a_refusal_that_the_sender_has_seen(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """It cannot be taken back: the replay says so of that message."""
    message = refused(gateway, provider, heenbericht("JW315")).message_id
    assert message is not None
    refusal = leased(gateway, PROVIDER, Ending.ACKNOWLEDGED)
    breaking.clear()
    row = replayed(gateway, statuses=("rejected",))
    assert outcomes(gateway, row)[message][1]["senderWasTold"] is True
    assert status(gateway, refusal) == "delivered"
    assert status(gateway, message) == "queued"


def test_the_gateway_answers_after_all(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """For a municipality for which the gateway answers, the positive answer follows."""
    message = refused(gateway, provider, heenbericht("JW315", municipality=ANSWERING)).message_id
    breaking.clear()
    replayed(gateway, statuses=("rejected",))
    waiting = gateway.services.queueing.waiting(PROVIDER, limit=9, types=[])
    assert [(row.type, row.answers) for row in waiting] == [("JW316", message)]


def test_a_refusal_that_still_holds(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """What is still wrong stays refused, and the answer that its sender has stays the only one."""
    message = refused(gateway, provider, heenbericht("JW315")).message_id
    assert message is not None
    breaking[:] = [replace(BREACH, code="TR998")]
    row = replayed(gateway, statuses=("rejected",))
    assert outcomes(gateway, row) == {message: ("unchanged", {"before": ["TR999"], "codes": ["TR998"]})}
    assert status(gateway, message) == "rejected"
    assert len(gateway.services.queueing.waiting(PROVIDER, limit=9, types=[])) == 1


def test_a_rule_that_fails(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """A message that cannot be judged is counted as failed, the others go on, and nothing changed of it."""
    first = refused(gateway, provider, heenbericht("JW315", "1")).message_id
    second = refused(gateway, provider, heenbericht("JW315", "2")).message_id
    assert first is not None
    assert second is not None
    real = gateway.services.replaying._resettling.reconsider
    calls = iter([True, False])

    def failing(*given: Any) -> Any:
        if next(calls):
            raise RuleFailedError("999900006", code="TR999")
        return real(*given)

    breaking.clear()
    with patch.object(resettling.Resettling, "reconsider", lambda _, *given: failing(*given)):
        row = replayed(gateway, statuses=("rejected",))
    assert (row.done, row.failed) == (1, 1)
    found = outcomes(gateway, row)
    assert found[first] == ("failed", {"reason": "de gateway maakte zelf een fout (RuleFailedError)"})
    assert found[second][0] == "queued"
    assert status(gateway, first) == "rejected"


def test_content_that_is_gone(gateway: Gateway, provider: Caller, breaking: list[Finding], clock: Clock) -> None:
    """Of which nothing is kept to judge, that is said."""
    message = refused(gateway, provider, heenbericht("JW315")).message_id
    assert message is not None
    with gateway.database.write() as connection:
        retention.remove_content(connection, [message], clock.now)
    (preview,) = gateway.services.replaying.dry_run(ReplayFilter(statuses=("rejected",))).sample
    assert preview.outcome is Outcome.FAILED
    row = replayed(gateway, statuses=("rejected",))
    assert outcomes(gateway, row) == {message: ("failed", {"reason": "de inhoud is niet meer bewaard"})}


def test_a_refusal_keeps_its_opt_out(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """Judged again, a message stays for the back-office alone."""
    candidate = gateway.services.intake.prepare(Document(post_of("JW315")), provider, opt_out=True)
    assert isinstance(candidate, Candidate)
    gateway.services.intake.settle([candidate])
    breaking.clear()
    assert replayed(gateway, statuses=("rejected",)).outcomes == {"queued": 1}
    (waiting,) = gateway.services.queueing.waiting(PLAIN, limit=9, types=[])
    assert waiting.opt_out


def test_a_manual_message(gateway: Gateway, provider: Caller) -> None:
    """It stays with people as long as the route says so; when that changed, it is a request in the exchange again."""
    message = accepted(gateway, provider, heenbericht("JW317", municipality=MANUAL)).message.id
    assert outcomes(gateway, replayed(gateway, statuses=("manual",)))[message][0] == "unchanged"
    assert requests(gateway)["R1"].state == "manual"
    routes = gateway.routes.routes
    changed = {**routes, MANUAL: replace(routes[MANUAL], manual=None)}
    with patch.object(type(gateway.routes), "get", lambda _, code: changed.get(code)):
        (preview,) = gateway.services.replaying.dry_run(ReplayFilter(statuses=("manual",))).sample
        assert preview.outcome is Outcome.QUEUED
        assert outcomes(gateway, replayed(gateway, statuses=("manual",)))[message][0] == "queued"
    assert status(gateway, message) == "queued"
    assert (requests(gateway)["R1"].state, requests(gateway)["R1"].file.verzoek.open) == ("open", True)


def test_a_dead_letter_that_people_are_to_handle(gateway: Gateway, provider: Caller) -> None:
    """Where the route says so by now, what could not be delivered becomes a case instead of failing once more."""
    message = dead_letter(gateway, provider, name="JW315")
    routes = gateway.routes.routes
    manual = replace(routes[MANUAL].manual, types=frozenset({"JW315"}))  # type: ignore[type-var]
    changed = {**routes, MANUAL: replace(routes[MANUAL], manual=manual)}
    with patch.object(type(gateway.routes), "get", lambda _, code: changed.get(code)):
        (preview,) = gateway.services.replaying.dry_run(ReplayFilter(statuses=("failed",))).sample
        assert preview.outcome is Outcome.MANUAL
        assert outcomes(gateway, replayed(gateway, statuses=("failed",)))[message] == ("manual", {})
    assert status(gateway, message) == "manual"
    assert timeline(gateway, message)[-2:] == ["replayed", "manual"]
    assert requests(gateway)["R1"].state == "manual"
    with gateway.database.read() as connection:
        case = manual_cases.of_messages(connection, [message])[message]
        mails = outbox.of_messages(connection, [message], kind="mail")[message]
    assert (case.is_open, case.municipality) == (True, MANUAL)
    assert [mail.purpose for mail in mails] == ["case"]
    assert gateway.services.queueing.waiting(MANUAL, limit=9, types=[]) == []
    assert gateway.services.dead_letters.grouped() == []
