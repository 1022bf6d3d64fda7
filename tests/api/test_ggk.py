"""Envelopes of the GGk over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from msgspec.structs import force_setattr, replace

from gateway.composition import Gateway
from gateway.exchange.route import GgkDoor, RouteTable
from gateway.services.proxies import Proxies
from gateway.store.messages import MessageFilter
from gateway.wire.document import MAX_SIZE
from gateway.wire.soap import SOAP
from tests.api.conftest import application
from tests.berichten import PROVIDER, answer_to, heenbericht, post_of, xml
from tests.envelopes import PATH, Said, envelop, in_soap, new_reference, said, soap
from tests.facts import FACTS
from tests.gateways import PLAIN, Clock, accepted, admin_of, caller_for, content_of, token_for

Body = bytes | AsyncIterator[bytes]


@pytest.fixture
def call(gateway: Gateway) -> Callable[..., httpx.Response]:
    """Give what calls the address of the GGk."""

    def calls(body: Body, token: str | None = None, method: str = "POST", **options: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(application(gateway), client=options.pop("peer", ("192.0.2.7", 5000)))
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                headers = {"Content-Type": "text/xml; charset=utf-8", **options.pop("headers", {})}
                if token:
                    headers["Authorization"] = f"Bearer {token}"
                return await client.request(method, PATH, content=body, headers=headers, **options)

        return asyncio.run(once())

    return calls


@pytest.fixture
def token(gateway: Gateway) -> str:
    """Give the provider's token."""
    return token_for(gateway, PROVIDER)


@pytest.fixture
def send(call: Callable[..., httpx.Response], token: str) -> Callable[..., Said]:
    """Give what sends an envelope as the provider, and reads the answer."""

    def sends(body: bytes) -> Said:
        response = call(body, token)
        assert response.headers["content-type"] == "text/xml; charset=utf-8"
        answer = said(response.content)
        assert response.status_code == (200 if answer.kind == "Bv03" else 500)
        return answer

    return sends


def messages(gateway: Gateway) -> list[Any]:
    """Give all messages that are kept."""
    found, _ = gateway.services.inquiry.search(MessageFilter(), admin_of(gateway), limit=100, after=None)
    return found


def test_a_heenbericht_is_taken(gateway: Gateway, send: Callable[..., Said]) -> None:
    """A Di01 becomes a message in the queue, byte for byte, and is answered by a Bv03 about its reference."""
    given, content = envelop(), post_of("JW315")
    assert send(soap(given, content)) == Said("Bv03", given.referentienummer, to=PROVIDER)
    (message,) = messages(gateway)
    assert (message.type, message.status, message.sender, message.recipient) == ("JW315", "queued", PROVIDER, PLAIN)
    assert content_of(gateway, message.id) == content


def test_the_same_envelope_again_is_taken_once(gateway: Gateway, send: Callable[..., Said]) -> None:
    """A repeated referentienummer with the same content is a Bv03 again, and no second message."""
    given = envelop()
    for _ in range(3):
        assert send(soap(given, post_of("JW315"))).kind == "Bv03"
    assert len(messages(gateway)) == 1


def test_another_content_under_the_same_reference_is_refused(gateway: Gateway, send: Callable[..., Said]) -> None:
    """A referentienummer is used once (IB016); what was sent first stands."""
    given = envelop()
    send(soap(given, post_of("JW315")))
    assert send(soap(given, post_of("JW315", "2"))).code == "IB016"
    assert len(messages(gateway)) == 1


def test_an_answer_in_a_du01(gateway: Gateway, send: Callable[..., Said]) -> None:
    """A retourbericht comes in a Du01, and is linked to what it answers."""
    heen = heenbericht("JW301")
    asked = accepted(gateway, caller_for(gateway, PLAIN), heen).message
    given = envelop("JW302", about=new_reference())
    assert send(soap(given, xml(answer_to(heen)))).kind == "Bv03"
    assert {message.type: message.answers for message in messages(gateway)}["JW302"] == asked.id


