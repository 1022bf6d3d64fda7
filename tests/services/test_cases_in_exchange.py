"""Requests that people handle, and that are answered in the exchange after all."""

from __future__ import annotations

from gateway.composition import Gateway
from gateway.exchange.deadlines import Kind
from gateway.store.deadlines import DeadlineFilter
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import MANUAL, accepted, caller_for
from tests.services.books import requests
from tests.services.test_manual_cases import jw319, opened
from tests.verloop import weigering


def test_what_is_looked_into_is_not_done_yet(gateway: Gateway) -> None:
    """The case ends, but the request stays open in the exchange: no other may be made meanwhile (TR374, OP350)."""
    opened(gateway)
    accepted(gateway, caller_for(gateway, MANUAL), jw319("2"))
    another = heenbericht("JW315", "2", municipality=MANUAL, reference="R2")
    row = accepted(gateway, caller_for(gateway, PROVIDER), another).message
    assert "TR374" in {finding.code for finding in row.findings}


def test_an_answer_that_is_refused_itself_leaves_the_request_as_it_was(gateway: Gateway) -> None:
    """The municipality still has to answer: it was not handled outside the exchange."""
    opened(gateway)
    answer = jw319("1")
    accepted(gateway, caller_for(gateway, MANUAL), answer)
    refusal = weigering(answer, "W1", "/Bericht/Antwoord/ReferentieAanbieder", "9355")
    accepted(gateway, caller_for(gateway, PROVIDER), refusal)
    rows, _ = gateway.services.deadlines.listed(DeadlineFilter(kinds=(Kind.ANSWER,)), limit=5)
    assert [row.state.value for row in rows] == ["open"]
    assert requests(gateway)["R1"].file.verzoek.open
