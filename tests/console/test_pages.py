"""What the pages show, and to whom."""

from __future__ import annotations

import re

import pytest

from gateway.composition import Gateway
from gateway.console.words import ACTS, DEADLINE_KINDS, DEADLINE_STATES, HEALTH_PARTS
from gateway.exchange.deadlines import Kind, State
from gateway.services.audit import Act
from gateway.services.signing_in import Role
from gateway.store.audit import TrailFilter
from tests.berichten import PROVIDER, heenbericht
from tests.console.conftest import Browser
from tests.gateways import MANUAL, PLAIN, STRICT, Clock, accepted, caller_for

BSN = "999900006"


def acts(gateway: Gateway, kind: Act) -> list[dict[str, object]]:
    """Give the details of the entries of a kind in the trail."""
    found, _ = gateway.services.audit.listed(TrailFilter(), limit=100, before=None)
    return [dict(entry.detail) for entry in found if entry.kind == kind]


def test_overview(browser: Browser, gateway: Gateway) -> None:
    """The first page tells what came in, what waits and since when, and what needs somebody."""
    caller = caller_for(gateway, PROVIDER)
    accepted(gateway, caller, heenbericht("JW305", identificatie="1"))
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get("/console").text
    assert "Diemen" in page
    assert "status=queued&amp;recipient=0384" in page
    assert re.search(r"<td[^>]*>1</td>", page)
    assert "bereikbaar" in page


def test_list_and_filters(browser: Browser, gateway: Gateway) -> None:
    """The list shows messages, newest first; filters narrow it, and nonsense in an address counts for nothing."""
    caller = caller_for(gateway, PROVIDER)
    for number in range(3):
        accepted(gateway, caller, heenbericht("JW305", identificatie=f"S{number}"))
    accepted(gateway, caller, heenbericht("JW315", identificatie="V1"))
    browser.sign_in(gateway, Role.VIEWER)
    everything = browser.get("/console/berichten").text
    assert [everything.index(mark) for mark in ("V1", "S2", "S1", "S0")] == sorted(
        everything.index(mark) for mark in ("V1", "S2", "S1", "S0")
    )
    assert "V1" not in browser.get("/console/berichten?type=JW305").text
    assert "geen berichten" in browser.get("/console/berichten?status=failed").text
    by_mark = browser.get("/console/berichten?identificatie=%20S1%20").text
    assert (by_mark.count("S0"), by_mark.count("S2"), "S1</td>" in by_mark) == (0, 0, True)
    assert "geen berichten" in browser.get("/console/berichten?identificatie=S").text
    assert "geen berichten" in browser.get("/console/berichten?until=2001-01-01").text
    for nonsense in ("identificatie=a%00b", "until=9999-12-31", "since=0001-01-01"):
        assert "V1" in browser.get(f"/console/berichten?{nonsense}").text, nonsense
    assert "V1" in browser.get("/console/berichten?type=JW999&since=gisteren&after=x&sender=abc").text


def test_pages_of_the_list(browser: Browser, gateway: Gateway) -> None:
    """A long list goes on on a next page, without gaps."""
    caller = caller_for(gateway, PROVIDER)
    for number in range(53):
        accepted(gateway, caller, heenbericht("JW305", identificatie=f"N{number:03}X"))
    browser.sign_in(gateway, Role.VIEWER)
    first = browser.get("/console/berichten?type=JW305").text
    found = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert found
    second = browser.get("/console/berichten" + found[1].replace("&amp;", "&")).text
    shown = re.findall(r"N\d{3}X", first + second)
    assert shown == [f"N{number:03}X" for number in reversed(range(53))]


