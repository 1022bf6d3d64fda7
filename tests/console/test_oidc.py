"""Signing in by an OpenID Connect provider that runs on this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx

from gateway.composition import Gateway
from gateway.console.application import make_console
from gateway.console.desk import SignOn
from gateway.console.limits import Limits
from gateway.limits import RateLimit
from gateway.services.signing_in import Role
from tests.console.conftest import Browser, application
from tests.e2e.server import free_port
from tests.gateways import open_gateway

_PEOPLE: Final = (
    {"sub": "anne", "name": "Anne de Vries", "groups": ["jeugd-beheer", "jeugd-kijk"]},
    {"sub": "bram", "name": "Bram", "groups": "jeugd-kijk"},
    {"sub": "cas", "name": "Cas", "groups": ["iets-anders"]},
)
_PATIENCE: Final = 30.0


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a provider, with people in several groups, as a process of its own."""
    port = free_port()
    people = [part for person in _PEOPLE for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *people]
    with (tmp_path_factory.mktemp("oidc") / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/.well-known/openid-configuration", process)
        yield address
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the provider does not answer")


@pytest.fixture
def signing_on(tmp_path: Path, issuer: str) -> Iterator[tuple[Gateway, SignOn]]:
    """Give a gateway, and the provider by which people sign in to it."""
    gateway = open_gateway(tmp_path)
    roles = {"jeugd-beheer": Role.ADMINISTRATOR, "jeugd-kijk": Role.VIEWER}
    yield gateway, SignOn(issuer, "gateway", "geheim", "groups", roles)
    gateway.close()


def browser_of(gateway: Gateway, sign_on: SignOn) -> Browser:
    """Give a browser at a console with this provider."""
    return Browser(application(gateway, make_console(replace(gateway.desk, sign_on=sign_on))))


def at_provider(address: str, sub: str) -> str:
    """Sign in at the provider; gives the address that it sends the browser back to."""
    answer = httpx.post(address, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize(("sub", "name", "role"), [("anne", "Anne de Vries", "beheerder"), ("bram", "Bram", "kijker")])
def test_signing_in(signing_on: tuple[Gateway, SignOn], sub: str, name: str, role: str) -> None:
    """Somebody comes in by their own name, with the role of their groups, on the page that they came for."""
    with browser_of(*signing_on) as browser:
        there = browser.get("/console/aanmelden/dienst?naar=/console/berichten")
        back = at_provider(there.headers["location"], sub)
        inside = browser.get(back)
        assert inside.status_code == 303
        assert inside.headers["location"] == "/console/berichten"
        assert f"{name} ({role})" in browser.get("/console").text


def test_without_a_role(signing_on: tuple[Gateway, SignOn]) -> None:
    """Who is known but has no role here stays outside, and is told."""
    with browser_of(*signing_on) as browser:
        back = at_provider(browser.get("/console/aanmelden/dienst").headers["location"], "cas")
        answer = browser.get(back)
        assert answer.status_code == 403
        assert "hebt hier geen rol" in answer.text
        assert browser.get("/console").status_code == 303


def test_an_answer_of_another_browser(signing_on: tuple[Gateway, SignOn]) -> None:
    """An answer belongs to the browser that asked, and is good once."""
    with browser_of(*signing_on) as asked, browser_of(*signing_on) as other:
        back = at_provider(asked.get("/console/aanmelden/dienst").headers["location"], "anne")
        assert other.get(back).headers["location"] == "/console/aanmelden"
        state = parse_qs(urlsplit(back).query)["state"][0]
        assert asked.get(back.replace(state, "anders")).status_code == 403
        assert asked.get(back).status_code == 303
        assert asked.get(back).headers["location"] == "/console/aanmelden"


def test_the_address_to_come_back_to(signing_on: tuple[Gateway, SignOn]) -> None:
    """The provider is told the address by which others reach the gateway, not what its proxy calls it."""
    gateway, sign_on = signing_on
    desk = replace(gateway.desk, sign_on=sign_on, base_url="https://gateway.example")
    with Browser(application(gateway, make_console(desk))) as browser:
        there = urlsplit(browser.get("/console/aanmelden/dienst").headers["location"])
        assert parse_qs(there.query)["redirect_uri"] == ["https://gateway.example/console/aanmelden/terug"]


def test_who_comes_back_too_often(signing_on: tuple[Gateway, SignOn]) -> None:
    """Going to the provider and failing to come back is limited by address; who succeeds is not counted."""
    gateway, sign_on = signing_on
    few = Limits(tries=RateLimit(0.5, lambda: 0.0, at_once=4))
    with Browser(application(gateway, make_console(replace(gateway.desk, sign_on=sign_on), few))) as browser:
        for sub, status in (("anne", 303), ("bram", 303), ("cas", 403), ("cas", 403)):
            back = at_provider(browser.get("/console/aanmelden/dienst").headers["location"], sub)
            assert browser.get(back).status_code == status
        assert browser.get("/console/aanmelden/dienst").status_code == 429


def test_a_provider_that_is_away(signing_on: tuple[Gateway, SignOn]) -> None:
    """Nobody comes in, and the page says why."""
    gateway, sign_on = signing_on
    with browser_of(gateway, replace(sign_on, issuer="http://127.0.0.1:9")) as browser:
        answer = browser.get("/console/aanmelden/dienst")
        assert answer.status_code == 502
        assert re.search("antwoordt niet", answer.text)


@respx.mock
def test_a_provider_that_is_another(signing_on: tuple[Gateway, SignOn]) -> None:
    """A provider that names itself otherwise than was set is not believed."""
    gateway, sign_on = signing_on
    described = {"issuer": "https://elders.example", "authorization_endpoint": "https://elders.example/auth"}
    respx.get("https://aanmelden.example/.well-known/openid-configuration").respond(json=described)
    with browser_of(gateway, replace(sign_on, issuer="https://aanmelden.example")) as browser:
        answer = browser.get("/console/aanmelden/dienst")
        assert answer.status_code == 502
        assert "noemt zichzelf anders" in answer.text
