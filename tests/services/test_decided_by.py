"""Who decided on a request or ended a case, as the audit trail tells it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.exchange.manual_case import CaseOutcome
from gateway.exchange.refusal import Refusal
from gateway.services.audit import Act
from gateway.services.caller import Caller
from gateway.services.manual_cases import NotResolved, Resolution
from gateway.services.own_messages import Otherwise
from gateway.store import audit
from gateway.store.audit import EntryRow, TrailFilter
from gateway.store.retention import remove_content
from tests.berichten import BSN, PROVIDER
from tests.gateways import MANUAL, STRICT, Clock, admin_of, caller_for
from tests.services.own_exchange import CLIENT, ask, decide, request_row, sent
from tests.services.test_manual_cases import HANDLED, case_of, opened


def entries(gateway: Gateway, act: Act) -> list[EntryRow]:
    """Give the entries of a kind, oldest first."""
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=(act.value,)), limit=99, before=None)
    return found[::-1]


@pytest.mark.parametrize(
    ("outcome", "fields"),
    [("underInvestigation", {}), ("rejected", {"reden": "2"}), ("allocated", {"client": CLIENT})],
)
def test_a_decision_stands_in_the_trail(gateway: Gateway, clock: Clock, outcome: str, fields: dict[str, Any]) -> None:
    """Who decided what, on which message and by which; the same decision once more changes nothing."""
    gemeente = caller_for(gateway, STRICT)
    request = ask(gateway, caller_for(gateway, PROVIDER), clock)
    answer = sent(decide(gateway, gemeente, request, outcome, **fields))
    decide(gateway, gemeente, request, outcome, **fields)
    (entry,) = entries(gateway, Act.REQUEST_DECIDED)
    assert (entry.actor, dict(entry.detail)) == (gemeente.actor, {"outcome": outcome})
    assert set(entry.messages) == {str(request_row(gateway, request).first_message), str(answer.id)}
    assert BSN not in repr(entry)


def test_by_a_person(gateway: Gateway, clock: Clock) -> None:
    """A person who speaks for the municipality is named as such, and not as a token."""
    request = ask(gateway, caller_for(gateway, PROVIDER), clock)
    person = replace(caller_for(gateway, STRICT), person="anne")
    sent(decide(gateway, person, request, "underInvestigation"))
    assert [entry.actor for entry in entries(gateway, Act.REQUEST_DECIDED)] == ["person:anne"]


def test_what_was_not_decided(gateway: Gateway, clock: Clock) -> None:
    """A decision that is refused, that comes too late or that is not the caller's leaves no entry."""
    gemeente = caller_for(gateway, STRICT)
    request = ask(gateway, caller_for(gateway, PROVIDER), clock)
    decide(gateway, gemeente, request, "rejected", reden="8")
    decide(gateway, admin_of(gateway), request, "underInvestigation")
    assert entries(gateway, Act.REQUEST_DECIDED) == []
    sent(decide(gateway, gemeente, request, "rejected", reden="2"))
    assert isinstance(decide(gateway, gemeente, request, "underInvestigation"), Otherwise)
    assert len(entries(gateway, Act.REQUEST_DECIDED)) == 1


def test_no_decision_without_its_entry(gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the trail cannot be written, the decision is not sent either."""
    gemeente = caller_for(gateway, STRICT)
    request = ask(gateway, caller_for(gateway, PROVIDER), clock)

    def full(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(audit, "append", full)
        with pytest.raises(OSError, match="disk full"):
            decide(gateway, gemeente, request, "underInvestigation")
    assert request_row(gateway, request).state == "open"


def test_when_the_content_is_gone(gateway: Gateway, clock: Clock) -> None:
    """What was asked cannot be granted any more when nobody knows what it was; it can be rejected still."""
    gemeente = caller_for(gateway, STRICT)
    request = ask(gateway, caller_for(gateway, PROVIDER), clock)
    with gateway.database.write() as connection:
        remove_content(connection, [request_row(gateway, request).first_message], clock.now)
    refusal = decide(gateway, gemeente, request, "allocated", client=CLIENT)
    assert isinstance(refusal, Refusal)
    assert "niet (meer)" in refusal.findings[0].message
    sent(decide(gateway, gemeente, request, "rejected", reden="2"))


@pytest.mark.parametrize("by", ["municipality", "administrator"])
@pytest.mark.parametrize("resolution", [HANDLED, Resolution(outcome=CaseOutcome.REJECTED, note="", reden="2")])
def test_who_ended_a_case(gateway: Gateway, by: str, resolution: Resolution) -> None:
    """Whoever ends a case by hand stands in the trail, once, whether by the API or at the console."""
    caller: Caller = admin_of(gateway) if by == "administrator" else caller_for(gateway, MANUAL)
    message = opened(gateway)
    own = case_of(gateway, message).row.id
    for _ in range(2):
        gateway.services.manual_cases.resolve(own, caller, resolution)
    (entry,) = entries(gateway, Act.CASE_CLOSED)
    assert (entry.actor, dict(entry.detail)) == (caller.actor, {"outcome": resolution.outcome.value})
    assert entry.messages == (str(message.id),)


def test_a_case_that_stays_open(gateway: Gateway) -> None:
    """A rejection that would be wrong ends nothing, and leaves no entry."""
    own = case_of(gateway, opened(gateway)).row.id
    wrong = Resolution(outcome=CaseOutcome.REJECTED, note="", reden="8")
    assert isinstance(gateway.services.manual_cases.resolve(own, caller_for(gateway, MANUAL), wrong), NotResolved)
    assert entries(gateway, Act.CASE_CLOSED) == []