def test_a_person_is_covered_until_asked_for(browser: Browser, gateway: Gateway) -> None:
    """Personal data is shown to who may, with a reason, which goes into the trail."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    address = f"/console/berichten/{message.id}"
    browser.sign_in(gateway, Role.HANDLER)
    covered = browser.get(address).text
    assert BSN not in covered
    assert "•••" in covered
    assert not acts(gateway, Act.CONTENT_READ)
    without = browser.post(address, data={"mark": browser.mark, "reason": " x "}).text
    assert BSN not in without
    assert "Geef een reden" in without
    shown = browser.post(address, data={"mark": browser.mark, "reason": "Vraag van de aanbieder"}).text
    assert shown.count(BSN) == 2  # in words and as XML
    assert acts(gateway, Act.CONTENT_READ) == [{"reason": "Vraag van de aanbieder"}]


def test_search_by_bsn(browser: Browser, gateway: Gateway) -> None:
    """A person is searched by a form, by who may, and that is written down."""
    accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", identificatie="ZOEK"))
    browser.sign_in(gateway, Role.VIEWER)
    assert "burgerservicenummer" not in browser.get("/console/berichten").text
    browser.sign_in(gateway, Role.HANDLER)
    found = browser.post("/console/berichten", data={"mark": browser.mark, "bsn": BSN})
    assert "ZOEK" in found.text
    assert BSN not in found.text
    assert len(acts(gateway, Act.PERSON_SEARCHED)) == 1
    assert "ZOEK" not in browser.post("/console/berichten", data={"mark": browser.mark, "bsn": "111222333"}).text
    assert "negen cijfers" in browser.post("/console/berichten", data={"mark": browser.mark, "bsn": "12a"}).text


def test_a_search_has_no_page_that_is_no_search(browser: Browser, gateway: Gateway) -> None:
    """A link to older messages would lead to those of everybody; that there are more is said instead."""
    for number in range(51):
        accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", identificatie=f"N{number:03}X"))
    browser.sign_in(gateway, Role.HANDLER)
    found = browser.post("/console/berichten", {"mark": browser.mark, "bsn": BSN}).text
    assert 'rel="next"' not in found
    assert "Alleen de nieuwste" in found


def test_every_part_has_a_name(gateway: Gateway) -> None:
    """The parts of which the health is told are called by words that a person reads."""
    assert {part.name for part in gateway.desk.watch.health().parts} | {"lifecycle"} == HEALTH_PARTS.keys()


def test_findings_stand_in_place(browser: Browser, gateway: Gateway) -> None:
    """A finding is told above, and at the line where it is."""
    late = heenbericht("JW305", municipality=STRICT)
    message = accepted(gateway, caller_for(gateway, PROVIDER), late).message
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get(f"/console/berichten/{message.id}").text
    for finding in message.findings:
        assert finding.code in page
    assert "regel--fout" in page
    places = re.findall(r'href="#(regel-[0-9]+)"', page)
    assert places
    assert all(page.count(f'id="{place}"') == 1 for place in places)


def test_what_is_not_there(browser: Browser, gateway: Gateway) -> None:
    """A message or page that does not exist is said to be missing, in Dutch."""
    browser.sign_in(gateway, Role.VIEWER)
    for path in ("/console/berichten/geen-id", f"/console/berichten/{'0' * 32}", "/console/nergens"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "bestaat niet" in answer.text


def test_parties_and_tokens(browser: Browser, gateway: Gateway) -> None:
    """An administrator adds a party, makes a token that works, shown once, and ends it."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    form = {"mark": browser.mark, "code": "11223344", "name": "Aanbieder <Es>"}
    assert browser.post("/console/partijen", data=form).status_code == 303
    assert "Aanbieder &lt;Es&gt;" in browser.get("/console/partijen").text
    wrong = browser.post("/console/partijen", data={**form, "code": "12"})
    assert wrong.status_code == 400
    assert "geen code van een partij" in wrong.text
    made = browser.post("/console/partijen/tokens", data={"mark": browser.mark, "code": PLAIN, "label": "proef"}).text
    found = re.search(r"ijw_[\w-]+", made)
    assert found
    caller = gateway.services.access.identify(found[0])
    assert caller is not None
    assert caller.parties == {PLAIN}
    page = browser.get("/console/partijen").text
    assert found[0] not in page
    assert "niet terug te draaien" in page
    browser.post("/console/partijen/tokens/intrekken", data={"mark": browser.mark, "token": caller.token_id})
    assert gateway.services.access.identify(found[0]) is None
    assert len(acts(gateway, Act.TOKEN_REVOKED)) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HANDLER])
