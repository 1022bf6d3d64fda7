"""Providers and municipalities at random, held against a model that is too simple to be wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.composition import Gateway
from gateway.ijw.bericht import Bericht
from tests.berichten import PROVIDER
from tests.gateways import PLAIN, _empty, accepted, caller_for
from tests.services.books import allocations, requests
from tests.verloop import (
    EINDE,
    INGANG,
    NUMMER,
    aanvraag,
    antwoord,
    product,
    start,
    stop,
    stop_product,
    toewijzing,
    weigering,
)

LAST = EINDE + timedelta(days=200)
STEPS = (
    "start",
    "interrupt",
    "stop",
    "undo",
    "prolong",
    "withdraw",
    "remove",
    "refuse",
    "investigate",
    "reject",
    "honour",
)


@dataclass(frozen=True)
class State:
    """What the model knows: the deliveries one after the other, the allocation's end, and the answer to the request."""

    course: tuple[tuple[str, date, date], ...] = ()
    end: date = EINDE
    holds: str = "current"
    request: str = "open"

    @property
    def allocation(self) -> str:
        """Give the state of the allocation."""
        if self.holds != "current":
            return self.holds
        return self.course[-1][0] if self.course else "allocated"


@dataclass
class Play:
    """A play of two parties that do nothing that is not allowed; each step is a few days after the one before."""

    state: State = State()
    before: State | None = None
    sent: list[Bericht] = field(default_factory=list)
    answers: list[tuple[Bericht, Bericht]] = field(default_factory=list)
    day: date = INGANG + timedelta(days=1)

    def step(self, name: str) -> None:
        """Take a step, if it is allowed."""
        self.day += timedelta(days=3)
        mark = f"M{len(self.sent)}"
        made: tuple[Bericht, State] | None = getattr(self, name)(mark)
        if made is not None:
            self.before, self.state = self.state, made[1]
            self.sent.append(made[0])

    def start(self, mark: str) -> tuple[Bericht, State] | None:
        """Begin, or begin again."""
        if self.state.course and self.state.course[-1][0] == "started":
            return None
        course = (*self.state.course, ("started", self.day, self.day))
        return start(mark, self.day), replace(self.state, course=course)

    def interrupt(self, mark: str) -> tuple[Bericht, State] | None:
        """Stop for a while."""
        return self._stop(mark, "20", "interrupted", ("started",))

    def stop(self, mark: str) -> tuple[Bericht, State] | None:
        """Stop for good."""
        return self._stop(mark, "31", "stopped", ("started", "interrupted"))

    def _stop(self, mark: str, reden: str, then: str, allowed: tuple[str, ...]) -> tuple[Bericht, State] | None:
        if not self.state.course or self.state.course[-1][0] not in allowed:
            return None
        begin = self.state.course[-1][1]
        course = (*self.state.course, (then, begin, self.day))
        message = stop(mark, stop_product(self.day, reden, begin=begin), day=self.day)
        return message, replace(self.state, course=course)

    def undo(self, mark: str) -> tuple[Bericht, State] | None:
        """Remove what was delivered last."""
        if not self.state.course:
            return None
        kind, begin, end = self.state.course[-1]
        after = replace(self.state, course=self.state.course[:-1])
        if kind == "started":
            return start(mark, begin, day=self.day, status="3"), after
        reden = "20" if kind == "interrupted" else "31"
        return stop(mark, stop_product(end, reden, begin=begin, status="3"), day=self.day), after

    def _version(self, mark: str, **changes: Any) -> Bericht:
        return toewijzing(mark, product(settled=self.day, **changes), day=self.day)

    def prolong(self, mark: str) -> tuple[Bericht, State] | None:
        """Put off the end."""
        if self.state.holds == "removed" or self.state.end >= LAST:
            return None
        end = LAST if self.state.end >= EINDE else EINDE
        after = replace(self.state, end=end, holds="current")
        return self._version(mark, einddatum=end, reden_wijziging="04"), after

    def withdraw(self, mark: str) -> tuple[Bericht, State] | None:
        """Bring the end forward to today."""
        if self.state.holds != "current" or self.day >= self.state.end:
            return None
        after = replace(self.state, end=self.day, holds="withdrawn")
        return self._version(mark, einddatum=self.day, reden_wijziging="05"), after

    def remove(self, mark: str) -> tuple[Bericht, State] | None:
        """Take the allocation back."""
        if self.state.holds == "removed":
            return None
        after = replace(self.state, end=INGANG, holds="removed")
        return self._version(mark, einddatum=INGANG, reden_wijziging="13"), after

    def _answer(self, message: Bericht, then: str, allowed: tuple[str, ...]) -> tuple[Bericht, State] | None:
        return (message, replace(self.state, request=then)) if self.state.request in allowed else None

    def investigate(self, mark: str) -> tuple[Bericht, State] | None:
        """Look into the request."""
        return self._answer(antwoord(mark, "R1", day=self.day), "underInvestigation", ("open",))

    def reject(self, mark: str) -> tuple[Bericht, State] | None:
        """Refuse the request."""
        return self._answer(antwoord(mark, "R1", "7", day=self.day), "rejected", ("open", "underInvestigation"))

    def honour(self, mark: str) -> tuple[Bericht, State] | None:
        """Allocate another product for the request."""
        other = product(300999, settled=self.day, referentie_aanbieder="R1")
        message = toewijzing(mark, other, day=self.day)
        return self._answer(message, "allocated", ("open", "underInvestigation", "rejected"))

    def refuse(self, mark: str) -> tuple[Bericht, State] | None:
        """Refuse the message of the step before: it is as if it had not been sent."""
        if self.before is None:
            return None
        refused = self.sent[-1]
        self.answers.append(
            (refused, weigering(refused, mark, "/Bericht/Client" if _about(refused) else "/Bericht/Antwoord"))
        )
        self.state, self.before = self.before, None
        return None


