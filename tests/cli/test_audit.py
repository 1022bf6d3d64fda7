"""`audit`."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.person_file import lines
from gateway.services.audit import Act, PersonFile
from gateway.store.audit import EntryRow
from tests.cli.conftest import Run

BSN = "999900006"


@pytest.fixture(autouse=True)
def _some_acts(run: Run) -> None:
    """Leave three entries: two parties and a token."""
    for code in ("65656055", "42420001"):
        assert run("party", "add", code, "--name", "Aanbieder").code == 0
    assert run("token", "create", "--party", "65656055").code == 0


def test_a_whole_trail(run: Run) -> None:
    """A trail that is whole says so, ends with 0, and shows what to note elsewhere."""
    ran = run("audit", "verify")
    assert ran.code == 0
    assert "heel: 3 regels" in ran.err
    (anchor,) = ran.lines
    assert anchor.startswith("3:")
    assert run("audit", "verify", "--anchor", anchor).code == 0
    assert run("audit", "verify", "--anchor", f"3:{'0' * 64}").code == 1
    assert run("audit", "verify", "--anchor", "drie").code == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE audit_event SET actor = 'niemand' WHERE number = 2", "regel 2"),
        ("DELETE FROM audit_event WHERE number = 1", "regel 1"),
    ],
)
def test_a_trail_that_was_changed(run: Run, tmp_path: Path, change: str, named: str) -> None:
    """The entry is named, and the command ends with 1."""
    with closing(sqlite3.connect(tmp_path / "var" / "gateway.db")) as connection:
        connection.execute(change)
        connection.commit()
    ran = run("audit", "verify")
    assert ran.code == 1
    assert ran.lines[0].startswith(f"✗ {named}:")
    assert "niet heel" in ran.err


def test_an_overview_of_a_person(run: Run, tmp_path: Path) -> None:
    """It is written for its owner alone, names every act, and does not hold the BSN."""
    for number in range(2):
        path = tmp_path / f"inzage-{number}.txt"
        ran = run("audit", "export", "--bsn", "-", "--output", path, stdin=f"{BSN}\n".encode())
        assert (ran.code, ran.out) == (0, b"")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        text = path.read_text(encoding="utf-8")
        assert "Berichten (0)" in text
        assert text.count("overzicht voor een inzageverzoek gemaakt, door command-line:") == number + 1
        assert BSN not in text + ran.err


@pytest.mark.parametrize("act", Act)
def test_an_overview_has_words_for_every_act(act: Act) -> None:
    """Whatever was done, the person reads in words what it was."""
    at = datetime(2026, 4, 1, tzinfo=UTC)
    entry = EntryRow(7, at, act.value, "token:abc", (), None, {}, b"")
    (line,) = lines(PersonFile(at, (), (entry,)))[-1:]
    assert act.value not in line
    assert line.endswith(", door token:abc (regel 7)")


def test_an_overview_is_not_written_over(run: Run, tmp_path: Path) -> None:
    """A file that is there already stays as it is."""
    path = tmp_path / "inzage.txt"
    path.write_text("van een ander")
    ran = run("audit", "export", "--bsn", "-", "--output", path, stdin=BSN.encode())
    assert ran.code == 1
    assert path.read_text() == "van een ander"


def test_a_bsn_on_the_command_line_is_refused(run: Run, tmp_path: Path) -> None:
    """Everybody on the machine could read it there; the refusal does not repeat it."""
    ran = run("audit", "export", "--bsn", BSN, "--output", tmp_path / "inzage.txt")
    assert ran.code == 1
    assert BSN not in ran.err
    ran = run("audit", "export", "--bsn", "-", "--output", tmp_path / "inzage.txt", stdin=b"99990000\n")
    assert ran.code == 1
    assert "99990000" not in ran.err
    assert list(tmp_path.glob("inzage*")) == []
