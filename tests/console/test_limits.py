"""Bounds on who uses the console: how often, how slowly, and how much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.types import Message

from gateway import limits as bounds
from gateway.composition import Gateway
from gateway.console import limits
from gateway.console.application import make_console
from gateway.console.limits import FormError, Limits, form_of, household
from gateway.errors import DatabaseUnavailableError
from gateway.limits import RateLimit
from gateway.services.proxies import Proxies
from gateway.services.signing_in import Role, SigningIn
from tests.console.conftest import Browser, application

FORM = (b"content-type", b"application/x-www-form-urlencoded")


@pytest.fixture
def limited(gateway: Gateway) -> Iterator[Browser]:
    """Give a browser at a console of which the clock stands still: three tries to sign in, and five pages."""
    few = Limits(RateLimit(1, lambda: 0.0, at_once=5), RateLimit(0.5, lambda: 0.0, at_once=3))
    with Browser(application(gateway, make_console(gateway.desk, few))) as opened:
        yield opened


def test_a_session_that_asks_too_much(limited: Browser, gateway: Gateway) -> None:
    """It hears in Dutch when to come back; another session notices nothing."""
    limited.sign_in(gateway, Role.VIEWER)
    answers = [limited.get("/console/berichten") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert "Wacht 1 seconde" in answers[-1].text
    assert '<html lang="nl">' in answers[-1].text
    assert limited.get("/console/static/console.css").status_code == 200
    limited.sign_in(gateway, Role.VIEWER)
    assert limited.get("/console").status_code == 200


def test_a_made_up_cookie_has_no_bucket(limited: Browser, gateway: Gateway) -> None:
    """What is not signed by us is not asked for, and empties nobody's bucket."""
    limited.cookies.set("ijw_console", "verzonnen")
    assert {limited.get("/console").status_code for _ in range(9)} == {303}


def test_links_are_not_tried_for_ever(limited: Browser, gateway: Gateway) -> None:
    """After some that were wrong an address has to wait, whatever its headers say; the good one is not used up."""
    secret = gateway.desk.signing_in.make_link(Role.VIEWER)
    told = [limited.post(f"/console/aanmelden/link/{number}") for number in range(4)]
    assert [answer.status_code for answer in told] == [403, 403, 403, 429]
    assert told[-1].headers["retry-after"] == "2"
    assert "te veel pogingen" in told[-1].text
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        elsewhere = limited.request("POST", f"/console/aanmelden/link/{secret}", headers={header: "for=192.0.2.7"})
        assert elsewhere.status_code == 429
    assert gateway.desk.signing_in.by_link(secret) is not None


def test_behind_a_proxy_each_client_has_tries_of_its_own(gateway: Gateway) -> None:
    """The proxy says who asks; what somebody says of themselves before that counts for nothing."""
    desk = replace(gateway.desk, proxies=Proxies("10.0.0.0/8", None))
    few = Limits(RateLimit(1, lambda: 0.0, at_once=5), RateLimit(0.5, lambda: 0.0, at_once=1))
    told = []
    with Browser(application(gateway, make_console(desk, few)), client=("10.0.0.1", 50000)) as browser:
        for forwarded in ("192.0.2.7", "192.0.2.8", "192.0.2.9, 192.0.2.8", "10.0.0.3, 192.0.2.7"):
            answer = browser.request("POST", "/console/aanmelden/link/mis", headers={"X-Forwarded-For": forwarded})
            told.append(answer.status_code)
    assert told == [403, 403, 429, 429]


def test_signing_in_is_not_held_against_anybody(limited: Browser, gateway: Gateway) -> None:
    """However many people of one office sign in at the same moment, each of them gets in."""
    for _ in range(9):
        limited.sign_in(gateway, Role.VIEWER)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("geen-adres", "geen-adres", True),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, same: bool) -> None:
    """Of IPv6 a household has so many addresses that only what they have in common counts."""
    assert (household(one) == household(other)) is same


def _form(*pieces: bytes, headers: tuple[tuple[bytes, bytes], ...] = (FORM,), pause: float = 0) -> Any:
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]

    async def receive() -> Message:
        await asyncio.sleep(pause)
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return form_of(Request({"type": "http", "method": "POST", "headers": list(headers)}, receive))


def test_a_form_that_trickles_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever pauses too long hears that nothing was done."""
    monkeypatch.setattr(bounds.patient, "__defaults__", (0.01, 10.0))
    with pytest.raises(FormError, match="te langzaam") as told:
        asyncio.run(_form(b"a=1", pause=0.1))
    assert told.value.status == 408


def test_a_form_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form is read no further than a form here is large."""
    monkeypatch.setattr(limits, "_LARGEST_FORM", 10)
    with pytest.raises(FormError, match="te groot") as told:
        asyncio.run(_form(b"a=1", b"&b=123456789"))
    assert told.value.status == 413


def test_half_a_form() -> None:
    """Who goes away halfway is no failure of ours."""
    with pytest.raises(FormError, match="niet compleet"):
        asyncio.run(_form(b"a=1"))


def test_the_pages_of_what_went_wrong_with_a_form(
    browser: Browser, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too large or is no form is answered by a page in Dutch, and nothing is done."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    monkeypatch.setattr(limits, "_LARGEST_FORM", 100)
    form = {"mark": browser.mark, "code": "11223344", "name": "x" * 100}
    answer = browser.post("/console/partijen", data=form)
    assert answer.status_code == 413
    assert "Dit formulier is te groot" in answer.text
    assert "Afmelden" in answer.text
    wrong = {"Content-Type": "multipart/form-data"}
    broken = browser.request("POST", "/console/partijen", headers=wrong)
    assert broken.status_code == 400
    assert "kon dit formulier niet lezen" in broken.text
    assert not gateway.services.parties.exists("11223344")


def test_when_the_gateway_fails(browser: Browser, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is a page that names the request, as the log does, and nothing of the cause; an absent database too."""
    browser.sign_in(gateway, Role.VIEWER)

    def fails(error: Exception) -> None:
        def who(*_: object) -> None:
            raise error

        monkeypatch.setattr(SigningIn, "who", who)

    fails(OperationalError("select geheim", None, Exception("999900006")))
    failed = browser.request("GET", "/console", headers={"X-Request-Id": "vraag-1234"})
    assert failed.status_code == 500
    assert failed.headers["x-request-id"] == "vraag-1234"
    assert "vraag-1234" in failed.text
    assert "geheim" not in failed.text
    fails(DatabaseUnavailableError())
    away = browser.get("/console")
    assert (away.status_code, away.headers["retry-after"]) == (503, "30")
    assert "database antwoordt niet" in away.text


def test_behind_a_proxy_that_does_the_tls(gateway: Gateway) -> None:
    """Where the address of the gateway is of TLS, cookies are for TLS alone, whatever the proxy passes on."""
    desk = replace(gateway.desk, base_url="https://gateway.example")
    with Browser(application(gateway, make_console(desk))) as browser:
        secret = gateway.desk.signing_in.make_link(Role.VIEWER)
        assert "Secure" in browser.post(f"/console/aanmelden/link/{secret}").headers["set-cookie"]
