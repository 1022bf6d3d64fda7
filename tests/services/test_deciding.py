"""A municipality answers requests by decisions alone, without software of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.exchange.refusal import Refusal, Refused
from gateway.ijw.bericht import Bericht
from gateway.ijw.typen import Product
from gateway.ijw.verzoek import JW317
from gateway.services.caller import Caller
from gateway.services.clock import dutch_day
from gateway.services.deciding import Decision, DecisionOutcome
from gateway.services.own_messages import NotTheirs, Otherwise
from gateway.services.settling import Accepted
from gateway.store import following
from gateway.store.requests import request_id
from gateway.wire.document import Document
from gateway.wire.json_form import to_json
from tests.berichten import BSN, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht
from tests.gateways import (
    KEYRING,
    LENIENT,
    PLAIN,
    STRICT,
    Clock,
    accepted,
    admin_of,
    allocation_of,
    caller_for,
    content_of,
)
from tests.services.own_exchange import CLIENT, CONTACT, allocated, ask, day, decide, report, request_row, said, sent
from tests.services.test_due_in_exchange import how, message


def test_looked_into_and_refused(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """Two JW319s, in the name of the municipality, which meet what was due."""
    request = ask(gateway, aanbieder, clock)
    first = sent(decide(gateway, gemeente, request, "underInvestigation"))
    assert (first.type, first.sender, first.recipient) == ("JW319", STRICT, PROVIDER)
    assert said(gateway, first)["antwoord"] == {"referentieAanbieder": "R1", "verzoekAntwoord": "2"}
    assert request_row(gateway, request).state == "underInvestigation"
    second = sent(decide(gateway, gemeente, request, "rejected", reden="8", gemeente="0384"))
    assert said(gateway, second)["antwoord"] == {
        "referentieAanbieder": "R1",
        "verzoekAntwoord": "1",
        "redenAfwijzingVerzoek": "8",
        "woonplaatsbeginsel": {"gemeente": "0384"},
    }
    row = request_row(gateway, request)
    assert (row.state, row.reason, row.other_municipality) == ("rejected", "8", "0384")
    assert how(gateway) == {
        "answer": ("met", first.id),
        "investigation": ("met", second.id),
        "woonplaatsbeginsel": ("met", second.id),
    }


def test_allocated_as_it_was_asked(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """A JW301 with all that the request told; only where the family can be reached had to be said."""
    request = ask(gateway, aanbieder, clock)
    row = sent(decide(gateway, gemeente, request, "allocated", client=CLIENT))
    assert (row.type, row.sender, row.recipient) == ("JW301", STRICT, PROVIDER)
    client = said(gateway, row)["client"]
    asked: Any = to_json(heenbericht("JW315"))["bericht"]["client"]
    assert {name: client[name] for name in ("bsn", "geboortedatum", "geslacht")} == {
        name: asked[name] for name in ("bsn", "geboortedatum", "geslacht")
    }
    assert client["naam"] == {**asked["naam"], "naamGebruik": "1"}
    assert client["contactgegevens"] == [CONTACT]
    (product,) = client["toegewezenProducten"]
    wanted = asked["aangevraagdeProducten"][0]
    assert (product["product"], product["omvang"]) == (wanted["product"], wanted["omvang"])
    assert (product["ingangsdatum"], product["einddatum"]) == (
        wanted["toewijzingIngangsdatum"],
        wanted["toewijzingEinddatum"],
    )
    assert (product["referentieAanbieder"], product["toewijzingsdatum"]) == ("R1", dutch_day(clock.now).isoformat())
    assert request_row(gateway, request).state == "allocated"
    assert isinstance(allocation_of(gateway, STRICT, product["toewijzingNummer"]), UUID)


def test_a_municipality_allocates_otherwise(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """What it says goes before what was asked (IV094): several products, a budget in place of a volume, a number."""
    request = ask(gateway, aanbieder, clock)
    producten = [
        {"einddatum": "2026-10-31", "toewijzingNummer": 77},
        {"ingangsdatum": "2026-11-01", "budget": 100000, "product": None},
    ]
    row = sent(decide(gateway, gemeente, request, "allocated", client=CLIENT, producten=producten))
    first, second = said(gateway, row)["client"]["toegewezenProducten"]
    assert (first["toewijzingNummer"], first["einddatum"], "budget" in first) == (77, "2026-10-31", False)
    assert (second["ingangsdatum"], second["budget"], "omvang" in second) == ("2026-11-01", 100000, False)
    assert "product" not in second
    assert first["referentieAanbieder"] == second["referentieAanbieder"] == "R1"


def test_what_else_is_current_is_sent_along(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """A second allocation repeats the first one, as it was and of no request (OP087); the client is known by now."""
    opened = ask(gateway, aanbieder, clock)
    producten: list[Any] = [{"commentaar": "Graag eerst bellen"}]
    first = sent(decide(gateway, gemeente, opened, "allocated", client=CLIENT, producten=producten))
    (before,) = said(gateway, first)["client"]["toegewezenProducten"]
    clock.forward(days=1)
    again = ask(gateway, aanbieder, clock, "2")
    producten = [{"product": {"categorie": "45", "code": "45A05"}}]
    row = sent(decide(gateway, gemeente, again, "allocated", producten=producten))
    client = said(gateway, row)["client"]
    assert client["contactgegevens"] == [CONTACT]
    new, old = client["toegewezenProducten"]
    assert new["referentieAanbieder"] == "R2"
    assert new["toewijzingNummer"] != old["toewijzingNummer"]
    assert old == {name: value for name, value in before.items() if name != "referentieAanbieder"}


def test_the_same_decision_sends_once(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """Whoever repeats a decision gets the message that was made of it; another one is told what was decided."""
    request = ask(gateway, aanbieder, clock)
    decisions: list[tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
        ("underInvestigation", {}, []),
        (
            "allocated",
            {"client": CLIENT, "producten": [{"einddatum": "2026-10-31"}]},
            [
                ("allocated", {"client": CLIENT, "producten": [{"einddatum": "2026-11-30"}]}),
                ("allocated", {"client": {"geslacht": "2"}}),
                ("rejected", {"reden": "7"}),
                ("underInvestigation", {}),
            ],
        ),
    ]
    for outcome, fields, others in decisions:
        first = sent(decide(gateway, gemeente, request, outcome, **fields))
        clock.forward(hours=1)
        again = decide(gateway, gemeente, request, outcome, **fields)
        assert isinstance(again, Accepted)
        assert (again.new, again.message.id) == (False, first.id)
        for other, changed in others:
            assert decide(gateway, gemeente, request, other, **changed) == Otherwise("allocated")


def test_a_rejection_is_the_same_for_the_same_reason(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """Another reason is another decision."""
    request = ask(gateway, aanbieder, clock)
    first = sent(decide(gateway, gemeente, request, "rejected", reden="7"))
    again = decide(gateway, gemeente, request, "rejected", reden="7")
    assert isinstance(again, Accepted)
    assert again.message.id == first.id
    for fields in ({"reden": "4"}, {"reden": "8", "gemeente": "0384"}):
        assert decide(gateway, gemeente, request, "rejected", **fields) == Otherwise("rejected")


def test_simultaneous_decisions_send_once(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """A client that repeats before it hears anything sends nothing twice."""
    request = ask(gateway, aanbieder, clock)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: decide(gateway, gemeente, request, "allocated", client=CLIENT), range(4)))
    ids = {outcome.message.id for outcome in outcomes if isinstance(outcome, Accepted)}
    assert (len(ids), sum(isinstance(one, Accepted) and one.new for one in outcomes)) == (1, 1)
    waiting = gateway.services.queueing.waiting(PROVIDER, limit=10, types=["JW301"])
    assert len(waiting) == 1


def test_a_decision_that_the_provider_refused_is_taken_again(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """A refused JW301 answered nothing: the municipality may decide anew, also in the same way."""
    request = ask(gateway, aanbieder, clock)
    first = sent(decide(gateway, gemeente, request, "allocated", client=CLIENT))
    bericht = gateway.codec.read(Document(content_of(gateway, first.id))).bericht
    assert bericht is not None
    accepted(gateway, aanbieder, _refused(bericht))
    assert request_row(gateway, request).state == "open"
    second = sent(decide(gateway, gemeente, request, "allocated", client=CLIENT))
    assert second.id != first.id


def _refused(bericht: Bericht) -> Bericht:
    answer: Any = answer_to(bericht, "A9")
    refused: Bericht = replace(answer, header=replace(answer.header, retour_codes=("0001",)))
    return refused


@pytest.mark.parametrize(
    ("outcome", "fields", "path"),
    [
        ("rejected", {"reden": "8"}, "/Bericht/Antwoord"),
        ("rejected", {"reden": "99"}, "/Bericht/Antwoord/RedenAfwijzingVerzoek"),
        ("rejected", {"reden": "7", "gemeente": "0384"}, "/Bericht/Antwoord"),
        ("allocated", {}, "/Bericht/Client"),
        ("allocated", {"client": {"contactgegevens": 5}}, "/Bericht/Client/Contactgegevens"),
        ("allocated", {"client": {**CLIENT, "schoenmaat": 41}}, "/Bericht/Client"),
        ("allocated", {"client": {**CLIENT, "bsn": "999900018"}}, "/Bericht/Client/Bsn"),
        ("allocated", {"client": {**CLIENT, "naam": 3}}, "/Bericht/Client/Naam"),
        (
            "allocated",
            {"client": CLIENT, "producten": [{"einddatum": "2020-01-01"}]},
            "/Bericht/Client/ToegewezenProducten/ToegewezenProduct",
        ),
        (
            "allocated",
            {"client": CLIENT, "producten": [{"toewijzingNummer": [1]}]},
            "/Bericht/Client/ToegewezenProducten/ToegewezenProduct",
        ),
        (
            "allocated",
            {"client": CLIENT, "producten": [{}, {"toewijzingNummer": "x"}]},
            "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/ToewijzingNummer",
        ),
    ],
)
def test_a_decision_that_makes_no_right_message(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock, outcome: str, fields: Any, path: str
) -> None:
    """Nothing is kept of it; the findings tell where, in the message that would have been made."""
    request = ask(gateway, aanbieder, clock)
    refusal = decide(gateway, gemeente, request, outcome, **fields)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.kind in (Refused.SCHEMA_INVALID, Refused.RULES_VIOLATED)
    assert all(str(finding.path).startswith(path) for finding in refusal.findings), refusal.findings
    assert gateway.services.queueing.waiting(PROVIDER, limit=10, types=[]) == []
    assert request_row(gateway, request).state == "open"
    sent(decide(gateway, gemeente, request, "rejected", reden="7"))


def test_who_may_decide(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> None:
    """The municipality that was asked, and nobody else; an administrator speaks for nobody."""
    request = ask(gateway, aanbieder, clock)
    for own in (request, uuid4()):
        assert isinstance(decide(gateway, admin_of(gateway), own, "rejected", reden="7"), NotTheirs)
    for caller in (aanbieder, caller_for(gateway, LENIENT, PLAIN), caller_for(gateway, OTHER_PROVIDER)):
        assert decide(gateway, caller, request, "rejected", reden="7") is None
    assert decide(gateway, gemeente, uuid4(), "rejected", reden="7") is None


def test_a_change_of_what_is_not_known_is_not_granted_in_part(
    gateway: Gateway, aanbieder: Caller, clock: Clock
) -> None:
    """A JW317 is granted as a whole (IV093): what the gateway never saw, the municipality has to say itself."""
    gemeente = caller_for(gateway, LENIENT)
    made = message("JW317", "1", dutch_day(clock.now), municipality=LENIENT, reference="R1")
    accepted(gateway, aanbieder, made)
    request = request_id(RequestKey(PROVIDER, LENIENT, "R1"))
    refusal = decide(gateway, gemeente, request, "allocated", client=CLIENT)
    assert isinstance(refusal, Refusal)
    assert [finding.path for finding in refusal.findings] == ["/Bericht/Client/ToegewezenProducten"]
    assert "300201" in refusal.findings[0].message


def test_what_ended_before_the_decision_still_belongs_to_it(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """What a JW317 leaves as it is, is sent along unchanged, though its last day has passed (IV093, example 3)."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    clock.forward(days=80)
    asked = message("JW317", "1", dutch_day(clock.now), municipality=STRICT, reference="R2")
    assert isinstance(asked, JW317)
    with gateway.database.read() as connection:
        found = following.allocation(connection, KEYRING, own)
    assert found is not None
    row = found[0]
    new = JW317.NieuwProduct(
        product=Product(categorie="46", code="46A03"),
        gewenste_ingangsdatum=dutch_day(clock.now) + timedelta(days=11),
        einddatum=dutch_day(clock.now) + timedelta(days=101),
        omvang=row.latest.omvang,
    )
    verzoek = replace(
        asked.client.verzoek,
        te_wijzigen_producten=(),
        ongewijzigde_producten=(JW317.OngewijzigdProduct(toewijzing_nummer=row.toewijzing_nummer),),
        nieuwe_producten=(new,),
    )
    accepted(gateway, aanbieder, replace(asked, client=replace(asked.client, verzoek=verzoek)))
    request = request_id(RequestKey(PROVIDER, STRICT, "R2"))
    sent(decide(gateway, gemeente, request, "underInvestigation"))
    clock.forward(days=20)
    producten = said(gateway, sent(decide(gateway, gemeente, request, "allocated")))["client"]["toegewezenProducten"]
    assert [one["referentieAanbieder"] for one in producten] == ["R2", "R2"]
    assert (producten[0]["product"]["code"], producten[0]["ingangsdatum"]) == ("46A03", day(clock, -9))
    assert (producten[1]["toewijzingNummer"], producten[1]["einddatum"]) == (row.toewijzing_nummer, day(clock, -10))


def test_what_is_decided_at_one_moment_has_an_order(
    gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock
) -> None:
    """What is changed within a second is settled later than it was made, for the latest one counts (IV013)."""
    own = allocated(gateway, aanbieder, gemeente, clock)
    end = day(clock, 99)
    told = {"redenVerzoek": "1", "einddatum": end, "gewensteIngangsdatum": day(clock, 2)}
    reference = sent(report(gateway, aanbieder, own, "change", **told)).identificatie
    request = request_id(RequestKey(PROVIDER, STRICT, reference))
    row = sent(decide(gateway, gemeente, request, "allocated"))
    (product,) = said(gateway, row)["client"]["toegewezenProducten"]
    with gateway.database.read() as connection:
        found = following.allocation(connection, KEYRING, own)
    assert found is not None
    assert found[0].latest.einddatum is not None
    assert (product["einddatum"], found[0].latest.einddatum.isoformat()) == (end, end)


def test_a_decision_does_not_show_whom_it_is_about() -> None:
    """What is said of the client stays out of logs and of what a failing test prints."""
    assert BSN not in repr(Decision(DecisionOutcome.ALLOCATED, client={"bsn": BSN}))
