"""The console in a real browser: each role's main task from start to end, and no barriers on any page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.composition import Gateway, make_gateway
from gateway.services.signing_in import Role
from tests.berichten import PROVIDER, heenbericht, xml
from tests.e2e.server import Caller, Server
from tests.gateways import BY_HAND, MANUAL, PLAIN, open_gateway, token_for
from tests.verloop import NUMMER, aanvraag, start, stop, toewijzing

pytestmark = pytest.mark.e2e
BSN: Final = "999900006"
_FEW: Final = 6
_CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
# Where pictures for the documentation go, when they are asked for.
_PICTURES: Final = os.environ.get("IJW_TEST_PICTURES")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start a browser that looks for nothing outside this machine."""
    if _CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must not leave the console's tests out: install chromium.", pytrace=False)
        pytest.skip("There is no chromium here.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a gateway with some traffic."""
    folder = tmp_path_factory.mktemp("console")
    gateway = open_gateway(folder)
    token, municipality = token_for(gateway, PROVIDER), token_for(gateway, PLAIN)
    gateway.close()
    server = Server(folder, gateway.settings, workers=1)
    server.start()
    with Caller(server, token) as provider:
        for message_type in ("JW305", "JW307", "JW315", "JW323"):
            assert provider.give(xml(heenbericht(message_type, f"{message_type}A"))).status_code in {202, 400}
        for name, municipality_code in (("JW317B", BY_HAND), ("JW317A", MANUAL)):
            change = heenbericht("JW317", name, municipality=municipality_code, reference="REF-1")
            assert provider.give(xml(change)).status_code == 202
        with Caller(server, municipality) as other:
            assert other.give(xml(toewijzing("T1"))).status_code == 202
        for message in (start("S1"), stop("E1"), aanvraag("V1", "REF-2")):
            assert provider.give(xml(message)).status_code == 202
    yield server
    server.stop()


def signed_in(chromium: Browser, server: Server, role: Role, *, phone: bool = False) -> Page:
    """Give the browser of somebody who signs in with a link."""
    gateway = open_existing(server)
    secret = gateway.desk.signing_in.make_link(role)
    gateway.close()
    page = chromium.new_context(viewport={"width": 390 if phone else 1280, "height": 900}).new_page()
    page.goto(f"{server.url}/console/aanmelden/link/{secret}")
    page.get_by_role("button", name="Aanmelden").press("Enter")
    page.wait_for_url(f"{server.url}/console")
    return page


def open_existing(server: Server) -> Gateway:
    """Open the gateway's database beside the process that runs."""
    return make_gateway(server.settings)


def picture(page: Page, name: str) -> None:
    """Take a picture for the documentation, when those are asked for."""
    if _PICTURES:
        page.screenshot(path=Path(_PICTURES) / f"{name}.png", full_page=True)


def test_a_viewer_sees_whether_all_is_well(chromium: Browser, running: Server) -> None:
    """One look at the overview, and one click to what waits."""
    page = signed_in(chromium, running, Role.VIEWER)
    assert page.get_by_role("heading", name="Gezondheid").is_visible()
    picture(page, "console-overzicht")
    page.get_by_role("link", name="Diemen").first.click()
    assert page.get_by_role("heading", name="Berichten", exact=True).is_visible()
    assert page.locator("tbody").get_by_text("wacht", exact=True).first.is_visible()
    assert page.get_by_role("link", name="Partijen").is_visible()


def test_a_handler_reveals_with_a_reason(chromium: Browser, running: Server) -> None:
    """A person is covered until a reason is given; all of it by keyboard."""
    page = signed_in(chromium, running, Role.HANDLER)
    page.goto(f"{running.url}/console/berichten?type=JW305")
    page.get_by_role("link", name="Startbericht").last.press("Enter")
    assert BSN not in page.content()
    picture(page, "console-bericht")
    page.get_by_label("Reden om de persoonsgegevens te zien").press_sequentially("Vraag van de aanbieder")
    page.keyboard.press("Enter")
    page.get_by_text("U ziet persoonsgegevens").wait_for()
    assert BSN in page.content()
    assert BSN not in page.url


def test_a_handler_ends_a_case(chromium: Browser, running: Server) -> None:
    """What people handle is listed with its term, and ended with an outcome and a note."""
    page = signed_in(chromium, running, Role.HANDLER)
    page.get_by_role("link", name="Zaken").click()
    page.locator("tbody a").first.click()
    picture(page, "console-zaak")
    page.get_by_label("Hoe is het afgelopen?").select_option("handled")
    page.get_by_label("Toelichting").fill("Telefonisch afgesproken")
    page.get_by_role("button", name="Zaak sluiten").click()
    page.get_by_text("op een andere manier afgehandeld").wait_for()


def test_a_handler_decides(chromium: Browser, running: Server) -> None:
    """From the list of requests to the answer, by keyboard: what is wrong is told where it is, then mended and sent."""
    page = signed_in(chromium, running, Role.HANDLER)
    page.goto(f"{running.url}/console/verzoeken?state=open")
    page.get_by_role("link", name="REF-2").press("Enter")
    page.get_by_role("link", name="Beslissen op dit verzoek").press("Enter")
    assert not page.get_by_label("Waarom").is_visible()
    page.get_by_role("radio", name="Afwijzen").press("Space")
    page.get_by_role("button", name="Besluit controleren").press("Enter")
    wrong = page.get_by_role("region", name="Er is nog niets verstuurd")
    assert wrong.evaluate("summary => summary === document.activeElement")
    picture(page, "console-besluit")
    grave = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert grave == []
    wrong.get_by_role("link").press("Enter")
    page.get_by_label("Waarom").select_option("2")
    page.get_by_label("Waarom").press("Enter")
    page.get_by_role("button", name="Besluit controleren").press("Enter")
    page.get_by_role("heading", name="Klopt dit besluit").wait_for()
    grave = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert grave == []
    page.get_by_role("button", name="Besluit versturen").press("Enter")
    page.get_by_text("Het besluit is verstuurd").wait_for()
    assert page.get_by_text("afgewezen").first.is_visible()


def test_a_viewer_follows_an_allocation(chromium: Browser, running: Server) -> None:
    """An allocation shows how far it is, drawn, and each message that brought it there."""
    page = signed_in(chromium, running, Role.VIEWER)
    page.get_by_role("link", name="Toewijzingen").click()
    page.get_by_role("link", name=str(NUMMER)).click()
    # Beside the three of this allocation's own, those of the first traffic that name its number.
    assert page.locator("svg circle").count() == page.locator("ol.stappen > li").count() == 6
    picture(page, "console-toewijzing")
    page.get_by_role("link", name="Stopbericht E1").click()
    assert page.get_by_role("heading", name="Stopbericht").is_visible()


def test_an_administrator_tries_again(chromium: Browser, running: Server) -> None:
    """A replay is counted first, then started, and tells of each message what it became."""
    page = signed_in(chromium, running, Role.ADMINISTRATOR)
    page.get_by_role("link", name="Opnieuw proberen").click()
    page.get_by_role("link", name="Berichten kiezen").click()
    page.get_by_label("Status").select_option("manual")
    page.get_by_label("Ontvanger (code)").fill(BY_HAND)
    page.get_by_role("button", name="Tellen").click()
    assert page.locator("tbody").get_by_text("blijft zoals het is").is_visible()
    picture(page, "console-opnieuw")
    page.get_by_role("button", name="1 bericht opnieuw proberen").click()
    assert page.get_by_role("heading", name="Per bericht").is_visible()


def test_an_auditor_reads_the_trail(chromium: Browser, running: Server) -> None:
    """The trail tells who did what, and whether it is whole."""
    page = signed_in(chromium, running, Role.AUDITOR)
    page.get_by_role("link", name="Controle").click()
    page.get_by_role("button", name="Nagaan of het spoor heel is").click()
    page.get_by_text("Het spoor is heel").wait_for()
    assert page.locator("tbody").get_by_text("aangemeld").first.is_visible()


def test_an_administrator_gives_access(chromium: Browser, running: Server) -> None:
    """A party is added, and a token made for it."""
    page = signed_in(chromium, running, Role.ADMINISTRATOR)
    page.get_by_role("link", name="Partijen").click()
    form = page.get_by_role("form", name="Partij toevoegen")
    form.get_by_label("AGB- of CBS-code").fill("55667788")
    form.get_by_label("Naam").fill("Aanbieder Es")
    form.get_by_role("button", name="Partij toevoegen").click()
    form = page.get_by_role("form", name="Token maken")
    form.get_by_label("Code van de partij").fill("55667788")
    form.get_by_role("button", name="Token maken").click()
    assert page.get_by_text("Bewaar het nu").is_visible()
    page.get_by_role("button", name="Afmelden").click()
    assert page.get_by_role("heading", name="Aanmelden").is_visible()


def _requests(page: Page) -> list[str]:
    """Give the ids of the requests in a list that is shown."""
    links = page.locator("td:first-child a[href^='/console/verzoeken/']").all()[:1]
    return [(link.get_attribute("href") or "").rpartition("/")[2] for link in links]


@pytest.mark.parametrize(
    ("role", "phone"), [(Role.HANDLER, False), (Role.ADMINISTRATOR, True), (Role.AUDITOR, False)], ids=str
)
def test_no_page_has_barriers(chromium: Browser, running: Server, role: Role, phone: bool) -> None:
    """No page has serious or critical violations of WCAG, nor scrolls sideways on a phone."""
    page = signed_in(chromium, running, role, phone=phone)
    addresses = []
    for listed in ("berichten", "toewijzingen", "verzoeken", "routes", "zaken", "onbezorgd", "herhalingen"):
        page.goto(f"{running.url}/console/{listed}")
        # A few of each list: the pages behind one list differ in what they say, not in how they are made.
        rows = page.locator("td:first-child a").all()[:_FEW]
        addresses += [f"/console/verzoeken/{one}/besluit" for one in _requests(page)]
        addresses += [link.get_attribute("href") or "" for link in (*page.locator("nav a").all(), *rows)]
    for address in dict.fromkeys(["/console/aanmelden", "/console/nergens", "/console/herhalingen/nieuw", *addresses]):
        page.goto(f"{running.url}{address}")
        found = Axe().run(page)
        grave = [v["id"] for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
        assert not grave, (address, grave, found.generate_report())
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, address
