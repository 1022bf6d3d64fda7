"""Signing in and out, and what a page asks of whoever comes."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from gateway.composition import Gateway
from gateway.console.application import PAGES, routes_of
from gateway.services.audit import Act
from gateway.services.signing_in import Role
from gateway.store.audit import TrailFilter
from tests.console.conftest import Browser
from tests.console.roles import ROLES_OF
from tests.gateways import Clock


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _, _ in PAGES])
def test_every_page_asks_who_it_is(browser: Browser, method: str, path: str) -> None:
    """Who is not signed in is sent to do so, whatever the page."""
    answer = browser.request(method, f"/console{path}".replace("{id}", "0" * 32))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/aanmelden")


@pytest.mark.parametrize("role", Role)
def test_every_page_crossed_with_every_role(browser: Browser, gateway: Gateway, role: Role) -> None:
    """A role opens the pages that the table gives it, and no others."""
    for (method, path), roles in ROLES_OF.items():
        browser.sign_in(gateway, role)
        form = {"mark": browser.mark} if method == "POST" else None
        answer = browser.request(method, path.replace("{id}", "0" * 32), data=form)
        assert (answer.status_code != 403) is (role in roles), (role, method, path)


def test_every_route_has_its_row() -> None:
    """Whoever adds a page says in the table who opens it; those of signing in are for everybody."""
    routes = {
        (method, route.path)
        for route in routes_of()
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
        if not route.path.startswith("/console/aanmelden")
    }
    assert routes == ROLES_OF.keys()


def test_a_link_works_once(browser: Browser, gateway: Gateway) -> None:
    """Looking at a link does not use it up; using it does."""
    secret = gateway.desk.signing_in.make_link(Role.VIEWER)
    for _ in range(2):
        assert browser.get(f"/console/aanmelden/link/{secret}").status_code == 200
    assert browser.post(f"/console/aanmelden/link/{secret}").status_code == 303
    assert browser.get("/console").status_code == 200
    again = browser.post(f"/console/aanmelden/link/{secret}")
    assert again.status_code == 403
    assert "al gebruikt of verlopen" in again.text


def test_a_link_ends(browser: Browser, gateway: Gateway, clock: Clock) -> None:
    """After a quarter of an hour a link is of no use."""
    secret = gateway.desk.signing_in.make_link(Role.VIEWER)
    clock.forward(minutes=16)
    assert browser.post(f"/console/aanmelden/link/{secret}").status_code == 403


def test_a_session_ends(browser: Browser, gateway: Gateway, clock: Clock) -> None:
    """A session ends after half an hour without use, after a day's work, and when somebody signs out."""
    browser.sign_in(gateway, Role.VIEWER)
    for _ in range(17):
        clock.forward(minutes=29)
        assert browser.get("/console").status_code == 200
    clock.forward(minutes=31)
    assert browser.get("/console").status_code == 303
    browser.sign_in(gateway, Role.VIEWER)
    for _ in range(19):
        clock.forward(minutes=29)
        browser.get("/console")
    assert browser.get("/console").status_code == 303
    browser.sign_in(gateway, Role.VIEWER)
    kept = browser.cookies["ijw_console"]
    browser.post("/console/afmelden", data={"mark": browser.mark})
    browser.cookies.set("ijw_console", kept)  # a copy of the cookie does not help
    assert browser.get("/console").status_code == 303


def test_a_form_of_another_site_does_nothing(browser: Browser, gateway: Gateway) -> None:
    """Without the mark of the session nothing is changed."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    for mark in ("", "0" * 64, "é"):
        answer = browser.post("/console/partijen", data={"code": "11223344", "name": "Iemand", "mark": mark})
        assert answer.status_code == 403
    assert not gateway.services.parties.exists("11223344")


def test_a_cookie_that_is_not_ours(browser: Browser) -> None:
    """A cookie that was made up opens nothing."""
    for value in ("x", "IngiLg.aQ.x", '"abc"'):
        browser.cookies.set("ijw_console", value)
        assert browser.get("/console").status_code == 303
        browser.cookies.clear()


def test_coming_back_stays_inside(browser: Browser) -> None:
    """The page to come back to is one of the console, whatever a link says."""
    page = browser.get("/console/aanmelden?naar=https://elders.example").text
    assert "elders" not in page


def test_cookies_are_out_of_reach(browser: Browser, gateway: Gateway) -> None:
    """The cookie is for HTTP alone, for this site alone, and over TLS only sent over TLS."""
    secret = gateway.desk.signing_in.make_link(Role.VIEWER)
    cookie = browser.post(f"https://gateway/console/aanmelden/link/{secret}").headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/console"))


def test_pages_keep_a_browser_inside(browser: Browser, gateway: Gateway) -> None:
    """No script, no frame and nothing from elsewhere; a page is not kept, a stylesheet is."""
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get("/console")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert " style=" not in page.text
    sheet = browser.get("/console/static/console.css")
    assert sheet.headers["cache-control"].startswith("public")
    for name in ("nlds", "console"):
        text = browser.get(f"/console/static/{name}.css").text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text
        assert "@import" not in text


def test_signing_in_is_in_the_trail(browser: Browser, gateway: Gateway) -> None:
    """Who made a link and who signed in is written down."""
    browser.sign_in(gateway, Role.AUDITOR)
    found, _ = gateway.services.audit.listed(TrailFilter(), limit=10, before=None)
    kinds = {entry.kind for entry in found}
    assert {Act.SIGNED_IN, Act.SIGN_IN_LINK_MADE} <= kinds
