"""The pages about the rules, and the links to them."""

from __future__ import annotations

import re

import pytest

from gateway.api.problems import help_links
from gateway.rules.table import RULES
from gateway.wire.standard import read_standard
from tests.api.client import Client
from tests.api.test_archives import packed
from tests.berichten import BSN, post_of

_LINK = re.compile(r'</rules/([A-Z0-9-]+)>; rel="help"')
_BROKEN = post_of("JW305", "fout").replace(b"StatusAanlevering>1<", b"StatusAanlevering>2<")
_INVALID = post_of("JW305").replace(BSN.encode(), b"12")


def test_all_rules_are_listed(client: Client) -> None:
    """The list needs no token, and leads to the page of every rule of the standard."""
    response = client.get("/rules", token="")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert set(re.findall(r'href="/rules/([A-Z0-9a-z]+)"', response.text)) == set(read_standard())


def test_every_rule_has_a_page(client: Client) -> None:
    """The page of a rule has its code and its sentence; of one that is not judged, why not."""
    sentences = {rule.code: rule.message for rule in RULES}
    for code in read_standard():
        text = client.get(f"/rules/{code}", token="").text
        assert f"<h1>{code}</h1>" in text
    text = client.get("/rules/tr018", token="").text
    assert sentences["TR018"] in text
    assert "<dt>Waar</dt><dd>JW307 StopProduct/Einddatum</dd>" in text
    assert "aan een bericht is niet te zien" in client.get("/rules/OP043", token="").text


def test_an_agreement_has_a_page(client: Client) -> None:
    """What the tables in force agree is explained like a rule."""
    text = client.get("/rules/PROEF-PAUZE", token="").text
    assert "Binnen acht weken." in text
    assert "Afspraak van de regio Proef" in text


def test_an_unknown_rule(client: Client) -> None:
    """A code that means nothing here is not found."""
    assert client.get("/rules/TR999", token="").status_code == 404


@pytest.mark.parametrize(
    ("body", "media_type", "codes"),
    [
        (_BROKEN, "application/xml", ["CS058"]),
        (_INVALID, "application/xml", ["XSD"]),
        (b"<a", "application/xml", ["BRS14"]),
        (b"x", "application/zip", ["BRS15"]),
        (post_of("JW305").replace(b">0384<", b">9999<"), "application/xml", ["BRS04"]),
    ],
)
def test_a_problem_links_to_what_its_codes_mean(client: Client, body: bytes, media_type: str, codes: list[str]) -> None:
    """Each code in the findings of a problem has a link, and that leads somewhere."""
    response = client.post(body, media_type)
    found = _LINK.findall(response.headers["link"])
    assert found == codes == list(dict.fromkeys(finding["code"] for finding in response.json()["findings"]))
    assert client.get(f"/rules/{found[0]}", token="").status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/sarif+json"])
def test_a_report_links_to_what_its_codes_mean(client: Client, accept: str) -> None:
    """So does a report of a check, in any form; the page and the log have the addresses in full."""
    headers = {"Accept": accept}
    body = packed(_BROKEN, _INVALID, _BROKEN)
    response = client.call("POST", "/v1/validations", body=body, content_type="application/zip", headers=headers)
    assert _LINK.findall(response.headers["link"]) == ["CS058", "XSD"]
    for code in ("CS058", "XSD"):
        assert (f"http://gateway/rules/{code}" in response.text) == (accept != "application/json")


def test_nothing_found_links_to_nothing(client: Client) -> None:
    """Where no code is named there is no link."""
    response = client.call("POST", "/v1/validations", body=post_of("JW305"), content_type="application/xml")
    assert "link" not in response.headers
    assert "link" not in client.get("/v1/nergens").headers


def test_links_have_a_bound() -> None:
    """At most twenty codes are linked, each once."""
    codes = [f"TR{number:03}" for number in range(30) for _ in range(2)]
    assert _LINK.findall(help_links(codes)["Link"]) == [f"TR{number:03}" for number in range(20)]


def test_a_kind_of_problem_leads_to_the_rules(client: Client) -> None:
    """The page about a kind of problem says where the codes are explained."""
    assert 'href="/rules"' in client.get("/problems/rules-violated", token="").text
