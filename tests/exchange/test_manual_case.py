"""What a case is called, and what ends it."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.exchange.address import RequestKey
from gateway.exchange.manual_case import CaseOutcome, outcome_of, reference_of, refusal_of_request, summary_of
from gateway.ijw.verzoek import JW317, JW319
from gateway.rules.judge import judge
from tests.berichten import BSN, HEENBERICHTEN, MUNICIPALITY, PROVIDER, SURNAME, heenbericht

CASE = UUID("0199a2b3-0000-7000-8000-00001a2b3c4d")
DAY = heenbericht("JW319").header.bericht_identificatie.dagtekening


def test_the_reference() -> None:
    """A case has a short name for mail and telephone."""
    assert reference_of(CASE) == "Z-1A2B3C4D"


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_a_summary_says_nothing_about_a_person(name: str) -> None:
    """Whatever the message, its summary has words and counts, and nothing that is somebody's."""
    said = summary_of(heenbericht(name, reference="SAM-1"))
    assert said
    assert not any(trace in said for trace in (BSN, SURNAME, "Tom", "2010", "SAM-1", "300201"))


def test_the_summary_of_a_change_counts() -> None:
    """What changes, what is new and what stays is counted, and what there is none of is left out."""
    bericht = heenbericht("JW317")
    assert isinstance(bericht, JW317)
    assert summary_of(bericht) == "verzoek om wijziging: 1 toewijzing te wijzigen"
    new = JW317.NieuwProduct(gewenste_ingangsdatum=DAY)
    verzoek = replace(
        bericht.client.verzoek,
        nieuwe_producten=(new, new),
        ongewijzigde_producten=(JW317.OngewijzigdProduct(toewijzing_nummer=1),),
    )
    many = replace(bericht, client=replace(bericht.client, verzoek=verzoek))
    assert summary_of(many) == (
        "verzoek om wijziging: 1 toewijzing te wijzigen, 2 nieuwe producten, 1 toewijzing ongewijzigd"
    )


def test_what_ends_a_case() -> None:
    """A JW301 allocates, a JW319 refuses or takes it in hand, and no other message ends a case."""
    under_investigation = heenbericht("JW319")
    assert isinstance(under_investigation, JW319)
    refused = replace(under_investigation, antwoord=replace(under_investigation.antwoord, verzoek_antwoord="1"))
    assert outcome_of(heenbericht("JW301")) is CaseOutcome.ALLOCATED
    assert outcome_of(refused) is CaseOutcome.REJECTED
    assert outcome_of(under_investigation) is CaseOutcome.HANDLED
    assert outcome_of(heenbericht("JW305")) is None


@pytest.mark.parametrize(("reden", "gemeente"), [("2", None), ("8", "1916")])
def test_a_refusal_is_a_right_jw319(reden: str, gemeente: str | None) -> None:
    """The JW319 that is made breaks no rule, and names the municipality that is responsible instead."""
    request = RequestKey(PROVIDER, MUNICIPALITY, "R1")
    bericht = refusal_of_request(request, reden, gemeente, "GW1", DAY)
    assert judge(bericht) == []
    assert (bericht.header.afzender, bericht.header.ontvanger) == (MUNICIPALITY, PROVIDER)
    assert bericht.antwoord.referentie_aanbieder == "R1"


def test_woonplaatsbeginsel_needs_a_municipality() -> None:
    """Reason 8 without the responsible municipality breaks a rule."""
    assert judge(refusal_of_request(RequestKey(PROVIDER, MUNICIPALITY, "R1"), "8", None, "GW1", DAY))