def _about(message: Bericht) -> bool:
    return hasattr(message, "client")


def shuffled(play: Play, chance: random.Random) -> list[Bericht]:
    """Put all messages in another order, each answer somewhere after what it answers."""
    mixed = list(play.sent)
    chance.shuffle(mixed)
    for heen, answer in play.answers:
        mixed.insert(chance.randint(mixed.index(heen) + 1, len(mixed)), answer)
    return mixed


def known(gateway: Gateway) -> tuple[Any, ...]:
    """Give what the gateway makes of it."""
    found, asked = allocations(gateway), requests(gateway)
    allocation, request = found.get(NUMMER), asked.get("R1")
    return (
        allocation and (allocation.state, allocation.latest.einddatum),
        request and request.state,
    )


@pytest.fixture
def play_on(gateway: Gateway) -> Callable[[list[Bericht]], tuple[Any, ...]]:
    """Give what lets a gateway that was emptied take messages."""

    def take(messages: list[Bericht]) -> tuple[Any, ...]:
        _empty(gateway.database)
        gateway.services.parties.add(PROVIDER, "Aanbieder Linde")
        everybody = caller_for(gateway, PROVIDER, PLAIN)
        for message in messages:
            accepted(gateway, everybody, message)
        return known(gateway)

    return take


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(names=st.lists(st.sampled_from(STEPS), max_size=14), seed=st.integers(0, 2**32))
def test_any_play_ends_as_the_model_says(
    gateway: Gateway, play_on: Callable[[list[Bericht]], tuple[Any, ...]], names: list[str], seed: int
) -> None:
    """In the order of the play, in any other, and made anew from the messages."""
    play = Play()
    play.sent += [aanvraag("V1", "R1"), toewijzing("T1")]
    for name in names:
        play.step(name)
    in_order = list(play.sent)
    for heen, answer in play.answers:
        in_order.insert(in_order.index(heen) + 1, answer)
    expected = ((play.state.allocation, play.state.end), play.state.request)
    assert play_on(in_order) == expected
    assert play_on(shuffled(play, random.Random(seed))) == expected
    for _ in gateway.rebuild.run():
        pass
    assert known(gateway) == expected
