"""What the OpenAPI document says of the endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.routing import BaseRoute, Mount, Route

from gateway.api.application import make_api


class Endpoint(NamedTuple):
    """A method and the path that stands in the document."""

    method: str
    path: str


@cache
def document() -> dict[str, Any]:
    """Give the OpenAPI document that the code makes."""
    return make_api(None).openapi()


@cache
def endpoints() -> dict[Endpoint, tuple[re.Pattern[str], frozenset[int]]]:
    """Give the endpoints, each with a pattern for its addresses and the statuses that it may answer with."""
    return {
        Endpoint(method.upper(), path): (
            re.compile("/v1" + re.sub(r"\{\w+\}", "[^/]+", path)),
            frozenset(int(status) for status in operation["responses"]),
        )
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    }


def statuses(method: str, path: str) -> frozenset[int] | None:
    """Give the statuses that an address may answer with, or nothing when there is no such endpoint."""
    for endpoint, (pattern, found) in endpoints().items():
        # `_search` is an endpoint, and has the form of an id as well.
        if (
            endpoint.method == method
            and pattern.fullmatch(path)
            and (path.endswith("_search") == endpoint.path.endswith("_search"))
        ):
            return found
    return None


def calls_of(routes: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Give every method and path that is served, also what no document describes."""
    for route in routes:
        # FastAPI keeps a router that it took in as one piece.
        taken_in: APIRouter | None = getattr(route, "original_router", None)
        if taken_in is not None:
            yield from calls_of(taken_in.routes, before)
        elif isinstance(route, Mount):
            yield from calls_of(route.routes, before + route.path)
        elif isinstance(route, Route):
            yield from ((method, before + route.path_format) for method in (route.methods or ()) if method != "HEAD")
        else:
            yield type(route).__name__, before  # nothing that a table knows
