"""The route tables in force: taken over without a restart, and never a wrong one."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.composition import Gateway
from gateway.errors import RouteTableError
from gateway.exchange.refusal import Refusal
from gateway.ijw.codelijsten import Codelijsten
from gateway.services import current_routes
from gateway.services.current_routes import CurrentRoutes
from gateway.services.health import State
from gateway.wire.reference import read_codelijsten
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import Clock, accepted, caller_for, post

DIEMEN = '[[municipality]]\ncode = "0384"\nname = "Diemen"\n'
ZWOLLE = '[[municipality]]\ncode = "0193"\nname = "Zwolle"\n'


@pytest.fixture(scope="module")
def lists() -> Codelijsten:
    """Give the reference lists that ship."""
    return read_codelijsten()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with one table."""
    (tmp_path / "a.toml").write_text(DIEMEN, encoding="utf-8")
    return tmp_path


@pytest.fixture
def current(folder: Path, lists: Codelijsten, clock: Clock) -> CurrentRoutes:
    """Give the tables of the folder."""
    return CurrentRoutes(folder, lists, clock)


def refreshed(current: CurrentRoutes) -> list[bool]:
    """Look twice: a change counts when it has been left alone for one look."""
    return [current.refresh(), current.refresh()]


def test_a_changed_table_is_taken_over(current: CurrentRoutes, folder: Path) -> None:
    """Files that changed, came or went are read at the second look that finds them the same, and only then."""
    assert refreshed(current) == [False, False]
    (folder / "b.toml").write_text(ZWOLLE, encoding="utf-8")
    assert refreshed(current) == [False, True]
    assert {route.code for route in current} == {"0384", "0193"}
    assert refreshed(current) == [False, False]
    (folder / "a.toml").unlink()
    assert refreshed(current) == [False, True]
    assert ("0384" in current, "0193" in current, len(current)) == (False, True, 1)


def test_a_file_that_is_being_written_is_left_alone(current: CurrentRoutes, folder: Path) -> None:
    """As long as a file still grows from one look to the next, nothing is read."""
    for part in range(1, 4):
        (folder / "b.toml").write_text(ZWOLLE[: part * 15], encoding="utf-8")
        assert not current.refresh()
    assert current.problem is None


def test_another_file_in_its_place_is_seen(current: CurrentRoutes, folder: Path) -> None:
    """A file of the same length and moment that was put in place of another is a change."""
    old = folder / "a.toml"
    new = folder / "a.toml.new"
    new.write_text(DIEMEN.replace("Diemen", "Deemin"), encoding="utf-8")
    stat = old.stat()
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    new.rename(old)
    assert refreshed(current) == [False, True]
    assert [route.name for route in current] == ["Deemin"]


@pytest.mark.parametrize("text", ["", "[[municipality]\n", '[[municipality]]\ncode = "9999"\nname = "Nergens"\n'])
def test_a_wrong_table_leaves_the_old_in_force(current: CurrentRoutes, folder: Path, text: str) -> None:
    """What was in force stays, the reason is kept with file and line, and a right table ends it."""
    (folder / "a.toml").write_text(text, encoding="utf-8")
    assert refreshed(current) == [False, True]
    assert [route.code for route in current] == ["0384"]
    assert current.problem is not None
    assert f"{folder / 'a.toml'}, regel " in current.problem
    (folder / "a.toml").write_text(ZWOLLE, encoding="utf-8")
    assert refreshed(current) == [False, True]
    assert [route.code for route in current] == ["0193"]
    assert not current.problem


def test_a_folder_that_is_gone(current: CurrentRoutes, folder: Path) -> None:
    """Without the folder what was in force stays; put back as it was, it is right again."""
    folder.rename(folder.with_name("elders"))
    assert refreshed(current) == [False, True]
    assert current.problem is not None
    assert "bestaat niet" in current.problem
    assert "0384" in current
    folder.with_name("elders").rename(folder)
    assert refreshed(current) == [False, True]
    assert not current.problem


def test_a_wrong_table_stops_the_start(folder: Path, lists: Codelijsten, clock: Clock) -> None:
    """At the start there is no old one to keep to."""
    (folder / "a.toml").write_text("", encoding="utf-8")
    with pytest.raises(RouteTableError):
        CurrentRoutes(folder, lists, clock)


def test_a_new_day(folder: Path, lists: Codelijsten) -> None:
    """What begins tomorrow holds from midnight in the Netherlands on, without a change of the folder."""
    text = "[[municipality.change]]\nvalid_from = 2027-01-01\nmax_attempts = 9\n"
    (folder / "a.toml").write_text(DIEMEN + text, encoding="utf-8")
    clock = Clock(datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    current = CurrentRoutes(folder, lists, clock)
    route = current.get("0384")
    assert route is not None
    assert route.max_attempts == 5
    clock.forward(minutes=1)
    route = current.get("0384")
    assert route is not None
    assert route.max_attempts == 9
    assert current.book.on(date(2026, 1, 1)).routes["0384"].max_attempts == 5


def test_the_watch_takes_a_change_over(current: CurrentRoutes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the background a change is noticed by itself, and a look that fails is not the last one."""
    monkeypatch.setattr(current_routes, "_EVERY_SECONDS", 0.01)
    failing = [OSError()]
    refresh = current.refresh

    def refresh_or_fail() -> bool:
        if failing:
            raise failing.pop()
        return refresh()

    monkeypatch.setattr(current, "refresh", refresh_or_fail)
    with current.watched():
        (folder / "b.toml").write_text(ZWOLLE, encoding="utf-8")
        end = time.monotonic() + 10
        while "0193" not in current and time.monotonic() < end:
            time.sleep(0.01)
    assert "0193" in current
    assert not failing


def test_every_service_follows(embedded: Gateway, tmp_path: Path) -> None:
    """A municipality that is added takes messages at once, and what is agreed anew holds for the next message."""
    path = tmp_path / "routes" / "proef.toml"
    provider = caller_for(embedded, PROVIDER)
    request = heenbericht("JW317", "1", municipality="0193")
    assert isinstance(post(embedded, provider, request), Refusal)
    path.write_text(path.read_text(encoding="utf-8") + ZWOLLE, encoding="utf-8")
    assert refreshed(embedded.routes) == [False, True]
    assert accepted(embedded, provider, request).message.status == "queued"
    manual = 'manual = {types = ["JW317"], reason = "Kan niet"}\n'
    path.write_text(path.read_text(encoding="utf-8") + manual, encoding="utf-8")
    assert refreshed(embedded.routes) == [False, True]
    assert accepted(embedded, provider, heenbericht("JW317", "2", municipality="0193")).message.status == "manual"
    assert "0193" in {party.code for party in embedded.services.parties.listed()}


def test_health_and_metrics_tell(embedded: Gateway, tmp_path: Path) -> None:
    """While a wrong table is not taken over, it is a warning and a number to watch; messages are taken all the same."""
    path = tmp_path / "routes" / "proef.toml"
    text = path.read_text(encoding="utf-8")
    for content, state, number in (("fout", State.WARN, b"ijw_routes_wrong 1.0"), (text, State.PASS, b"wrong 0.0")):
        path.write_text(content, encoding="utf-8")
        refreshed(embedded.routes)
        (part,) = (part for part in embedded.services.watch.health().parts if part.name == "routes")
        assert part.state is state
        assert number in embedded.services.watch.metrics()[0]
    accepted(embedded, caller_for(embedded, PROVIDER), heenbericht("JW305"))
