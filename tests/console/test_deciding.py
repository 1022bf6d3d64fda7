"""Deciding on a request at the console, in the name of the municipality."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from gateway.composition import Gateway
from gateway.console.decision_form import Form, field_of
from gateway.ijw.finding import Finding
from gateway.services.audit import Act
from gateway.services.clock import dutch_day
from gateway.services.deciding import Deciding
from gateway.services.own_messages import Otherwise
from gateway.services.signing_in import Role
from gateway.store import following
from gateway.store.retention import remove_content
from gateway.store.rows import MessageRow
from tests.berichten import BSN, PROVIDER, heenbericht
from tests.console.conftest import Browser
from tests.gateways import BY_HAND, KEYRING, STRICT, Clock, accepted, allocation_of, caller_for
from tests.services.own_exchange import ask, report, request_row, said, sent
from tests.services.test_decided_by import entries
from tests.services.test_opt_out import opted_out

ADDRESS = {"postcode": "3511 aa", "huisnummer": "1"}


class _Fields(HTMLParser):
    """Reads what a browser would send of a form that nobody touched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "input" and told.get("type") != "radio":
            self.found[told["name"]] = told["value"]
        elif tag == "select":
            self._select = told["name"]
        elif tag == "option" and ("selected" in told or self._select not in self.found):
            self.found[self._select] = told["value"]


def fields(page: str) -> dict[str, str]:
    """Give the fields of the form of a decision, as the page filled them in."""
    reader = _Fields()
    reader.feed(page.partition('<form class="besluit"')[2].partition("</form>")[0])
    return reader.found


def waiting(gateway: Gateway, *types: str) -> list[MessageRow]:
    """Give what waits for the provider."""
    return gateway.services.queueing.waiting(PROVIDER, limit=10, types=types)


@pytest.fixture
def request_id(gateway: Gateway, clock: Clock) -> UUID:
    """Let the provider ask for a product."""
    return ask(gateway, caller_for(gateway, PROVIDER), clock)


def decide(browser: Browser, request: UUID, besluit: str, **told: str) -> Any:
    """Fill in the form, and send what the next page shows."""
    checked = check(browser, request, besluit, **told)
    if 'name="akkoord"' not in checked.text:
        return checked
    return browser.post(f"/console/verzoeken/{request}/besluit", {**fields(checked.text), "akkoord": "1"})


def check(browser: Browser, request: UUID, besluit: str, **told: str) -> Any:
    """Fill in the form, and look at what would go out."""
    address = f"/console/verzoeken/{request}/besluit"
    return browser.post(address, {**fields(browser.get(address).text), "besluit": besluit, **told})


def test_taken_into_investigation_and_refused(browser: Browser, gateway: Gateway, request_id: UUID) -> None:
    """From the request to the answer; the provider gets the JW319s, and the trail names who decided."""
    browser.sign_in(gateway, Role.HANDLER)
    assert f'href="/console/verzoeken/{request_id}/besluit"' in browser.get(f"/console/verzoeken/{request_id}").text
    answer = decide(browser, request_id, "underInvestigation")
    assert answer.status_code == 303
    after = browser.get(answer.headers["location"]).text
    assert "Het besluit is verstuurd" in after
    assert "in onderzoek" in after
    assert decide(browser, request_id, "rejected", reden="8", gemeente="0384").status_code == 303
    assert [row.sender for row in waiting(gateway, "JW319")] == [STRICT, STRICT]
    row = request_row(gateway, request_id)
    assert (row.state, row.reason, row.other_municipality) == ("rejected", "8", "0384")
    told = [(entry.actor, entry.detail["outcome"]) for entry in entries(gateway, Act.REQUEST_DECIDED)]
    assert told == [("person:link", "underInvestigation"), ("person:link", "rejected")]


def test_allocated_as_it_was_asked(browser: Browser, gateway: Gateway, request_id: UUID) -> None:
    """What was asked stands in the form; only the address has to be said, and nothing of the client is shown."""
    browser.sign_in(gateway, Role.HANDLER)
    shown = browser.get(f"/console/verzoeken/{request_id}/besluit").text
    assert fields(shown)["p0-code"] == "45A04"
    assert BSN not in shown
    assert decide(browser, request_id, "allocated", **ADDRESS).status_code == 303
    assert entries(gateway, Act.CONTENT_READ) == []  # nobody saw anything
    (row,) = waiting(gateway, "JW301")
    client = said(gateway, row)["client"]
    assert client["bsn"] == BSN
    assert client["contactgegevens"] == [
        {"soort": "01", "adres": {"huis": {"huisnummer": 1}, "postcode": "3511AA", "landCode": "NL"}}
    ]
    (product,) = client["toegewezenProducten"]
    assert product["omvang"] == {"volume": 2, "eenheid": "04", "frequentie": "2"}


