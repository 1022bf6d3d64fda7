"""The OpenAPI document: the committed one is the one the code gives, and it follows the NL API Design Rules."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.api.application import make_api
from tests.api.client import Client
from tests.api.described import document, endpoints
from tests.facts import FACTS
from tools.openapi import DOCUMENT, written

LINTER = FACTS / "adr" if FACTS else None


def test_the_committed_document_is_that_of_the_code() -> None:
    """`make openapi` writes it anew."""
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "run `make openapi`, and look at what changed"


def test_the_gateway_serves_the_same_document(client: Client) -> None:
    """Whoever asks gets it, without a token and from any page."""
    response = client.get("/v1/openapi.json", token="")
    assert response.status_code == 200
    assert response.json() == json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert response.headers["access-control-allow-origin"] == "*"


def served(router: Any) -> Iterator[tuple[str, str]]:
    """Give the method and path of everything that a router answers to, and the routers in it."""
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from served(route.original_router)
        else:
            yield from ((method, route.path_format) for method in route.methods)


def test_every_endpoint_is_described() -> None:
    """What can be called is in the document, with its problems, and with who may call it."""
    assert set(served(make_api(None))) == {*endpoints(), ("GET", "/openapi.json"), ("HEAD", "/openapi.json")}
    for operations in document()["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"bearer": []}]
            assert {"400", "401", "500", "503"} <= set(operation["responses"])
            assert "422" not in operation["responses"]


def test_nothing_in_the_document_is_left_over() -> None:
    """Every reference leads somewhere, and every schema is used."""
    schemas = set(document()["components"]["schemas"])
    text = json.dumps(document())
    assert {name for name in schemas if f'"#/components/schemas/{name}"' in text} == schemas
    assert text.count("#/components/schemas/") == sum(text.count(f'"#/components/schemas/{name}"') for name in schemas)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(LINTER is None or shutil.which("node") is None, reason="The linter, or node, is not here")
def test_the_design_rules_are_followed(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The linter of the NL API Design Rules finds nothing."""
    assert LINTER is not None
    # What the linter needs is fetched once, and kept from one run to the next.
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    folder = cache.mkdir("adr") if cache else tmp_path
    for file in LINTER.iterdir():
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
    done = subprocess.run(
        ["bash", folder / "lint.sh", DOCUMENT], capture_output=True, text=True, check=False, timeout=280
    )
    if done.returncode == 2 and not (folder / "node_modules").exists():
        pytest.skip("What the linter needs cannot be fetched here")
    assert done.stdout.splitlines()[-1] == "errors 0 warnings 0", done.stdout + done.stderr
