"""Trying messages once more: what is taken, what becomes of it, and that it is done once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError, RuleFailedError
from gateway.exchange.replay import Outcome
from gateway.exchange.retour import GATEWAY_PREFIX
from gateway.ijw.finding import Finding
from gateway.services import intake, replaying, resettling
from gateway.services.audit import Act
from gateway.services.caller import Caller
from gateway.services.drafting import Candidate
from gateway.services.queueing import Ending
from gateway.services.replaying import Replaying
from gateway.services.settling import Accepted
from gateway.store import manual_cases, messages, outbox, replays, retention, tables
from gateway.store.audit import TrailFilter
from gateway.store.identifiers import new_id
from gateway.store.replays import ReplayFilter, ReplayRow
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from tests.berichten import PROVIDER, answer_to, heenbericht, post_of
from tests.gateways import (
    ANSWERING,
    IMPATIENT,
    MANUAL,
    PLAIN,
    Clock,
    accepted,
    admin_of,
    caller_for,
    refused,
)
from tests.services.books import requests

ANNA = "command-line:anna"
BREACH = Finding("rule", "TR999", "Dit klopt niet.", "/Bericht")


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give the caller of the provider."""
    return caller_for(gateway, PROVIDER)


def leased(gateway: Gateway, party: str, ending: Ending, reason: str = "vol") -> UUID:
    """Let a party take the oldest message, and end that so."""
    caller = caller_for(gateway, party)
    (given,) = gateway.services.queueing.lease(party, caller, limit=1, seconds=60, types=[])
    assert gateway.services.queueing.end(given.lease.id, caller, ending, reason) == "done"
    return given.message.id


def dead_letter(
    gateway: Gateway, provider: Caller, identificatie: str = "1", reason: str = "vol", name: str = "JW305"
) -> UUID:
    """Let a message fail as often as it takes."""
    message = accepted(gateway, provider, heenbericht(name, identificatie, municipality=MANUAL)).message
    for _ in range(2):
        leased(gateway, MANUAL, Ending.FAILED, reason)
    assert status(gateway, message.id) == "failed"
    return message.id


@pytest.fixture
def breaking() -> Iterator[list[Finding]]:
    """Give a list of findings that every message has, as though a rule said so."""
    found: list[Finding] = [BREACH]

    def judge(reading: Reading, *_: object, **__: object) -> Reading:
        return replace(reading, breaches=tuple(found))

    with patch.object(intake, "judged", judge), patch.object(resettling, "judged", judge):
        yield found


def status(gateway: Gateway, message_id: UUID) -> str:
    """Give the status of a message."""
    with gateway.database.read() as connection:
        row = messages.get(connection, message_id)
    assert row is not None
    return row.status


def timeline(gateway: Gateway, message_id: UUID) -> list[str]:
    """Give what happened to a message."""
    with gateway.database.read() as connection:
        return [event.kind for event in messages.events(connection, message_id)]


def replayed(gateway: Gateway, **wanted: Any) -> ReplayRow:
    """Start a replay, and let the worker do it."""
    made = gateway.services.replaying.start(ReplayFilter(**wanted), ANNA)
    gateway.services.replaying.round()
    row = gateway.services.replaying.get(made.id)
    assert row is not None
    assert row.state == "finished"
    assert row.done + row.failed == row.total
    return row


def outcomes(gateway: Gateway, replay: ReplayRow) -> dict[UUID, tuple[str | None, dict[str, Any]]]:
    """Give what became of each message."""
    found, _ = gateway.services.replaying.items(replay.id, admin_of(gateway), limit=100, after=None)
    return {item.message_id: (item.outcome, item.detail) for item in found}


def test_a_dead_letter_waits_again(gateway: Gateway, provider: Caller) -> None:
    """It is in its queue once more, with all its attempts before it."""
    message = dead_letter(gateway, provider)
    row = replayed(gateway, statuses=("failed",))
    assert (row.total, row.outcomes) == (1, {"queued": 1})
    assert timeline(gateway, message)[-1] == "replayed"
    assert leased(gateway, MANUAL, Ending.FAILED) == message
    assert status(gateway, message) == "queued"
    assert leased(gateway, MANUAL, Ending.ACKNOWLEDGED) == message
    assert status(gateway, message) == "delivered"


def test_what_expired_waits_as_long_again(gateway: Gateway, provider: Caller, clock: Clock) -> None:
    """The days that were agreed begin anew."""
    message = accepted(gateway, provider, heenbericht("JW305", municipality=IMPATIENT)).message.id
    clock.forward(days=8)
    gateway.upkeep.round()
    assert status(gateway, message) == "expired"
    replayed(gateway, statuses=("expired",))
    clock.forward(days=6)
    gateway.upkeep.round()
    assert status(gateway, message) == "queued"
    clock.forward(days=1)
    gateway.upkeep.round()
    assert status(gateway, message) == "expired"