def test_allocated_otherwise(browser: Browser, gateway: Gateway, request_id: UUID) -> None:
    """What is filled in goes before what was asked: another day, a budget, and a second product."""
    browser.sign_in(gateway, Role.HANDLER)
    more = decide(browser, request_id, "allocated", erbij="1", postcode="3511AA")
    assert more.status_code == 200
    form = fields(more.text)
    assert (form["postcode"], form["p1-code"]) == ("3511AA", "")
    assert waiting(gateway) == []
    told = {
        **form,
        **ADDRESS,
        "besluit": "allocated",
        "p0-einde": "2026-10-31",
        "p1-ingang": "2026-11-01",
        "p1-einde": "2026-12-31",
        "p1-budget": "1.250,50",
    }
    address = f"/console/verzoeken/{request_id}/besluit"
    assert browser.post(address, {**told, "akkoord": "1"}).status_code == 303
    (row,) = waiting(gateway, "JW301")
    first, second = said(gateway, row)["client"]["toegewezenProducten"]
    assert (first["einddatum"], second["ingangsdatum"], second["budget"]) == ("2026-10-31", "2026-11-01", 125050)
    assert not {"product", "omvang"} & second.keys()


def test_nothing_goes_before_it_was_looked_at(browser: Browser, gateway: Gateway, request_id: UUID) -> None:
    """The page before tells in words what would go out, and leads back to the form with all that was filled in."""
    browser.sign_in(gateway, Role.HANDLER)
    told = {**ADDRESS, "straatnaam": "Wal <1>", "p0-einde": "2026-10-31", "p0-budget": ""}
    page = check(browser, request_id, "allocated", **told).text
    for said_there in (
        "Toewijzen",
        "(JW301)",
        "31 okt 2026",
        "2 uur per week",
        "Wal &lt;1&gt; 1",
        "gaat mee zoals het is",
        "3511 aa",
        "nog niets verstuurd",
    ):
        assert said_there in page, said_there
    assert waiting(gateway) == []
    assert request_row(gateway, request_id).state == "open"
    back = browser.post(f"/console/verzoeken/{request_id}/besluit", {**fields(page), "wijzigen": "1"})
    assert back.status_code == 200
    assert {name: value for name, value in fields(back.text).items() if name in told} == told
    assert re.search(r'id="besluit-allocated"[^>]* checked', back.text)
    refused = check(browser, request_id, "rejected", reden="8", gemeente="0363").text
    assert "Gemeente die het wel is</dt><dd>Amsterdam (0363)" in refused
    assert "(JW319)" in refused
    assert "Nieuwe toewijzing" not in refused
    paid = check(browser, request_id, "allocated", **ADDRESS, **{"p0-budget": "€ 1.250,50", "p0-volume": ""}).text
    assert "Budget</dt><dd>€ 1.250,50" in paid
    assert "Gemeente die" not in check(browser, request_id, "rejected", reden="2", gemeente="0363").text
    assert waiting(gateway) == []


def test_a_change_is_granted(browser: Browser, gateway: Gateway, clock: Clock, request_id: UUID) -> None:
    """A JW317 shows the allocation that it changes; who is known needs no address, and the rest stays as it was."""
    browser.sign_in(gateway, Role.HANDLER)
    today = dutch_day(clock.now)
    end, later = (today + timedelta(days=90)).isoformat(), (today + timedelta(days=120)).isoformat()
    decide(browser, request_id, "allocated", **ADDRESS, **{"p0-ingang": today.isoformat(), "p0-einde": end})
    (first,) = waiting(gateway, "JW301")
    (product,) = said(gateway, first)["client"]["toegewezenProducten"]
    own = allocation_of(gateway, STRICT, product["toewijzingNummer"])
    clock.forward(minutes=1)
    changed = {"redenVerzoek": "1", "gewensteIngangsdatum": today.isoformat(), "einddatum": later}
    sent(report(gateway, caller_for(gateway, PROVIDER), own, "change", **changed))
    listed = browser.get("/console/verzoeken?state=open").text
    found = re.search(r"/console/verzoeken/([0-9a-f-]+)", listed)
    assert found
    page = browser.get(f"/console/verzoeken/{found[1]}/besluit").text
    assert f"Toewijzing {product['toewijzingNummer']} wijzigen" in page
    assert fields(page)["p0-einde"] == later
    assert "Bekend van een eerdere toewijzing" in page
    assert "Zoals het bekend is van een eerdere toewijzing" in check(browser, UUID(found[1]), "allocated").text
    assert decide(browser, UUID(found[1]), "allocated").status_code == 303
    (granted,) = said(gateway, waiting(gateway, "JW301")[-1])["client"]["toegewezenProducten"]
    assert (granted["toewijzingNummer"], granted["einddatum"]) == (product["toewijzingNummer"], later)
    assert (granted["omvang"], granted["redenWijziging"]) == (product["omvang"], "12")