def test_tokens_are_for_administrators(browser: Browser, gateway: Gateway, role: Role) -> None:
    """Others see who takes part, and no tokens."""
    browser.sign_in(gateway, role)
    page = browser.get("/console/partijen").text
    assert "Aanbieder Linde" in page
    assert "Token maken" not in page


def test_routes(browser: Browser, gateway: Gateway) -> None:
    """What holds for each municipality is told in words."""
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get("/console/routes").text
    assert "Deventer" in page
    assert "JW317: De applicatie van de gemeente keurt een JW317 direct af" in page


def test_a_case_from_start_to_end(browser: Browser, gateway: Gateway) -> None:
    """A handler sees the case of a JW317, refuses the request, and the provider gets the JW319."""
    caller = caller_for(gateway, PROVIDER)
    accepted(gateway, caller, heenbericht("JW317", municipality=MANUAL, reference="REF-1"))
    browser.sign_in(gateway, Role.HANDLER)
    listed = browser.get("/console/zaken").text
    found = re.search(r'href="(/console/zaken/[0-9a-f-]+)"', listed)
    assert found
    assert "De applicatie van de gemeente" in browser.get(found[1]).text
    form = {"mark": browser.mark, "outcome": "rejected", "note": "Past niet"}
    wrong = browser.post(found[1], data=form)
    assert wrong.status_code == 400
    assert 'href="#reden">Kies waarom' in wrong.text
    assert ">Past niet</textarea>" in wrong.text
    assert browser.post(found[1], data={**form, "reden": "2"}).status_code == 303
    after = browser.get(found[1]).text
    assert "afgewezen" in after
    assert "Zaak sluiten" not in after
    waiting = gateway.services.queueing.waiting(PROVIDER, limit=10, types=("JW319",))
    assert [message.type for message in waiting] == ["JW319"]
    # That page has the note on it.
    own = found[1].rpartition("/")[2]
    assert acts(gateway, Act.CASE_CLOSED) == [{"outcome": "rejected"}]
    assert acts(gateway, Act.CASE_READ) == [{"cases": [own]}]
    assert "geen zaken" in browser.get("/console/zaken").text
    assert found[1] in browser.get("/console/zaken?state=closed").text
    assert len(acts(gateway, Act.CASE_READ)) == 1


def test_deadlines(browser: Browser, gateway: Gateway, clock: Clock) -> None:
    """What is open is due by somebody; what was not done in time is late."""
    accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305"))
    browser.sign_in(gateway, Role.VIEWER)
    assert "retourbericht" in browser.get("/console/termijnen?state=open").text
    assert "geen termijnen" in browser.get("/console/termijnen").text
    clock.forward(days=14)
    browser.sign_in(gateway, Role.VIEWER)
    late = browser.get("/console/termijnen").text
    assert "Diemen" in late
    assert "OP090" in late


def test_the_trail(browser: Browser, gateway: Gateway) -> None:
    """An auditor reads who did what, narrows it, and finds the trail whole."""
    browser.sign_in(gateway, Role.AUDITOR)
    assert "partij toegevoegd" in browser.get("/console/controle").text
    only = browser.get("/console/controle?kind=signed-in").text
    assert "<td" in only
    assert "person:link" in only
    assert "partij toegevoegd</td>" not in only
    assert "Het spoor is heel" in browser.post("/console/controle", data={"mark": browser.mark}).text


def test_every_act_has_a_name() -> None:
    """What stands in the trail is called by words that a person reads."""
    assert {act.value for act in Act} <= ACTS.keys()
    assert {kind.value for kind in Kind} == DEADLINE_KINDS.keys()
    assert {state.value for state in State} == DEADLINE_STATES.keys()
