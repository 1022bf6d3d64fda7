"""docs/client.py, the client that suppliers copy. That it posts and takes over is in the tour of the API."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from benchmarks.server import serving
from tests.berichten import PROVIDER, post_of

pytestmark = pytest.mark.e2e

CLIENT = Path(__file__).resolve().parents[2] / "docs" / "client.py"
_LEASE = {"leaseId": "1", "message": {"id": "2", "type": "JW305"}}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the client as a module that waits for nothing."""
    spec = importlib.util.spec_from_file_location("client", CLIENT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "client", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "WAITS", (0.0, 0.0))
    return module


def _gateway(client: ModuleType, answers: Iterable[httpx.Response | Exception], seen: list[httpx.Request]) -> Any:
    """Make a client whose calls get these answers, one after the other."""
    coming = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        outcome = next(coming)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return client.Gateway("http://gateway", "secret", httpx.MockTransport(answer))


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CLIENT), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_refused(tmp_path: Path) -> None:
    """A message that is refused is told about, finding by finding, and not posted again."""
    file = tmp_path / "start.xml"
    file.write_bytes(post_of("JW305").replace(b"Geslacht>1<", b"Geslacht>5<"))
    with serving(tmp_path) as server:
        server.command("party", "add", PROVIDER, "--name", "Aanbieder Linde")
        token = server.command("token", "create", "--party", PROVIDER)
        done = _run("post", str(file), GATEWAY=f"http://127.0.0.1:{server.port}", TOKEN=token)
    assert done.returncode == 1, done.stderr
    assert "refused: 400 BRS13" in done.stdout
    assert "/Bericht/Client/Geslacht: Geslacht moet zijn" in done.stdout


def test_same_bytes_again(client: ModuleType) -> None:
    """When an answer gets lost or the gateway fails, the same bytes are posted again."""
    seen: list[httpx.Request] = []
    receipt = httpx.Response(200, json={"id": "1"})
    gateway = _gateway(client, [httpx.ReadError("lost"), httpx.Response(503), receipt], seen)
    assert gateway.post(b"<Bericht/>") == {"id": "1"}
    assert [request.content for request in seen] == [b"<Bericht/>"] * 3


def test_gives_up(client: ModuleType) -> None:
    """A gateway that stays away is an error that says so, after as many tries as there are waits."""
    seen: list[httpx.Request] = []
    gateway = _gateway(client, [httpx.ConnectError("away")] * 3, seen)
    with pytest.raises(client.UnavailableError):
        gateway.post(b"<Bericht/>")
    assert len(seen) == 3


def test_answer_of_a_proxy(client: ModuleType) -> None:
    """A refusal that is not the gateway's own, without a problem document, is told as well."""
    proxy = httpx.Response(413, html="<h1>Request Entity Too Large</h1>")
    with pytest.raises(client.RefusedError, match="Request Entity Too Large"):
        _gateway(client, [proxy], []).post(b"<Bericht/>")


def test_lost_lease(client: ModuleType, tmp_path: Path) -> None:
    """A message that somebody else took meanwhile is kept, and is no error."""
    lost = httpx.Response(409, html="Conflict")
    answers = [httpx.Response(200, json={"leases": [_LEASE]}), httpx.Response(200, content=b"<a/>"), lost]
    answers.append(httpx.Response(200, json={"leases": []}))
    assert client.poll(_gateway(client, answers, []), "0193", tmp_path, once=True) == 0
    assert (tmp_path / "2.xml").read_bytes() == b"<a/>"


def test_cannot_keep(client: ModuleType, tmp_path: Path) -> None:
    """A message that cannot be written down is given back as a failure, and never acknowledged."""
    seen: list[httpx.Request] = []
    (tmp_path / "2.part").mkdir()
    answers = [httpx.Response(200, json={"leases": [_LEASE]}), httpx.Response(200, content=b"<a/>")]
    gateway = _gateway(client, [*answers, httpx.Response(204)], seen)
    with pytest.raises(OSError, match="directory"):
        client.poll(gateway, "0193", tmp_path, once=True)
    assert seen[-1].url.path == "/v1/leases/1/failure"
