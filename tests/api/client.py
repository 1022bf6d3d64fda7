"""A caller of the API, without a network between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

import httpx
from starlette.types import ASGIApp

from tests.api.described import statuses

Body = bytes | Iterable[bytes] | None


class Client:
    """Calls an application in the test's own thread; every answer is checked for what belongs on every answer."""

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway")
        self._runner = asyncio.Runner()
        self._token = token

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Body = None,
        content_type: str | None = None,
        json: Any = None,
        headers: dict[str, str] | None = None,
        params: Any = None,
    ) -> httpx.Response:
        """Call, with the client's own token unless another one is given; an empty token leaves it out."""
        sent = dict(headers or {})
        shown = self._token if token is None else token
        if shown:
            sent["Authorization"] = f"Bearer {shown}"
        if content_type:
            sent["Content-Type"] = content_type
        content = body if body is None or isinstance(body, bytes) else _pieces(body)
        request = self._client.request(method, path, content=content, json=json, headers=sent, params=params)
        response = self._runner.run(request)
        check_answer(response)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Read something."""
        return self.call("GET", path, **options)

    def post(self, body: Body, content_type: str | None = "application/xml", **options: Any) -> httpx.Response:
        """Post a message."""
        return self.call("POST", "/v1/messages", body=body, content_type=content_type, **options)


async def _pieces(body: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in body:
        yield piece


def check_answer(response: httpx.Response) -> None:
    """Hold any answer against what the contract says of every answer."""
    assert response.headers.get_list("api-version") == ["1.0.0"]
    assert response.status_code != 422
    described = statuses(response.request.method, response.url.path)
    assert described is None or response.status_code in described
    if response.status_code < 400 or response.url.path == "/health/ready":
        return
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"].endswith((".", ".)"))
    assert ("WWW-Authenticate" in response.headers) == (response.status_code == 401)