@pytest.mark.parametrize("change", ["referentienummer", "functie", "tijdstip"])
def test_an_envelope_that_breaks_its_schema(send: Callable[..., Said], change: str) -> None:
    """IB001, with the place and not with what stands there."""
    changed: dict[str, Any] = {change: "x" * 41}
    given = replace(envelop(), **changed)
    answer = send(soap(given, post_of("JW315")))
    assert (answer.kind, answer.code, answer.place) == ("Fo03", "IB001", "client")
    assert "stuurgegevens/" in answer.text
    assert "xxx" not in answer.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "goed gevormde XML"),
        (b"<a/>", "SOAP"),
        (b"<!DOCTYPE a><a/>", "DTD"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a/>', "UTF-8"),
        (f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode(), "één Body"),
        (f'<s:Envelope xmlns:s="{SOAP}"><s:Body><a/></s:Body></s:Envelope>'.encode(), "ggk_Di01"),
    ],
)
def test_what_is_no_envelope(call: Callable[..., httpx.Response], token: str, body: bytes, reason: str) -> None:
    """A fault that says why, whatever was sent."""
    response = call(body, token)
    assert response.status_code == 500
    assert reason in response.text


def test_a_sender_that_is_not_the_caller(gateway: Gateway, send: Callable[..., Said]) -> None:
    """Who holds a token of one party sends no envelope of another (IB002)."""
    answer = send(soap(envelop("JW301", sender=PLAIN, recipient=PROVIDER), post_of("JW301")))
    assert (answer.kind, answer.code) == ("Fo03", "IB002")
    assert messages(gateway) == []


def test_nobody_without_a_token(call: Callable[..., httpx.Response]) -> None:
    """401, with a fault that says what is needed."""
    for token in (None, "ijw_onzin"):
        response = call(soap(envelop(), post_of("JW315")), token)
        assert response.status_code == 401
        assert said(response.content).code == "IB002"


def test_a_mandate(gateway: Gateway, call: Callable[..., httpx.Response]) -> None:
    """An intermediary sends for the party that gave it a mandate, of the types that it names, while it lasts."""
    intermediary = "77770001"
    gateway.services.parties.add(intermediary, "Berichtenknooppunt")
    token = token_for(gateway, intermediary)

    def post(functie: str, number: str) -> int:
        given = envelop(functie, sender=intermediary)
        assert said(call(soap(given, post_of(functie, number)), token).content).kind == "Bv03"
        return len(messages(gateway))

    assert post("JW315", "1") == 0
    gateway.services.certificates.give_mandate(intermediary, PROVIDER, frozenset({"JW315"}))
    assert post("JW315", "2") == 1
    assert post("JW305", "3") == 1
    gateway.services.certificates.end_mandate(intermediary, PROVIDER)
    assert post("JW315", "4") == 1


def test_an_unknown_recipient_makes_the_message_rejected(gateway: Gateway, send: Callable[..., Said]) -> None:
    """A Bv03, and a message that goes to nobody."""
    content = xml(heenbericht("JW315", municipality="0106"))
    assert send(soap(envelop(recipient="0106"), content)).kind == "Bv03"
    (message,) = messages(gateway)
    assert (message.status, message.findings[0].code) == ("rejected", "BRS04")


def size_of(given: int) -> AsyncIterator[bytes]:
    """Give an envelope of exactly so many bytes, in pieces, with spaces in its base64."""
    before, _, after = soap(envelop(), post_of("JW315")).partition(b"</GGK:xmlBestand>")

    async def pieces() -> AsyncIterator[bytes]:
        yield before
        left = given - len(before) - len(after) - len(b"</GGK:xmlBestand>")
        while left > 0:
            yield b" " * min(left, 65_536)
            left -= 65_536
        yield b"</GGK:xmlBestand>" + after

    return pieces()


def test_the_limit_is_25_mb_with_everything(call: Callable[..., httpx.Response], token: str) -> None:
    """25 MB with envelope and base64 is taken, one byte more is refused (IB003)."""
    assert said(call(size_of(MAX_SIZE), token).content).kind == "Bv03"
    response = call(size_of(MAX_SIZE + 1), token)
    assert (response.status_code, said(response.content).code) == (500, "IB003")


def test_too_much_is_refused_unread(call: Callable[..., httpx.Response], token: str) -> None:
    """By its Content-Length alone."""

    async def never() -> AsyncIterator[bytes]:
        yield b" "
        pytest.fail("what is said to be too large was read to its end")

    response = call(never(), token, headers={"Content-Length": str(MAX_SIZE + 1)})
    assert said(response.content).code == "IB003"


def test_the_description(call: Callable[..., httpx.Response]) -> None:
    """The WSDL is open to all, leads to its schemas at the same address, and names that address."""
    response = call(b"", None, "GET", params={"wsdl": ""})
    assert response.status_code == 200
    assert f'<soap:address location="http://gateway{PATH}"/>' in response.text
    for name in ("wsdl=stuf0301.wsdl", "xsd=ggk0210.xsd"):
        assert f'ocation="?{name}"' in response.text
        key, _, value = name.partition("=")
        assert call(b"", None, "GET", params={key: value}).status_code == 200
    for key, value in (("xsd", "../iJw/3.2/JW301.xsd"), ("wsdl", "x"), ("", "")):
        assert call(b"", None, "GET", params={key: value}).status_code == 404


