"""POST /v1/validations: the same report as a page and as SARIF, by Accept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.api.accept import preferred
from gateway.api.application import make_api, make_application
from gateway.api.openapi import describe
from gateway.services.caller import Scope
from gateway.wire.report_html import POLICY
from tests.api.client import Client
from tests.berichten import BSN, PROVIDER, post_of
from tests.gateways import open_gateway, token_for
from tests.wire.test_report_html import page_of
from tests.wire.test_report_sarif import check_log

_HTML: Final = "text/html"
_SARIF: Final = "application/sarif+json"
_BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_WRONG: Final = post_of("JW305").replace(BSN.encode(), b"12")


@asynccontextmanager
async def _nothing_beside() -> AsyncIterator[None]:
    yield


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Client]:
    """Give a client with the provider's token."""
    gateway = open_gateway(tmp_path)
    token = token_for(gateway, PROVIDER, scope=Scope.EXCHANGE)
    with Client(make_application(gateway.services, _nothing_beside), token) as made:
        yield made
    gateway.close()


def _validate(client: Client, body: bytes, accept: str | None, media_type: str = "application/xml") -> Any:
    headers = {"Accept": accept} if accept is not None else {}
    response = client.call("POST", "/v1/validations", body=body, content_type=media_type, headers=headers)
    assert response.status_code == 200
    return response


def _zip(*messages: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, message in enumerate(messages):
            archive.writestr(f"{number}.xml", message)
    return stream.getvalue()


@pytest.mark.parametrize("accept", [None, "", "*/*", "application/json", "image/png", "text/html;q=0.1, */*", "q;;=,"])
def test_json_unless_asked(caller: Client, accept: str | None) -> None:
    """Whoever does not ask for another form gets JSON."""
    response = _validate(caller, _WRONG, accept)
    assert response.headers["content-type"] == "application/json"
    assert response.json()["type"] == "JW305"


@pytest.mark.parametrize("accept", [_HTML, _BROWSER, "TEXT/HTML; charset=utf-8", "text/*"])
def test_a_page(caller: Client, accept: str) -> None:
    """A page shows the message, its findings, and keeps the browser from doing anything else."""
    response = _validate(caller, _WRONG, accept)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == POLICY
    page = page_of(response.text)
    assert "JW305" in page.text
    assert "Niet geldig" in page.text
    assert "Het bericht" in page.text


def test_sarif(caller: Client) -> None:
    """A log for programs has the same findings."""
    response = _validate(caller, _WRONG, f"{_SARIF}, application/json;q=0.5")
    assert response.headers["content-type"] == _SARIF
    log = response.json()
    check_log(log)
    findings = _validate(caller, _WRONG, None).json()["findings"]
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == [finding["code"] for finding in findings]


def test_a_zip(caller: Client) -> None:
    """All messages of a ZIP come on one page, and in one log."""
    body = _zip(post_of("JW305"), _WRONG)
    page = page_of(_validate(caller, body, _HTML, "application/zip").text)
    assert "berichten.zip#1" in page.text
    assert "berichten.zip#2" in page.text
    log = _validate(caller, body, _SARIF, "application/zip").json()
    check_log(log)
    items = _validate(caller, body, None, "application/zip").json()["items"]
    assert len(items) == 2
    found = [finding["code"] for item in items for finding in item["findings"]]
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == found


@pytest.mark.parametrize("accept", [_HTML, _SARIF])
def test_the_typed_form(caller: Client, accept: str) -> None:
    """A message in JSON has findings, and no lines to show."""
    text = _validate(caller, b'{"type": "JW305", "bericht": {}}', accept, "application/json").text
    assert "bericht.json" in text
    assert "Het bericht</h3>" not in text


def test_a_problem_stays_a_problem(caller: Client) -> None:
    """What cannot be checked at all is a problem document, whatever was asked for."""
    headers = {"Accept": _HTML}
    for body, media_type, status in ((b"x", "application/zip", 400), (b"x", "text/plain", 415)):
        response = caller.call("POST", "/v1/validations", body=body, content_type=media_type, headers=headers)
        assert response.status_code == status


def test_described() -> None:
    """The OpenAPI document names the three forms."""
    operation = describe(make_api(None))["paths"]["/validations"]["post"]
    content = operation["responses"]["200"]["content"]
    assert set(content) == {"application/json", _HTML, _SARIF}


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [("a/b", 1), ("a/c", 2), ("a/b;q=0.5,a/c", 2), ("a/c,a/b", 2), ("a/b;q=0", 0), ("a/b;q=x", 0), ("", 0)],
)
def test_preferred(accept: str, chosen: int) -> None:
    """The form that is liked best, and of what is liked as much the first."""
    assert preferred(accept, {"a/b": 1, "a/c": 2}, 0) == chosen
