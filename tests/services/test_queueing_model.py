"""The queues held against a model that is too simple to be wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from gateway.services.queueing import Ending
from gateway.store.messages import MessageFilter
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import IMPATIENT, MANUAL, Clock, accepted, caller_for, open_gateway

# One whose messages expire after a week, with five attempts; one with two attempts, whose messages never expire.
PARTIES = {IMPATIENT: (5, timedelta(days=7)), MANUAL: (2, timedelta(days=99_999))}
TYPES = ("JW305", "JW307")
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Held:
    """What the model knows of a message."""

    id: UUID
    party: str
    type: str
    received: datetime
    state: str = "waiting"
    lease: UUID | None = None
    until: datetime = FOREVER
    failures: int = 0

    def moments(self) -> list[datetime]:
        """Give the moments at which something of it ends."""
        both = (self.until, self.received + PARTIES[self.party][1])
        return [moment for moment in both if self.state == "waiting" and moment < self.received + timedelta(days=99)]

    def is_overdue(self, now: datetime) -> bool:
        """Say whether it has waited too long."""
        return now >= self.received + PARTIES[self.party][1]

    def is_free(self, now: datetime) -> bool:
        """Say whether nobody holds it."""
        return self.state == "waiting" and (self.lease is None or self.until <= now)


@dataclass
class Model:
    """All messages, oldest first, and how each lease was ended."""

    messages: list[Held] = field(default_factory=list)
    endings: dict[UUID, Ending] = field(default_factory=dict)

    def waiting(self, party: str, types: tuple[str, ...], now: datetime) -> list[Held]:
        """Give what waits for a party."""
        return [
            one
            for one in self.messages
            if one.party == party and (not types or one.type in types) and one.is_free(now) and not one.is_overdue(now)
        ]

    def end(self, lease: UUID, ending: Ending) -> str:
        """End a lease; says what the holder is to hear."""
        if lease in self.endings:
            return "done" if self.endings[lease] is ending else "gone"
        held = next((one for one in self.messages if one.lease == lease), None)
        in_time = held is not None and (held.state == "waiting" or ending is Ending.ACKNOWLEDGED)
        if held is None or not in_time or held.state in {"delivered", "failed"}:
            return "gone"
        self.endings[lease] = ending
        if ending is Ending.ACKNOWLEDGED:
            held.state = "delivered"
            return "done"
        held.lease = None
        if ending is Ending.FAILED:
            held.failures += 1
            held.state = "failed" if held.failures >= PARTIES[held.party][0] else "waiting"
        return "done"


class QueueMachine(RuleBasedStateMachine):
    """Posts, polls and lets time pass, and compares after every step."""

    leases = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.clock = Clock()
        self.gateway = open_gateway(Path(self._folder.name), clock=self.clock)
        self.provider = caller_for(self.gateway, PROVIDER)
        self.pollers = {party: caller_for(self.gateway, party) for party in PARTIES}
        self.model = Model()
        self.numbers = count()

    def teardown(self) -> None:
        """Let go of the database."""
        self.gateway.close()
        self._folder.cleanup()

    @initialize(names=st.lists(st.sampled_from(TYPES), min_size=4, max_size=8))
    def fill(self, names: list[str]) -> None:
        """Begin with something in the queues."""
        for place, name in enumerate(names):
            self.post(list(PARTIES)[place % 2], name)

    @rule(party=st.sampled_from(list(PARTIES)), name=st.sampled_from(TYPES))
    def post(self, party: str, name: str) -> None:
        """Post a message."""
        bericht = heenbericht(name, str(next(self.numbers)), municipality=party)
        row = accepted(self.gateway, self.provider, bericht).message
        self.model.messages.append(Held(row.id, party, name, self.clock.now))

    @precondition(lambda self: any(one.is_free(self.clock.now) for one in self.model.messages))
    @rule(
        target=leases,
        party=st.sampled_from(list(PARTIES)),
        limit=st.integers(1, 3),
        seconds=st.sampled_from([1, 60]),
        types=st.sampled_from([(), (), ("JW305",), TYPES]),
    )
    def lease(self, party: str, limit: int, seconds: int, types: tuple[str, ...]) -> MultipleResults[tuple[str, UUID]]:
        """Lease what waits: the oldest, and no others."""
        given = self.gateway.services.queueing.lease(
            party, self.pollers[party], limit=limit, seconds=seconds, types=list(types)
        )
        expected = self.model.waiting(party, types, self.clock.now)[:limit]
        assert [one.message.id for one in given] == [held.id for held in expected]
        assert [one.lease.attempt for one in given] == [held.failures + 1 for held in expected]
        for one, held in zip(given, expected, strict=True):
            held.lease, held.until = one.lease.id, self.clock.now + timedelta(seconds=seconds)
        return multiple(*((party, one.lease.id) for one in given))

    @rule(given=leases, ending=st.sampled_from(Ending))
    def end(self, given: tuple[str, UUID], ending: Ending) -> None:
        """End a lease, old or new, perhaps for the second time; nobody ends another party's."""
        party, lease = given
        (other,) = set(PARTIES) - {party}
        end = self.gateway.services.queueing.end
        assert end(lease, self.pollers[other], ending, "van mij") is None
        assert end(lease, self.pollers[party], ending, "kapot") == self.model.end(lease, ending)

    @rule(just=st.booleans(), seconds=st.sampled_from([1, 60, 4 * 86_400]), worker=st.booleans())
    def wait(self, just: bool, seconds: float, worker: bool) -> None:
        """Let time pass, perhaps just until something ends.

        A worker's round writes down what time has done, and changes nothing else.
        """
        moments = [moment for held in self.model.messages for moment in held.moments() if moment > self.clock.now]
        self.clock.now = min(moments) if just and moments else self.clock.now + timedelta(seconds=seconds)
        if worker:
            self.gateway.upkeep.round()
            for held in self.model.messages:
                if held.is_free(self.clock.now) and held.is_overdue(self.clock.now):
                    held.state = "expired"

    @invariant()
    def every_queue_is_as_the_model_says(self) -> None:
        """What waits for each party, in order, and no message in two hands."""
        for party in PARTIES:
            found = self.gateway.services.queueing.waiting(party, limit=100, types=[])
            assert [row.id for row in found] == [one.id for one in self.model.waiting(party, (), self.clock.now)]
            assert {row.status for row in found} <= {"queued"}

    @invariant()
    def every_status_is_as_the_model_says(self) -> None:
        """What everyone sees of each message."""
        found, _ = self.gateway.services.inquiry.search(MessageFilter(), self.provider, limit=100, after=None)
        told = {row.id: (row.status, row.failures) for row in found}
        now = self.clock.now
        for held in self.model.messages:
            waits = "queued" if held.is_free(now) else "leased"
            assert told[held.id] == (waits if held.state == "waiting" else held.state, held.failures)


# A failure is shown as it was found: making it smaller would take minutes, and the steps tell enough.
QueueMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=40, phases=[Phase.reuse, Phase.generate])
test_the_queues_behave_as_the_model = QueueMachine.TestCase
