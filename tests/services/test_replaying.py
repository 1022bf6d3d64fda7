"""Trying messages once more: which are taken, how a replay runs, and that it is done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.services import replaying
from gateway.services.audit import Act
from gateway.services.caller import Caller
from gateway.services.drafting import Candidate
from gateway.services.queueing import Ending
from gateway.services.replaying import Replaying
from gateway.services.settling import Accepted
from gateway.store import replays, tables
from gateway.store.audit import TrailFilter
from gateway.store.identifiers import new_id
from gateway.store.replays import ReplayFilter
from gateway.wire.document import Document
from tests.berichten import PROVIDER, heenbericht, post_of
from tests.gateways import IMPATIENT, MANUAL, PLAIN, Clock, accepted, admin_of, caller_for
from tests.services.replays import ANNA, dead_letter, leased, outcomes, replayed, status, timeline


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give the caller of the provider."""
    return caller_for(gateway, PROVIDER)


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