def test_what_was_delivered_is_taken_by_name_alone(gateway: Gateway, provider: Caller) -> None:
    """A filter never takes it; named, it is delivered once more, and whoever gets it sees that."""
    message = accepted(gateway, provider, heenbericht("JW305")).message.id
    leased(gateway, PLAIN, Ending.ACKNOWLEDGED)
    for wanted in ({"statuses": ("delivered",)}, {"recipients": (PLAIN,)}, {"types": ("JW305",)}):
        assert replayed(gateway, **wanted).total == 0
    assert replayed(gateway, ids=(message,)).outcomes == {"redelivered": 1}
    assert timeline(gateway, message)[-1] == "redelivered"
    caller = caller_for(gateway, PLAIN)
    (given,) = gateway.services.queueing.lease(PLAIN, caller, limit=1, seconds=60, types=[])
    assert (given.message.id, given.message.redeliveries) == (message, 1)


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


def test_a_dry_run_changes_nothing(gateway: Gateway, provider: Caller) -> None:
    """It counts by status, and shows the oldest."""
    made = [dead_letter(gateway, provider, str(number)) for number in range(3)]
    found = gateway.services.replaying.dry_run(ReplayFilter(recipients=(MANUAL,)))
    assert (found.count, found.statuses) == (3, {"failed": 3})
    assert [preview.message.id for preview in found.sample] == made
    assert {status(gateway, message) for message in made} == {"failed"}
    assert gateway.services.replaying.listed(limit=9, after=None) == ([], None)


def test_filters(gateway: Gateway, provider: Caller, clock: Clock) -> None:
    """All conditions hold together."""
    first = dead_letter(gateway, provider, "1")
    clock.forward(hours=1)
    second = dead_letter(gateway, provider, "2")

    def taken(**wanted: Any) -> list[UUID]:
        return [one.message.id for one in gateway.services.replaying.dry_run(ReplayFilter(**wanted)).sample]

    half = clock.now - timedelta(minutes=30)
    assert taken(since=half) == [second]
    assert taken(until=half) == [first]
    assert taken(ids=(second, new_id())) == [second]
    assert taken(ids=(second,), statuses=("rejected",)) == []
    assert taken(senders=(PROVIDER,), recipients=(MANUAL,), types=("JW305",)) == [first, second]
    assert taken(senders=(MANUAL,)) == []
    assert taken(types=("JW307",)) == []


def test_a_message_is_in_one_replay_at_a_time(gateway: Gateway, provider: Caller) -> None:
    """What a replay still has to do, no other takes; afterwards it may be taken again."""
    message = dead_letter(gateway, provider)
    wanted = ReplayFilter(ids=(message,))
    first, second = (gateway.services.replaying.start(wanted, ANNA) for _ in range(2))
    assert (first.total, second.total) == (1, 0)
    gateway.services.replaying.round()
    assert timeline(gateway, message).count("replayed") == 1
    leased(gateway, MANUAL, Ending.ACKNOWLEDGED)
    assert replayed(gateway, ids=(message,)).outcomes == {"redelivered": 1}


def test_what_changed_meanwhile_is_left_alone(gateway: Gateway, provider: Caller) -> None:
    """A message that somebody took care of after the replay was asked for is skipped."""
    message = dead_letter(gateway, provider)
    made = gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), ANNA)
    with gateway.database.write() as connection:
        connection.execute(tables.message.update().values(status="handled"))
    gateway.services.replaying.round()
    row = gateway.services.replaying.get(made.id)
    assert row is not None
    assert outcomes(gateway, row) == {message: ("skipped", {"status": "handled"})}


def test_several_workers_take_no_message_twice(gateway: Gateway, provider: Caller) -> None:
    """Each message is put back once, however many do the replay at the same time."""
    made = [dead_letter(gateway, provider, str(number)) for number in range(8)]
    row = gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), ANNA)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: list(gateway.services.replaying.steps(row.id)), range(4)))
    assert [timeline(gateway, message).count("replayed") for message in made] == [1] * 8
    finished = gateway.services.replaying.get(row.id)
    assert finished is not None
    assert (finished.state, finished.outcomes) == ("finished", {"queued": 8})
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.REPLAY_FINISHED,)), limit=9, before=None)
    assert len(found) == 1


def test_a_pause(gateway: Gateway, provider: Caller) -> None:
    """A paused replay does nothing until it goes on; one that is finished stays finished."""
    service = gateway.services.replaying
    made = [dead_letter(gateway, provider, str(number)) for number in range(3)]
    row = service.start(ReplayFilter(statuses=("failed",)), ANNA)
    steps = service.steps(row.id)
    next(steps)
    paused = service.pause(row.id, ANNA, paused=True)
    assert paused is not None
    assert (paused.state, paused.done) == ("paused", 1)
    assert list(steps) == []
    assert service.round() == 0
    assert [status(gateway, message) for message in made] == ["queued", "failed", "failed"]
    resumed = service.pause(row.id, ANNA, paused=False)
    assert resumed is not None
    assert resumed.state == "running"
    assert service.round() == 2
    finished = service.pause(row.id, ANNA, paused=True)
    assert finished is not None
    assert finished.state == "finished"
    assert service.pause(new_id(), ANNA, paused=True) is None
    entries, _ = gateway.services.audit.listed(TrailFilter(), limit=4, before=None)
    assert [entry.kind for entry in entries] == ["replay-finished", "replay-resumed", "replay-paused", "replay-started"]


