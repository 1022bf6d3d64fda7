"""What the OpenAPI document says of the endpoints."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

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
