"""Allocations and requests on the pages, and what holds for a municipality."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.composition import Gateway
from gateway.console.timeline import LANES, drawn
from gateway.console.words import ALLOCATION_STATES, MOMENTS, REQUEST_STATES, STATES
from gateway.exchange.lifecycle import Delivery, Event, RequestState, Validity
from gateway.services.audit import Act
from gateway.services.signing_in import Role
from tests.berichten import BSN, OTHER_BSN, PROVIDER
from tests.console.conftest import Browser
from tests.console.test_pages import acts
from tests.gateways import IMPATIENT, PLAIN, accepted, caller_for
from tests.verloop import BEGIN, NUMMER, aanvraag, antwoord, product, start, stop, stop_product, toewijzing, weigering

MAY = date(2026, 5, 20)


def lived(gateway: Gateway) -> None:
    """Exchange an allocation with a start, a refused start and an interruption, and a request that is rejected."""
    both = caller_for(gateway, PROVIDER, PLAIN)
    wrong = start("S0", BEGIN + timedelta(days=1))
    for message in (
        toewijzing("T1"),
        wrong,
        weigering(wrong, "W", "/Bericht/Client/StartProducten/StartProduct"),
        start("S1"),
        stop("E1", stop_product(MAY, "20")),
        toewijzing("T2", product(nummer=NUMMER + 1), day=MAY),
        aanvraag("V1", "REF-1"),
        antwoord("A1", "REF-1"),
    ):
        accepted(gateway, both, message)


def address(page: str, kind: str, name: str) -> str:
    """Find the address behind a name in a list."""
    found = re.search(rf'href="(/console/{kind}/[0-9a-f-]+)">{name}<', page)
    assert found
    return found[1]


def test_an_allocation_is_drawn_and_told(browser: Browser, gateway: Gateway) -> None:
    """Each message about an allocation is a mark in the picture, by the number that it has in the list below."""
    lived(gateway)
    browser.sign_in(gateway, Role.VIEWER)
    listed = browser.get("/console/toewijzingen").text
    assert "Aanbieder Linde" in listed
    page = browser.get(address(listed, "toewijzingen", str(NUMMER))).text
    assert "onderbroken" in page
    told = re.findall(r"<strong>([^<]+)</strong>", page)
    assert told == ["toegewezen", "levering gestart", "levering gestart", "levering onderbroken"]
    assert re.findall(r"<title>(\d\. [^<]+)</title>", page) == [
        "1. toegewezen",
        "2. levering gestart",
        "3. levering gestart, afgekeurd",
        "4. levering onderbroken",
    ]
    assert "Startbericht S0" in page
    assert "Retour op startbericht bij S0" in page
    assert BSN not in listed + page


def test_a_request_is_drawn_and_told(browser: Browser, gateway: Gateway) -> None:
    """A request shows how far its answer is, and each message about it."""
    lived(gateway)
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get(address(browser.get("/console/verzoeken").text, "verzoeken", "REF-1")).text
    assert "in onderzoek" in page
    assert re.findall(r"<strong>([^<]+)</strong>", page) == ["gevraagd", "in onderzoek genomen"]


@pytest.mark.parametrize(
    ("kind", "state", "there", "away"),
    [("toewijzingen", "interrupted", str(NUMMER), str(NUMMER + 1)), ("verzoeken", "open", "geen verzoeken", "REF-1")],
)
def test_filters(browser: Browser, gateway: Gateway, kind: str, state: str, there: str, away: str) -> None:
    """A list is narrowed by state; nonsense in an address counts for nothing."""
    lived(gateway)
    browser.sign_in(gateway, Role.VIEWER)
    narrowed = browser.get(f"/console/{kind}?state={state}").text
    assert there in narrowed
    assert away not in narrowed
    assert away in browser.get(f"/console/{kind}?state=weg&after={'z' * 64}").text


def test_pages_of_the_list(browser: Browser, gateway: Gateway) -> None:
    """A long list goes on on a next page, without gaps."""
    both = caller_for(gateway, PROVIDER, PLAIN)
    numbers = range(600100, 600153)
    days = [date(2026, 4, 1) + timedelta(days=place) for place in range(len(numbers))]
    products = [product(nummer=n, ingangsdatum=on, einddatum=on) for n, on in zip(numbers, days, strict=True)]
    accepted(gateway, both, toewijzing("T1", *products))
    browser.sign_in(gateway, Role.VIEWER)
    first = browser.get("/console/toewijzingen").text
    further = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert further
    second = browser.get("/console/toewijzingen" + further[1].replace("&amp;", "&")).text
    shown = re.findall(r'toewijzingen/[0-9a-f-]+">(\d+)<', first + second)
    assert sorted(map(int, shown)) == list(numbers)


def test_search_by_bsn(browser: Browser, gateway: Gateway) -> None:
    """A person is searched by a form, by who may, and that is written down."""
    lived(gateway)
    browser.sign_in(gateway, Role.VIEWER)
    assert "burgerservicenummer" not in browser.get("/console/toewijzingen").text
    browser.sign_in(gateway, Role.HANDLER)
    for kind, there in (("toewijzingen", str(NUMMER)), ("verzoeken", "REF-1")):
        found = browser.post(f"/console/{kind}", data={"mark": browser.mark, "bsn": BSN}).text
        assert there in found
        assert BSN not in found
        assert there not in browser.post(f"/console/{kind}", data={"mark": browser.mark, "bsn": OTHER_BSN}).text
        assert "negen cijfers" in browser.post(f"/console/{kind}", data={"mark": browser.mark, "bsn": "12"}).text
    assert len(acts(gateway, Act.PERSON_SEARCHED)) == 4


def test_what_is_not_there(browser: Browser, gateway: Gateway) -> None:
    """What does not exist is said to be missing."""
    browser.sign_in(gateway, Role.VIEWER)
    for path in ("toewijzingen/geen-id", f"toewijzingen/{'0' * 32}", f"verzoeken/{'0' * 32}", "routes/9999"):
        answer = browser.get(f"/console/{path}")
        assert answer.status_code == 404
        assert "bestaat niet" in answer.text


def test_what_holds_and_why(browser: Browser, gateway: Gateway) -> None:
    """Of a municipality each agreement is told with its source and its place."""
    browser.sign_in(gateway, Role.VIEWER)
    assert f'href="/console/routes/{IMPATIENT}"' in browser.get("/console/routes").text
    page = browser.get(f"/console/routes/{IMPATIENT}").text
    for told in ("PROEF-WEIGERT", "Hoogstens een jaar. (weigert met 0233)", "Proefstuk", ".toml, regel "):
        assert told in page


_MOMENTS = st.lists(
    st.tuples(
        st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.sampled_from(sorted(LANES)), st.just(""), st.booleans()
    ),
    max_size=12,
).map(sorted)


@given(_MOMENTS)
def test_no_mark_covers_another(moments: list[tuple[date, str, str, bool]]) -> None:
    """Every moment has a mark inside the picture, in its own lane, in order and readable beside the next."""
    picture = drawn(moments)
    assert [mark.number for mark in picture.marks] == list(range(1, len(moments) + 1))
    assert all(picture.left <= mark.x < picture.width and 0 < mark.y < picture.height for mark in picture.marks)
    for y, _ in picture.lanes:
        places = [mark.x for mark in picture.marks if mark.y == y]
        assert places
        assert all(after - before >= 24 for before, after in pairwise(places))


def test_every_state_has_a_name() -> None:
    """Whatever state or moment there is, is called by words that a person reads."""
    assert {*(d.value for d in Delivery), *(v.value for v in Validity if v is not Validity.CURRENT)} == {
        *ALLOCATION_STATES
    }
    assert {state.value for state in RequestState} == REQUEST_STATES.keys()
    assert {event.value for event in Event} == MOMENTS.keys()
    assert {*ALLOCATION_STATES, *REQUEST_STATES} <= STATES.keys()
