"""What is due by the messages that are taken, in the transaction that takes them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.composition import Gateway
from gateway.exchange.deadlines import Kind, State
from gateway.exchange.werkdagen import werkdagen_later
from gateway.services.caller import Caller
from gateway.services.clock import dutch_day, end_of
from gateway.services.feestdagen import Feestdagen
from gateway.services.upkeep import Upkeep
from gateway.store.deadlines import DeadlineFilter, DeadlineRow
from tests.berichten import HEENBERICHTEN, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht, xml
from tests.gateways import (
    ANSWERING,
    LENIENT,
    MANUAL,
    PLAIN,
    RETURNING,
    UNROUTED,
    Clock,
    accepted,
    admin_of,
    caller_for,
    post,
)

ANSWERS = (Kind.RETOUR, Kind.DECLARATION)


@pytest.fixture
def everybody(gateway: Gateway) -> Caller:
    """Give somebody who may act for all."""
    return caller_for(gateway, PROVIDER, OTHER_PROVIDER, PLAIN, ANSWERING, RETURNING, MANUAL, LENIENT, UNROUTED)


def found(gateway: Gateway, *kinds: Kind) -> list[DeadlineRow]:
    """Give the deadlines of some kinds, those that were opened last first."""
    rows, _ = gateway.services.deadlines.listed(DeadlineFilter(kinds=kinds), limit=50)
    return rows


def last_moment(now: datetime, days: int) -> datetime:
    """Give the end of a term of working days."""
    return end_of(werkdagen_later(dutch_day(now), days, Feestdagen()))


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_an_answer_is_due_and_met(gateway: Gateway, everybody: Caller, clock: Clock, name: str) -> None:
    """A message opens the deadline of its answer, and the answer meets it."""
    heen = accepted(gateway, everybody, heenbericht(name)).message
    (opened,) = found(gateway, *ANSWERS)
    declared = name == "JW323"
    assert (opened.kind, opened.rule) == ((Kind.DECLARATION, "OP090x4") if declared else (Kind.RETOUR, "OP090"))
    assert (opened.message_id, opened.subject, opened.owner) == (heen.id, str(heen.id), heen.recipient)
    assert {opened.municipality, opened.provider} == {heen.sender, heen.recipient}
    assert opened.due_at == last_moment(clock.now, 10 if declared else 3)
    assert opened.state is State.OPEN
    clock.forward(days=1)
    answer = accepted(gateway, everybody, answer_to(heenbericht(name))).message
    (met,) = found(gateway, *ANSWERS)
    assert (met.id, met.state, met.due_at) == (opened.id, State.MET, opened.due_at)
    assert (met.closed_by, met.closed_at) == (answer.id, clock.now)


@pytest.mark.parametrize(
    ("name", "municipality", "expected"),
    [
        ("JW305", ANSWERING, 0),
        ("JW323", ANSWERING, 0),
        ("JW305", RETURNING, 0),
        ("JW323", RETURNING, 1),
        ("JW317", MANUAL, 0),
        ("JW315", MANUAL, 1),
        ("JW305", UNROUTED, 1),
    ],
)
def test_no_answer_is_due_that_nobody_has_to_give(
    gateway: Gateway, everybody: Caller, name: str, municipality: str, expected: int
) -> None:
    """What the gateway answers itself is answered, and what people handle is answered outside the exchange."""
    accepted(gateway, everybody, heenbericht(name, municipality=municipality))
    assert len(found(gateway, *ANSWERS)) == expected


def test_a_rejected_message_opens_nothing(gateway: Gateway, everybody: Caller) -> None:
    """Whoever breaks a rule is answered at once."""
    wrong = xml(heenbericht("JW305")).replace(b"2026-04-03", b"2027-04-03")
    post(gateway, everybody, wrong)
    assert found(gateway) == []


def test_the_same_message_again_opens_nothing_new(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """A repeated post is a day later, and its deadline is not."""
    accepted(gateway, everybody, heenbericht("JW305"))
    before = found(gateway)
    clock.forward(days=1)
    accepted(gateway, everybody, heenbericht("JW305"))
    assert found(gateway) == before


def test_a_round_tells_what_has_passed(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """The timeline of the message says so once, whoever goes round; a late answer meets the deadline all the same."""
    heen = accepted(gateway, everybody, heenbericht("JW305")).message
    (opened,) = found(gateway, Kind.RETOUR)
    clock.now = opened.due_at
    gateway.upkeep.round()
    assert [row.state for row in found(gateway, Kind.RETOUR)] == [State.OPEN]
    clock.forward(seconds=1)
    assert [row.state for row in found(gateway, Kind.RETOUR)] == [State.OVERDUE]
    for worker in (gateway.upkeep, gateway.upkeep, _another(gateway, clock)):
        worker.round()
    detail = gateway.services.inquiry.detail(heen.id, admin_of(gateway))
    assert detail is not None
    told = [event for event in detail.timeline if event.kind == "deadline-overdue" and event.detail["kind"] == "retour"]
    assert [(event.at, event.detail["rule"], event.detail["owner"]) for event in told] == [(clock.now, "OP090", PLAIN)]
    late = accepted(gateway, everybody, answer_to(heenbericht("JW305"))).message
    (met,) = found(gateway, Kind.RETOUR)
    assert (met.state, met.closed_by, met.overdue_at) == (State.MET, late.id, clock.now)


def _another(gateway: Gateway, clock: Clock) -> Upkeep:
    return Upkeep(gateway.database, clock, gateway.upkeep._sending)


def test_who_sees_what_is_due(gateway: Gateway, everybody: Caller) -> None:
    """The two parties concerned, and an administrator; nobody else."""
    accepted(gateway, everybody, heenbericht("JW305"))
    accepted(gateway, everybody, heenbericht("JW305", "2", provider=OTHER_PROVIDER))

    def seen(caller: Caller) -> int:
        rows, _ = gateway.services.deadlines.search(DeadlineFilter(kinds=(Kind.RETOUR,)), caller, limit=50, after=None)
        return len(rows)

    counts = [seen(caller_for(gateway, code)) for code in (PROVIDER, OTHER_PROVIDER, PLAIN, LENIENT)]
    assert (counts, seen(admin_of(gateway))) == ([1, 1, 2, 0], 2)


def test_what_stands_is_a_metric(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """By kind, municipality and state."""
    for number in "123":
        accepted(gateway, everybody, heenbericht("JW305", number))
    accepted(gateway, everybody, answer_to(heenbericht("JW305", "1")))
    clock.forward(days=2)
    accepted(gateway, everybody, heenbericht("JW305", "4", municipality=LENIENT))
    clock.now = last_moment(clock.now - timedelta(days=2), 3) + timedelta(seconds=1)
    text = gateway.services.watch.metrics()[0].decode()
    assert f'ijw_deadlines{{kind="retour",municipality="{PLAIN}",state="overdue"}} 2.0' in text
    assert f'ijw_deadlines{{kind="retour",municipality="{LENIENT}",state="open"}} 1.0' in text
