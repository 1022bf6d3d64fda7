"""`retention` and `hold`."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.conftest import Run

BSN = "999900006"


def test_a_run_with_nothing_to_do(run: Run) -> None:
    """It says that nothing went, with and without a dry run."""
    for options, verb in (([], "is verwijderd"), (["--dry-run"], "zou worden verwijderd")):
        ran = run("retention", "run", *options)
        assert (ran.code, ran.lines) == (0, ["wat\ttype\tstatus\taantal"])
        assert f"Van 0 berichten {verb} de inhoud, van 0 alles." in ran.err


def test_the_terms_in_force(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are those of the file that is set, or else the usual ones; a wrong file is told."""
    assert run("retention", "terms").lines[-1] == "alle\talle afgeronde\t730 dagen\t2557 dagen"
    path = tmp_path / "termijnen.toml"
    path.write_text('[[term]]\ntypes = ["JW323"]\ncontent_days = 3\n')
    monkeypatch.setenv("IJW_RETENTION_FILE", str(path))
    assert run("retention", "terms").lines[1:] == ["JW323\talle afgeronde\t3 dagen\taltijd"]
    path.write_text("[[term]]\nweken = 3\n")
    ran = run("retention", "terms")
    assert ran.code == 1
    assert "term.1.weken" in ran.err


def test_holds(run: Run) -> None:
    """A hold is made, listed and ended; of a person nobody sees who it is."""
    message = str(uuid4())
    made = [
        run("hold", "add", "--reason", "klacht", "--message", message),
        run("hold", "add", "--reason", "onderzoek", "--party", "0193"),
        run("hold", "add", "--reason", "rechtszaak", "--person", "-", stdin=f"{BSN}\n".encode()),
    ]
    assert [ran.code for ran in made] == [0, 0, 0]
    listed = run("hold", "list")
    assert [line.split("\t")[1:4] for line in listed.lines[1:]] == [
        ["bericht", message, "klacht"],
        ["partij", "0193", "onderzoek"],
        ["persoon", "-", "rechtszaak"],
    ]
    assert BSN not in listed.out.decode()
    assert run("hold", "end", made[0].lines[-1]).code == 0
    assert not run("hold", "list").lines[1].endswith("\t-")
    assert run("hold", "end", message).code == 1


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--party", "0193", "--message", str(uuid4())],
        ["--person", BSN],
        ["--person", "-"],
        ["--party", "99999999"],
    ],
)
def test_a_hold_on_nothing(run: Run, options: list[str]) -> None:
    """One thing is held at a time, and it exists; a BSN that was typed is not repeated."""
    ran = run("hold", "add", "--reason", "klacht", *options)
    assert ran.code == 1
    assert BSN not in ran.err