def test_a_crash(gateway: Gateway, provider: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is put back and counted together or not at all; the next worker goes on."""
    made = [dead_letter(gateway, provider, str(number)) for number in range(3)]
    row = gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), ANNA)
    steps = gateway.services.replaying.steps(row.id)
    next(steps)
    with monkeypatch.context() as patched:

        def away(*_: Any, **__: Any) -> None:
            raise DatabaseUnavailableError

        patched.setattr(replays, "end_item", away)
        with pytest.raises(DatabaseUnavailableError):
            next(steps)
    assert [timeline(gateway, message).count("replayed") for message in made] == [1, 0, 0]
    assert gateway.services.replaying.round() == 2
    assert [timeline(gateway, message).count("replayed") for message in made] == [1, 1, 1]


def test_the_worker_does_a_part_at_a_time(gateway: Gateway, provider: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long replay holds up nothing else."""
    monkeypatch.setattr(replaying, "_MESSAGES_A_ROUND", 2)
    for number in range(3):
        dead_letter(gateway, provider, str(number))
    gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), ANNA)
    assert [gateway.services.replaying.round() for _ in range(3)] == [2, 1, 0]
    assert isinstance(gateway.services.replaying, Replaying)


def test_dead_letters_by_cause(gateway: Gateway, provider: Caller) -> None:
    """They are together by recipient and by what stood in the way; numbers in a reason make no cause of its own."""
    ids = [
        dead_letter(gateway, provider, str(number), reason)
        for number, reason in enumerate(["regel 12 is vol", "regel 7 is vol", "weg"])
    ]
    full, gone = gateway.services.dead_letters.grouped()
    assert (full.cause, full.recipient, full.count, full.message_ids) == ("regel # is vol", MANUAL, 2, tuple(ids[:2]))
    assert (gone.cause, gone.count) == ("weg", 1)
    assert gateway.services.dead_letters.grouped([PLAIN]) == []
    replayed(gateway, ids=tuple(ids))
    assert gateway.services.dead_letters.grouped([MANUAL]) == []


def test_a_replay_of_one_cause(gateway: Gateway, provider: Caller) -> None:
    """The dead letters of one cause are tried again by its id, and those of another are left."""
    reasons = ("schijf 1 vol", "schijf 22 vol", "weg")
    full, also_full, gone = (dead_letter(gateway, provider, str(n), reason) for n, reason in enumerate(reasons))
    group = gateway.services.dead_letters.grouped()[0]
    assert (group.cause, group.cause_id, group.message_ids) == ("schijf # vol", "6966c60d", (full, also_full))
    wanted = ReplayFilter(causes=(group.cause_id,))
    assert gateway.services.replaying.dry_run(wanted).statuses == {"failed": 2}
    assert set(outcomes(gateway, replayed(gateway, causes=(group.cause_id,)))) == {full, also_full}
    assert status(gateway, gone) == "failed"
    assert gateway.services.replaying.dry_run(wanted).count == 0


def test_what_is_for_the_back_office_alone(gateway: Gateway, provider: Caller) -> None:
    """A message with an opt-out is counted and replayed as any other, and shown to nobody else."""
    candidate = gateway.services.intake.prepare(Document(post_of("JW315")), provider, opt_out=True)
    assert isinstance(candidate, Candidate)
    (result,) = gateway.services.intake.settle([candidate])
    assert isinstance(result, Accepted)
    for _ in range(5):
        leased(gateway, PLAIN, Ending.FAILED)
    (group,) = gateway.services.dead_letters.grouped()
    assert (group.count, group.message_ids) == (1, ())
    found = gateway.services.replaying.dry_run(ReplayFilter(statuses=("failed",)))
    assert (found.count, found.sample) == (1, ())
    row = replayed(gateway, statuses=("failed",))
    assert row.outcomes == {"queued": 1}
    assert outcomes(gateway, row) == {}
    reasoned = replace(admin_of(gateway), reason="klacht 12")
    found_with_reason, _ = gateway.services.replaying.items(row.id, reasoned, limit=9, after=None)
    assert [item.message_id for item in found_with_reason] == [result.message.id]
    assert len(gateway.services.audit.listed(TrailFilter(kinds=(Act.OPT_OUT_SEEN,)), limit=9, before=None)[0]) == 1


def test_a_refusal_keeps_its_opt_out(gateway: Gateway, provider: Caller, breaking: list[Finding]) -> None:
    """Judged again, a message stays for the back-office alone."""
    candidate = gateway.services.intake.prepare(Document(post_of("JW315")), provider, opt_out=True)
    assert isinstance(candidate, Candidate)
    gateway.services.intake.settle([candidate])
    breaking.clear()
    assert replayed(gateway, statuses=("rejected",)).outcomes == {"queued": 1}
    (waiting,) = gateway.services.queueing.waiting(PLAIN, limit=9, types=[])
    assert waiting.opt_out