@pytest.mark.skipif(FACTS is None, reason="the published examples are not here")
@pytest.mark.parametrize(
    ("name", "sender", "kind"),
    [
        ("envelopHeenbericht-ggk_Di01_v21-xml.xml", "0548", "Bv03"),
        ("envelopHeenbericht-ggk_Di01_v21-tekst.xml", "0548", "Bv03"),
        ("envelopRetourbericht-ggk_Du01-v21.xml", "01023456", "Bv03"),
        ("Fo01.xml", PROVIDER, "Bv03"),
    ],
)
def test_published_examples(
    gateway: Gateway, call: Callable[..., httpx.Response], name: str, sender: str, kind: str
) -> None:
    """The published envelopes fit the schema, and are taken; of their contents nothing is a message of iJw 3.2."""
    assert FACTS is not None
    content = in_soap((FACTS / "ggk0210" / "voorbeeldberichten" / name).read_bytes())
    assert said(call(content, token_for(gateway, sender)).content).kind == kind
    assert messages(gateway) == []
    stranger = said(call(content, token_for(gateway, "42420001")).content)
    assert stranger.code == ("" if name == "Fo01.xml" else "IB002")


def test_a_certificate_that_a_trusted_proxy_passes_on(gateway: Gateway, call: Callable[..., httpx.Response]) -> None:
    """It takes the place of a token; from anybody else the header says nothing."""
    gateway.services.certificates.add(token_for(gateway, PROVIDER)[4:16], ("fingerprint", "ab" * 32))
    force_setattr(gateway.services, "proxies", Proxies("10.0.0.0/8", "X-Client"))
    shown = {"X-Client": "AB:" * 31 + "AB"}
    for peer, kind, code in (("10.0.0.9", "Bv03", ""), ("192.0.2.9", "Fo03", "IB002")):
        answer = said(call(soap(envelop(), post_of("JW315")), headers=shown, peer=(peer, 4000)).content)
        assert (answer.kind, answer.code) == (kind, code)


def test_a_text(gateway: Gateway, call: Callable[..., httpx.Response], token: str) -> None:
    """It is refused, unless the route of the municipality takes texts: then it can be fetched, byte for byte."""
    content = b"a;b\n" * 400_000
    given = envelop("Dummy", text="AanleveringQ1.csv")
    caller = caller_for(gateway, PLAIN)
    assert said(call(soap(given, content), token).content).kind == "Bv03"
    assert gateway.services.texts.listed(caller, limit=10) == []
    known = gateway.routes.routes[PLAIN]
    taking = RouteTable.of([replace(known, ggk=GgkDoor(None, texts=True))])
    gateway.services.ggk._routes = taking
    given = envelop("Dummy", text="AanleveringQ1.csv")
    assert said(call(soap(given, content), token).content).kind == "Bv03"
    (text,) = gateway.services.texts.listed(caller, limit=10)
    assert (text.file_name, text.size, text.sender) == ("AanleveringQ1.csv", len(content), PROVIDER)
    found = gateway.services.texts.content(text.id, caller)
    assert found is not None
    assert b"".join(found[1]) == content
    assert gateway.services.texts.content(text.id, caller_for(gateway, PROVIDER)) is None


def test_the_address_as_others_reach_it(gateway: Gateway, call: Callable[..., httpx.Response]) -> None:
    """Behind a proxy the WSDL names the address that was set."""
    gateway.services.ggk._base_url = "https://gateway.example/"
    assert (
        f'<soap:address location="https://gateway.example{PATH}"/>' in call(b"", None, "GET", params={"wsdl": ""}).text
    )


def test_texts_go_after_a_year(gateway: Gateway, call: Callable[..., httpx.Response], token: str, clock: Clock) -> None:
    """What was kept long enough is removed."""
    gateway.services.ggk._routes = RouteTable.of([replace(gateway.routes.routes[PLAIN], ggk=GgkDoor(None, texts=True))])
    call(soap(envelop("Dummy", text="a.csv"), b"a;b"), token)
    assert gateway.services.texts.remove_old() == 0
    clock.forward(days=366)
    assert gateway.services.texts.remove_old() == 2  # the text, and its envelope
    assert gateway.services.texts.remove_old() == 0
    assert gateway.services.texts.listed(caller_for(gateway, PLAIN), limit=10) == []
