"""`make audit`, against a service of advisories on this machine that says what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.transport.http_server import HttpServer, running
from tools.audit import LOCK, Answer, main, tell

_WEAK = {
    "vulns": [
        {
            "id": "PYSEC-2026-1",
            "summary": "Made up.",
            "affected": [
                {
                    "package": {"name": "lxml", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.0.1"}]}],
                }
            ],
        }
    ]
}


@pytest.fixture
def advisories() -> Iterator[HttpServer]:
    """Run a service that knows of no weakness."""
    with running() as server:
        server.answer = b"{}"
        yield server


@pytest.fixture
def audit(tmp_path: Path) -> Callable[..., int]:
    """Give a way to ask a service about a lock with one package in it."""
    lock = tmp_path / "requirements.lock"

    def asked(url: str, text: str = f"lxml==5.0.0 --hash=sha256:{'0' * 64}\n") -> int:
        lock.write_text(text, encoding="utf-8")
        return main(["--vulnerability-service", "osv", "--osv-url", url], lock)

    return asked


def test_nothing_known(advisories: HttpServer, audit: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 0 when each package was asked about, and says about how many."""
    assert audit(advisories.url()) == 0
    assert [json.loads(heard.body)["package"]["name"] for heard in advisories.heard] == ["lxml"]
    assert capsys.readouterr().out == "Heard about 1 packages; 0 known weaknesses.\n"


def test_a_known_weakness(
    advisories: HttpServer, audit: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 1, and names the package, the weakness and the version without it."""
    advisories.answer = json.dumps(_WEAK).encode()
    assert audit(advisories.url()) == 1
    assert "KNOWN WEAKNESS: lxml 5.0.0: PYSEC-2026-1, repaired in ['5.0.1']" in capsys.readouterr().out


@pytest.mark.parametrize(("required", "status"), [("", 0), ("required", 2)])
@pytest.mark.parametrize("away", [True, False])
def test_nobody_to_ask(
    advisories: HttpServer,
    audit: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    required: str,
    status: int,
    *,
    away: bool,
) -> None:
    """A service that is away, or fails, is told loudly; it is no failure unless that is asked for."""
    monkeypatch.setenv("AUDIT", required)
    advisories.status = 503
    assert audit("http://127.0.0.1:1/" if away else advisories.url()) == status
    assert capsys.readouterr().out.startswith("NOT AUDITED: ")


@pytest.mark.parametrize(("required", "status"), [(False, 0), (True, 2)])
def test_a_package_that_nothing_was_heard_about(
    capsys: pytest.CaptureFixture[str], *, required: bool, status: int
) -> None:
    """What the service does not know is not sound for that; pip-audit itself would end with 0."""
    assert tell(Answer(heard=3, unheard=("lxml",)), required=required) == status
    assert "NOT AUDITED: nothing was heard about 1 packages, such as lxml" in capsys.readouterr().out


def test_a_weakness_counts_when_others_were_not_heard_about() -> None:
    """Half an answer can be bad news all the same."""
    assert tell(Answer(heard=1, unheard=("lxml",), weaknesses=("h11 0.1: PYSEC-2026-2",)), required=False) == 1


@pytest.mark.parametrize("text", ["lxml\n", "lxml==5.0.0\n", ""])
def test_a_lock_that_is_none(advisories: HttpServer, audit: Callable[..., int], text: str) -> None:
    """What is empty, or has no version or no hash, is our own fault: it fails, and is not taken for silence."""
    assert audit(advisories.url(), text) == 2


def test_the_lock_that_is_audited_holds_all_that_ships() -> None:
    """The lock for development has everything of the other one, in the same version."""

    def pins(path: Path) -> set[str]:
        return {line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if "==" in line[:60]}

    assert pins(LOCK.with_name("requirements.lock")) <= pins(LOCK)