@pytest.mark.parametrize(
    ("besluit", "told", "field", "says"),
    [
        ("", {}, "besluit-underInvestigation", "Kies wat de gemeente besluit"),
        ("rejected", {}, "reden", "Kies waarom"),
        ("rejected", {"reden": "8"}, "gemeente", "CBS-code"),
        ("rejected", {"reden": "8", "gemeente": "9999"}, "gemeente", "CBS-code"),
        ("allocated", {}, "postcode", "Vul het adres"),
        ("allocated", {**ADDRESS, "huisnummer": "elf"}, "huisnummer", "geheel getal"),
        ("allocated", {**ADDRESS, "postcode": "35"}, "postcode", "vier cijfers"),
        ("allocated", {"huisnummer": "1"}, "postcode", "heeft een Postcode"),
        ("allocated", {**ADDRESS, "p0-volume": "-4"}, "p0-volume", "geheel getal"),
        ("allocated", {**ADDRESS, "p0-budget": "veel"}, "p0-budget", "bedrag"),
        ("allocated", {**ADDRESS, "p0-ingang": "2026-02-30"}, "p0-ingang", "datum in die bestaat"),
        ("allocated", {**ADDRESS, "p0-eenheid": ""}, "p0-volume", "Eenheid"),
        ("allocated", {**ADDRESS, "p0-einde": "2020-01-01"}, "p0-", "inddatum"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, gateway: Gateway, request_id: UUID, besluit: str, told: dict[str, str], field: str, says: str
) -> None:
    """Each fault is named above, with a link to its field, and at the field; what was filled in stays, nothing goes."""
    browser.sign_in(gateway, Role.HANDLER)
    answer = decide(browser, request_id, besluit, **told)
    assert answer.status_code == 400
    assert "<title>Fout: " in answer.text
    summary = answer.text.partition("Er is nog niets verstuurd")[2].partition("</ul>")[0]
    link = re.search(rf'href="#({field}[^"]*)">([^<]*{says}[^<]*)<', summary)
    assert link, summary
    assert f'id="{link[1]}"' in answer.text
    if besluit:
        assert f'id="{link[1]}-fout"' in answer.text
        assert re.search(rf'id="{link[1]}"[^>]* aria-invalid="true" aria-describedby="{link[1]}-fout', answer.text)
    assert all(value in answer.text for value in told.values())
    assert waiting(gateway) == []
    assert request_row(gateway, request_id).state == "open"


def test_nothing_to_allocate(browser: Browser, gateway: Gateway, request_id: UUID) -> None:
    """Who makes all of it empty does not grant what was asked by that."""
    browser.sign_in(gateway, Role.HANDLER)
    page = browser.get(f"/console/verzoeken/{request_id}/besluit").text
    nothing = {name: "" for name in fields(page) if name.startswith("p0-")}
    answer = decide(browser, request_id, "allocated", **ADDRESS, **nothing)
    assert answer.status_code == 400
    assert "Vul in wat u toewijst" in answer.text


def test_somebody_was_sooner(
    browser: Browser, gateway: Gateway, request_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who decides otherwise than was decided meanwhile hears so, also when that happened a moment ago."""
    browser.sign_in(gateway, Role.HANDLER)
    with monkeypatch.context() as patched:
        patched.setattr(Deciding, "decide", lambda *_: Otherwise("rejected"))
        late = decide(browser, request_id, "underInvestigation")
    assert late.status_code == 409
    assert "intussen al iets anders besloten: het verzoek is afgewezen" in late.text
    stale = fields(browser.get(f"/console/verzoeken/{request_id}/besluit").text)
    assert decide(browser, request_id, "rejected", reden="2").status_code == 303
    again = browser.post(f"/console/verzoeken/{request_id}/besluit", {**stale, "besluit": "underInvestigation"})
    assert (again.status_code, "valt niets meer te beslissen" in again.text) == (409, True)
    assert "valt niets meer te beslissen" in browser.get(f"/console/verzoeken/{request_id}/besluit").text
    assert "/besluit" not in browser.get(f"/console/verzoeken/{request_id}").text


def test_a_case_ends_by_the_decision(browser: Browser, gateway: Gateway) -> None:
    """A request that people handle is decided on in the same way, which ends its case."""
    made = heenbericht("JW315", municipality=BY_HAND, reference="R1")
    message = accepted(gateway, caller_for(gateway, PROVIDER), made).message
    assert message.handling is not None
    browser.sign_in(gateway, Role.HANDLER)
    own = re.search(r"/console/verzoeken/([0-9a-f-]+)", browser.get("/console/verzoeken?state=manual").text)
    assert own
    assert decide(browser, UUID(own[1]), "rejected", reden="2").status_code == 303
    assert "Zaak sluiten" not in browser.get(f"/console/zaken/{message.handling.id}").text


def test_who_is_offered_it(browser: Browser, gateway: Gateway, request_id: UUID) -> None:
    """Only a handler is; and that something was sent is said of what was sent alone."""
    for role in set(Role) - {Role.HANDLER}:
        browser.sign_in(gateway, role)
        page = browser.get(f"/console/verzoeken/{request_id}?besloten={request_id}").text
        assert "/besluit" not in page
        assert "verstuurd" not in page


def test_what_is_for_the_back_office_alone(browser: Browser, gateway: Gateway) -> None:
    """On a request with an opt-out nobody decides here, nor hears that it exists."""
    opted_out(gateway)
    with gateway.database.read() as connection:
        (row,) = following.requests(connection, KEYRING, following.Wanted(parties=None, limit=9))
    browser.sign_in(gateway, Role.HANDLER)
    address = f"/console/verzoeken/{row.id}/besluit"
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"mark": browser.mark, "besluit": "underInvestigation"}).status_code == 404
    assert waiting(gateway) == []


def test_a_request_of_which_the_content_is_gone(
    browser: Browser, gateway: Gateway, clock: Clock, request_id: UUID
) -> None:
    """It can be rejected still; the page says why it cannot be granted."""
    with gateway.database.write() as connection:
        remove_content(connection, [request_row(gateway, request_id).first_message], clock.now)
    browser.sign_in(gateway, Role.HANDLER)
    assert "wordt hier niet meer bewaard" in browser.get(f"/console/verzoeken/{request_id}/besluit").text
    assert decide(browser, request_id, "allocated").status_code == 400
    assert decide(browser, request_id, "rejected", reden="2").status_code == 303


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/Bericht/Client/ToegewezenProducten/ToegewezenProduct/Ingangsdatum", "p0-ingang"),
        ("/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/Omvang", "p2-volume"),
        ("/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]", "p2-code"),
        ("/Bericht/Client/ToegewezenProducten/ToegewezenProduct[3]/Einddatum", ""),
        ("/Bericht/Client/Contactgegevens/Contact[1]/Adres/Huis/Huisletter", "huisletter"),
        ("/Bericht/Client/Contactgegevens/Contact/Soort", "soort"),
        ("/Bericht/Client/Contactgegevens/Contact", "postcode"),
        ("/Bericht/Client", "postcode"),
        ("/Bericht/Client/Bsn", ""),
        ("/Bericht/Antwoord/RedenAfwijzingVerzoek", "reden"),
        ("", ""),
    ],
)
def test_the_field_behind_an_element(path: str, field: str) -> None:
    """Rows that were left empty are passed over; what the gateway filled in itself has no field."""
    assert field_of(path, [0, 2]) == field


def test_a_form_is_bounded() -> None:
    """However many rows and letters somebody sends, no more are read than a page shows."""
    form = Form.sent({f"p{place}-code": "x" * 999 for place in range(99)})
    assert (len(form.rows), len(form.rows[0]["code"])) == (20, 80)
    form.lengthen()
    assert len(form.rows) == 20
    form.refuse([Finding("xsd", "XSD", "Zo niet.", "/Bericht/Client/Bsn")])
    assert form.says("") == "Zo niet."
