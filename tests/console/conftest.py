"""A console that is called without a network, by people with each role."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest
from starlette.types import ASGIApp

from gateway.api.application import make_application
from gateway.app import ConsoleAtFirstVisit
from gateway.composition import Gateway
from gateway.services.signing_in import Role
from tests.gateways import Clock, open_gateway


@asynccontextmanager
async def _nothing_beside() -> AsyncIterator[None]:
    yield


class Browser:
    """Somebody with a browser; `mark` is that of the forms on the pages they see."""

    def __init__(self, app: ASGIApp, client: tuple[str, int] = ("192.0.2.1", 50000)) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=client)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway")
        self._runner = asyncio.Runner()
        self.cookies = self._client.cookies
        self.mark = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def request(
        self,
        method: str,
        address: str,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Go somewhere, or send a form; a redirect is looked at, not followed."""
        return self._runner.run(self._client.request(method, address, data=data, headers=headers))

    def get(self, address: str) -> httpx.Response:
        """Go to a page."""
        return self.request("GET", address)

    def post(self, address: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Send a form."""
        return self.request("POST", address, data)

    def sign_in(self, gateway: Gateway, role: Role) -> None:
        """Sign in with a link that works once."""
        secret = gateway.desk.signing_in.make_link(role)
        answer = self.post(f"/console/aanmelden/link/{secret}")
        assert answer.status_code == 303
        found = re.search(r'name="mark" value="([0-9a-f]+)"', self.get("/console").text)
        assert found
        self.mark = found[1]


@pytest.fixture
def clock() -> Clock:
    """Give a clock that can be put forward."""
    return Clock()


@pytest.fixture
def gateway(tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    """Give a gateway on SQLite."""
    opened = open_gateway(tmp_path, clock=clock)
    yield opened
    opened.close()


def application(gateway: Gateway, console: ASGIApp) -> ASGIApp:
    """Make the application of a gateway with a console, without the worker that runs beside it."""
    return make_application(gateway.services, _nothing_beside, console)


@pytest.fixture
def browser(gateway: Gateway) -> Iterator[Browser]:
    """Give a browser of somebody who is not signed in."""
    with Browser(application(gateway, ConsoleAtFirstVisit(gateway.desk))) as opened:
        yield opened
