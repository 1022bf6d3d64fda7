"""Whatever is asked of the running service, it answers, and as its document says: schemathesis makes the questions.

For each call it tries what the document allows, and much that it does not allow. All kinds of callers ask, about things
that are there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, CheckFunction, GenerationMode, checks
from schemathesis.core.result import Ok

from tests.api.client import Client
from tests.api.conftest import application
from tests.api.described import endpoints
from tests.api.roles import STEP, Scene, set_scene
from tests.berichten import PROVIDER, heenbericht, xml
from tests.e2e.server import ROOT, Server
from tests.gateways import BY_HAND, PLAIN, Clock, open_gateway

pytestmark = pytest.mark.e2e

DOCUMENT: Final = schemathesis.openapi.from_path(ROOT / "openapi" / "openapi.json")
OPERATIONS: Final = [found.ok() for found in DOCUMENT.get_all_operations() if isinstance(found, Ok)]
CHECKS: Final[list[CheckFunction]] = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
ROLES: Final = ("supplier", "municipality", "admin", "monitor")
_MESSAGES: Final = [xml(heenbericht(name, "9")) for name in ("JW301", "JW305", "JW307", "JW315", "JW317")]


def _zipped(contents: list[bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.xml", content)
    return packed.getvalue()


# What the document can not say: how a message and a ZIP of messages are made.
_SOMETHING: Final = st.one_of(st.sampled_from(_MESSAGES), st.binary(max_size=100))
schemathesis.openapi.media_type("application/xml", _SOMETHING)
schemathesis.openapi.media_type("text/xml", _SOMETHING)
schemathesis.openapi.media_type("application/zip", st.lists(_SOMETHING, max_size=4).map(_zipped))


@dataclass(frozen=True)
class World:
    """A running gateway, a token for each role, and what there is, by the first part of its address."""

    server: Server
    session: requests.Session
    tokens: dict[str, str]
    there: dict[str, str]

    def ask(self, role: str, case: Case[Any]) -> None:
        """Ask as somebody, about what is there wherever the id could have been one; check what is answered."""
        kind = case.path.split("/")[1]
        case.path_parameters |= {
            name: self.there["allocations" if name == "allocationId" else kind]
            for name, value in case.path_parameters.items()
            if name == "party" or _is_id(value)
        }
        token = {"Authorization": f"Bearer {self.tokens[role]}"}
        case.call_and_validate(f"{self.server.url}/v1", self.session, token, CHECKS)


def _is_id(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _what_is_there(scene: Scene) -> dict[str, str]:
    """Give an id of every kind; what the scene does not have is made first."""

    def begin(path: str, body: Mapping[str, object]) -> str:
        begun = scene.call("supplier", "POST", path, json=body)
        assert begun.status_code == 201, begun.text
        return str(begun.json()["id"])

    coordinator = {"name": "Wijkteam", "email": "wijkteam@gemeente.example"}
    named = scene.call("municipality", "PUT", f"/v1/allocations/{scene.allocation}/coordinator", json=coordinator)
    assert named.status_code == 200, named.text
    stopping = {"provider": PROVIDER, "municipalities": [PLAIN, BY_HAND], "stopsOn": "2030-01-01"}
    return {
        "messages": scene.message,
        "queues": PLAIN,
        "leases": scene.lease,
        "allocations": scene.allocation,
        "requests": scene.request,
        "manual-cases": scene.case,
        "escalations": begin(f"/v1/requests/{scene.request}/escalations", STEP),
        "wind-downs": begin("/v1/wind-downs", stopping),
        "webhooks": scene.webhook,
        "text-files": scene.text,
        "replays": scene.replay,
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Start a gateway with something of every kind in it."""
    folder = tmp_path_factory.mktemp("described")
    with closing(open_gateway(folder)) as gateway, Client(application(gateway)) as client:
        scene = set_scene(gateway, Clock(), client)
        there = _what_is_there(scene)
    # Who asks as fast as it can would hear 429, and that is tested elsewhere.
    server = Server(folder, gateway.settings, workers=1, extra={"IJW_RATE_LIMIT": "0"})
    server.start()
    with requests.Session() as session:
        yield World(server, session, scene.tokens, there)
    server.stop()


def test_every_call_is_asked() -> None:
    """No call of the document is left out."""
    assert {operation.label for operation in OPERATIONS} == {" ".join(endpoint) for endpoint in endpoints()}


@pytest.mark.parametrize("way", GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_a_call_answers_as_described(
    operation: APIOperation[Any, Any, Any, Any], way: GenerationMode, world: World
) -> None:
    """No question makes the gateway fail, and every answer has a status, a form and headers that the document has."""

    @settings(max_examples=20, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=way), role=st.sampled_from(ROLES))
    def ask(case: Case[Any], role: str) -> None:
        world.ask(role, case)

    ask()
