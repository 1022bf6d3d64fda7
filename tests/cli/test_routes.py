"""`routes`: the route tables on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

DIEMEN = '[[municipality]]\ncode = "0384"  # CBS\nname = "Diemen"  # CBS\n'


def test_the_tables_that_ship_are_right(run: Run) -> None:
    """They can be checked, and what sleeps in them is told."""
    ran = run("routes", "check")
    assert ran.code == 0
    assert ran.lines == ["Goed: 51 gemeenten in 5 regio's, en 19 afspraken."]
    assert "IJSSELLAND-DYSLEXIE-BEHANDELING staat stil" in ran.err
    assert "noemt geen bron" not in ran.err


def test_a_wrong_table(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is wrong is told with file, line and remedy, and the end is 1; by name or by the setting."""
    path = tmp_path / "a.toml"
    path.write_text(DIEMEN + 'retour = "altijd"\nexpire_days = 0\n', encoding="utf-8")
    monkeypatch.setenv("IJW_ROUTES_DIR", str(tmp_path))
    for arguments in (("routes", "check", str(tmp_path)), ("routes", "check")):
        ran = run(*arguments)
        assert ran.code == 1
        assert f"{path}, regel 4: municipality.retour: deze waarde past niet; verwacht" in ran.err
        assert f"{path}, regel 5: municipality.expire_days" in ran.err


def test_show(run: Run, tmp_path: Path) -> None:
    """A municipality is shown with what holds on a day, why, until when, and where it stands."""
    text = 'source = "Brief"\n[[municipality.change]]\nvalid_from = 2027-01-01\nmax_attempts = 2  # Besluit\n'
    (tmp_path / "a.toml").write_text(DIEMEN + text, encoding="utf-8")
    before = run("routes", "show", "0384", "--on", "2026-12-31", "--folder", tmp_path)
    after = run("routes", "show", "0384", "--on", "2027-01-01", "--folder", tmp_path)
    assert before.lines[0] == "Wat\tWaarde\tGeldt\tVanaf\tTot en met\tBron\tPlaats"
    assert "max_attempts\t5\tja\t-\t-\tstandaard van de gateway\t-" in before.lines
    assert "max_attempts\t2\tja\t2027-01-01\t-\tBesluit\ta.toml, regel 5" in after.lines
    assert "name\tDiemen\tja\t-\t-\tCBS\ta.toml, regel 3" in after.lines


def test_show_what_ships(run: Run) -> None:
    """Why people handle a JW317 in Deventer is told with its source."""
    (line,) = (line for line in run("routes", "show", "0150").lines if line.startswith("manual\t"))
    assert "Regionaal Toegangsprotocol RSJ IJsselland 2.0" in line


def test_an_unknown_municipality(run: Run) -> None:
    """A municipality that is not in the tables is a mistake of who asks."""
    ran = run("routes", "show", "9999")
    assert ran.code == 2
    assert "9999" in ran.err
