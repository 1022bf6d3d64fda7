"""A provider reports without software of its own, up to a whole exchange in which nobody has any."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.exchange.deadlines import Kind
from gateway.exchange.refusal import Refusal
from gateway.services.caller import Caller
from gateway.services.clock import dutch_day
from gateway.services.own_messages import NotTheirs
from gateway.services.settling import Accepted
from gateway.store.deadlines import DeadlineFilter
from gateway.store.requests import request_id
from tests.berichten import OTHER_PROVIDER, PROVIDER
from tests.gateways import STRICT, Clock, admin_of, allocation_of, caller_for
from tests.services.own_exchange import CLIENT, allocated, ask, day, decide, report, said, sent


def test_the_same_report_sends_once(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """A start, a stop and a request for change that are repeated are the message that there is."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    reports: list[tuple[str, dict[str, Any]]] = [
        ("start", {"begindatum": day(clock)}),
        ("change", {"redenVerzoek": "1", "einddatum": day(clock, 99), "gewensteIngangsdatum": day(clock, 2)}),
        ("stop", {"einddatum": day(clock), "redenBeeindiging": "31"}),
    ]
    for kind, told in reports:
        first = sent(report(gateway, aanbieder, own, kind, **told))
        clock.forward(seconds=1)
        again = report(gateway, aanbieder, own, kind, **told)
        assert isinstance(again, Accepted)
        assert (again.new, again.message.id) == (False, first.id)


def test_a_start_that_was_removed_is_reported_anew(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """With status 3 a report is taken back; after that the same one is a new one."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    begindatum = day(clock)
    first = sent(report(gateway, aanbieder, own, "start", begindatum=begindatum))
    sent(report(gateway, aanbieder, own, "start", begindatum=begindatum, statusAanlevering="3"))
    second = sent(report(gateway, aanbieder, own, "start", begindatum=begindatum))
    assert first.id != second.id


def test_a_stop_has_the_key_of_its_start(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """The provider told in the start what it delivers; the stop, and what removes the start, say the same (TR382)."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    begindatum = day(clock)
    for removed in (True, False):
        sent(report(gateway, aanbieder, own, "start", begindatum=begindatum, product={"code": None}))
        if removed:
            sent(report(gateway, aanbieder, own, "start", begindatum=begindatum, statusAanlevering="3"))
    row = sent(report(gateway, aanbieder, own, "stop", einddatum=begindatum, redenBeeindiging="31"))
    (made,) = said(gateway, row)["client"]["stopProducten"]
    assert made["product"] == {"categorie": "45"}


def test_a_report_against_the_rules(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """What breaks a rule inside the message is not sent; what contradicts the history goes the way of any message."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    refusal = report(gateway, aanbieder, own, "start", begindatum="gisteren")
    assert isinstance(refusal, Refusal)
    assert {finding.path for finding in refusal.findings} == {"/Bericht/Client/StartProducten/StartProduct/Begindatum"}
    without = report(gateway, aanbieder, own, "stop", einddatum=day(clock), redenBeeindiging="31")
    assert isinstance(without, Refusal)
    assert "begindatum" in without.findings[0].message.lower()


def test_who_may_report(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """The provider of the allocation alone."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    assert isinstance(report(gateway, admin_of(gateway), own, "start", begindatum=day(clock)), NotTheirs)
    assert report(gateway, gemeente, own, "start", begindatum=day(clock)) is None
    assert report(gateway, caller_for(gateway, OTHER_PROVIDER), own, "start", begindatum=day(clock)) is None
    assert report(gateway, aanbieder, uuid4(), "start", begindatum=day(clock)) is None


def test_a_whole_exchange_without_other_software(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """Asked, looked into, allocated, started, paused, resumed, changed, stopped: each message is right by all rules."""
    today = dutch_day(clock.now)
    request = ask(gateway, aanbieder, clock)
    sent(decide(gateway, gemeente, request, "underInvestigation"))
    producten = [{"ingangsdatum": today.isoformat(), "einddatum": (today + timedelta(days=90)).isoformat()}]
    granted = sent(decide(gateway, gemeente, request, "allocated", client=CLIENT, producten=producten))
    (product,) = said(gateway, granted)["client"]["toegewezenProducten"]
    own = allocation_of(gateway, STRICT, product["toewijzingNummer"])
    started = sent(report(gateway, aanbieder, own, "start", begindatum=today.isoformat()))
    client = said(gateway, started)["client"]
    assert (started.type, started.sender, started.recipient) == ("JW305", PROVIDER, STRICT)
    assert client["startProducten"] == [
        {
            "toewijzingNummer": product["toewijzingNummer"],
            "product": product["product"],
            "toewijzingIngangsdatum": product["ingangsdatum"],
            "begindatum": today.isoformat(),
            "statusAanlevering": "1",
        }
    ]
    assert set(client["naam"]) == {"geslachtsnaam", "voornamen", "voorletters"}
    clock.forward(days=10)
    paused = sent(report(gateway, aanbieder, own, "stop", einddatum=day(clock, -1), redenBeeindiging="20"))
    assert said(gateway, paused)["client"]["stopProducten"][0]["begindatum"] == today.isoformat()
    clock.forward(days=10)
    sent(report(gateway, aanbieder, own, "start", begindatum=day(clock)))
    changed = sent(
        report(
            gateway,
            aanbieder,
            own,
            "change",
            redenVerzoek="1",
            einddatum=(today + timedelta(days=120)).isoformat(),
            gewensteIngangsdatum=day(clock, 1),
        )
    )
    verzoek = said(gateway, changed)["client"]["verzoek"]
    assert verzoek["teWijzigenProducten"][0]["omvang"] == product["omvang"]
    prolonged = sent(
        decide(
            gateway,
            gemeente,
            request_id(RequestKey(PROVIDER, STRICT, verzoek["referentieAanbieder"])),
            "allocated",
        )
    )
    (longer,) = said(gateway, prolonged)["client"]["toegewezenProducten"]
    assert longer["toewijzingNummer"] == product["toewijzingNummer"]
    assert (longer["einddatum"], longer["redenWijziging"]) == ((today + timedelta(days=120)).isoformat(), "12")
    assert longer["referentieAanbieder"] == verzoek["referentieAanbieder"]
    clock.forward(days=30)
    stopped = sent(report(gateway, aanbieder, own, "stop", einddatum=day(clock), redenBeeindiging="31"))
    assert stopped.type == "JW307"
    rows, _ = gateway.services.deadlines.listed(DeadlineFilter(), limit=50)
    assert {row.kind for row in rows if row.state.value == "open"} <= {Kind.RETOUR}
