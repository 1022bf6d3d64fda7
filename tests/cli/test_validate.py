"""`validate`."""

import io
import json
import os
import pty
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.sources import find
from gateway.wire.document import MAX_SIZE
from tests.cli.conftest import Run

_KEYS = ["file", "type", "release", "valid", "findings"]
_FINDING_KEYS = ["source", "code", "retourcode", "path", "paths", "line", "message"]


def _json(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def _line_of(path: Path, text: bytes) -> int:
    return next(number for number, line in enumerate(path.read_bytes().splitlines(), 1) if text in line)


def test_valid(run: Run, good: Path) -> None:
    """A valid message gives exit code 0, nothing on standard output, and the sum on standard error."""
    ran = run("validate", good)
    assert (ran.code, ran.out) == (0, b"")
    assert ran.err == "1 bericht gecontroleerd: 1 geldig, 0 niet geldig.\n"


def test_invalid(run: Run, bad: Path) -> None:
    """In a pipe each finding is a line with file, line and code; exit code 1."""
    ran = run("validate", bad)
    assert ran.code == 1
    assert len(ran.lines) == 1
    assert ran.lines[0].startswith(f"{bad}:{_line_of(bad, b'Geslacht>7<')}: [XSD] Geslacht ")


def test_json(run: Run, good: Path, bad: Path) -> None:
    """With `--format json` every file has a line, in order, of the shape of the contract."""
    ran = run("validate", "--format", "json", bad, good)
    first, second = _json(ran.lines)
    assert ran.code == 1
    assert [list(first), list(second)] == [_KEYS, _KEYS]
    assert second == {"file": str(good), "type": "JW315", "release": "3.2", "valid": True, "findings": []}
    assert (first["file"], first["type"], first["valid"]) == (str(bad), "JW315", False)
    (finding,) = first["findings"]
    assert list(finding) == _FINDING_KEYS
    assert (finding["source"], finding["code"], finding["path"]) == ("xsd", "XSD", "/Bericht/Client/Geslacht")


def test_folders(run: Run, good: Path, xml: bytes, tmp_path: Path) -> None:
    """A folder is searched for XML files, in folders below it too, and they come by name."""
    folder = tmp_path / "map"
    for name in ("b.xml", "a/z.xml", "a/notities.txt", "c.XML"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(xml)
    ran = run("validate", "--format", "json", folder, good)
    assert ran.code == 0
    expected = [str(folder / "a/z.xml"), str(folder / "b.xml"), str(folder / "c.XML"), str(good)]
    assert [line["file"] for line in _json(ran.lines)] == expected


def test_a_folder_without_xml(run: Run, tmp_path: Path) -> None:
    """A folder with nothing in it is no error, but it is said."""
    ran = run("validate", tmp_path)
    assert ran.code == 0
    assert "geen bestand" in ran.err


def test_standard_input(run: Run, xml: bytes) -> None:
    """`-` reads a message from standard input."""
    assert _json(run("validate", "--format", "json", "-", stdin=xml).lines)[0]["file"] == "-"
    assert run("validate", "-", stdin=b"<a>").code == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_path_that_cannot_be_read(run: Run, bad: Path, form: str) -> None:
    """It is told on standard error, the others are checked all the same, and the exit code is 2."""
    ran = run("validate", "--format", form, "weg.xml", bad)
    assert ran.code == 2
    assert "weg.xml: bestaat niet" in ran.err
    assert len(ran.lines) == 1
    assert str(bad) in ran.lines[0]


def test_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be entered is not silently left out."""

    def closed(folder: str, *, onerror: Any) -> list[tuple[str, list[str], list[str]]]:
        onerror(PermissionError(13, "Permission denied", f"{folder}/dicht"))
        return []

    monkeypatch.setattr(os, "walk", closed)
    (found,) = find([str(tmp_path)])
    assert getattr(found, "reason", None) == "geen leesrechten"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "BRS14"),
        (b"<a>", "BRS14"),
        (b"\xef\xbb\xbf<a/>", "OP192"),
        (b"<!DOCTYPE a><a/>", "BRS14"),
        (b"<a/>", "XSD"),
    ],
)
def test_what_is_no_message(run: Run, data: bytes, code: str) -> None:
    """What is not XML, or no message, is a finding like any other; its type and release are not known."""
    ran = run("validate", "--format", "json", "-", stdin=data)
    (line,) = _json(ran.lines)
    assert ran.code == 1
    assert (line["type"], line["release"], line["valid"]) == (None, None, False)
    assert line["findings"][0]["code"] == code


def test_too_large(run: Run, tmp_path: Path) -> None:
    """A file over 25 MB is refused for its size."""
    path = tmp_path / "groot.xml"
    with path.open("wb") as file:
        file.truncate(MAX_SIZE + 1)
    ran = run("validate", path)
    assert ran.code == 1
    assert "[BRS06]" in ran.lines[0]


def test_zip(run: Run, good: Path, bad: Path, tmp_path: Path) -> None:
    """Each message in an archive is checked, under the archive's name and its number."""
    path = tmp_path / "twee.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(good, "goed.xml")
        archive.write(bad, "fout.xml")
    ran = run("validate", "--format", "json", path)
    assert ran.code == 1
    lines = _json(ran.lines)
    assert [(line["file"], line["valid"]) for line in lines] == [(f"{path}#1", True), (f"{path}#2", False)]


def test_no_zip(run: Run, tmp_path: Path) -> None:
    """A file that is called an archive and is none is refused as a whole."""
    path = tmp_path / "geen.zip"
    path.write_bytes(b"geen zip")
    (line,) = _json(run("validate", "--format", "json", path).lines)
    assert (line["file"], line["findings"][0]["code"]) == (str(path), "BRS15")


def test_lists_and_the_day(run: Run, good: Path) -> None:
    """With `--reference` a message is held against the day, which `--on` sets; without it the day does not matter."""
    early = run("validate", "--on", "2026-01-01", "--reference", "--format", "json", good)
    assert [finding["code"] for finding in _json(early.lines)[0]["findings"]] == ["TR135"]
    assert run("validate", "--on", "2026-01-01", good).code == 0
    ran = run("validate", "--on", "1 april", good)
    assert ran.code == 2
    assert "jjjj-mm-dd" in ran.err


def test_own_products(run: Run, xml: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--reference` a product code of the municipality's own counts, from the route tables that are set."""
    text = '[[municipality]]\ncode = "0384"\nname = "Diemen"\n'
    own = '[[municipality.product]]\ncode = "45XYZ"\ncategory = "45"\n'
    message = xml.replace(b"45A04", b"45XYZ")
    assert message != xml
    monkeypatch.setenv("IJW_ROUTES_DIR", str(tmp_path))
    for table, codes in ((text + own, []), (text, ["TR381"])):
        (tmp_path / "a.toml").write_text(table, encoding="utf-8")
        ran = run("validate", "--reference", "--on", "2026-11-20", "--format", "json", "-", stdin=message)
        assert [finding["code"] for finding in _json(ran.lines)[0]["findings"]] == codes


def test_nothing_is_made(run: Run, good: Path, tmp_path: Path) -> None:
    """Checking needs no data folder, no key and no database, and makes none."""
    run("validate", good)
    assert sorted(tmp_path.iterdir()) == [good]


def test_a_name_that_is_not_utf8(run_program: Run, xml: bytes, tmp_path: Path) -> None:
    """A file name of any bytes is no reason to stop."""
    path = tmp_path / os.fsdecode(b"caf\xe9.xml")
    path.write_bytes(xml)
    ran = run_program("validate", "--format", "json", tmp_path)
    assert ran.code == 0
    assert _json(ran.lines)[0]["file"] == str(path)
    assert run_program("validate", tmp_path).code == 0


def test_lines_come_as_they_are_ready(program: str, good: Path, tmp_path: Path) -> None:
    """A line is written before the next file is opened."""
    late = tmp_path / "later.xml"
    os.mkfifo(late)
    command = [program, "validate", "--format", "json", str(good), str(late)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["file"] == str(good)
        late.write_bytes(b"<a>")
        assert json.loads(process.stdout.readline())["file"] == str(late)


@pytest.mark.parametrize("copies", [1, 20])
def test_on_a_terminal(program: str, good: Path, bad: Path, copies: int) -> None:
    """A person sees colours, a table and, for many files, a progress bar; never the raw lines."""
    shown = _on_terminal([program, "validate", *[str(good)] * copies, str(bad)])
    assert "\x1b[" in shown
    assert "Niet geldig" in shown
    assert "regel" in shown
    assert ("✓" in shown) == (copies == 1)
    assert ("Controleren" in shown) == (copies > 1)
    assert f"{copies + 1} berichten gecontroleerd: {copies} geldig, 1 niet geldig." in shown


def _on_terminal(command: list[str]) -> str:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        shown = io.BytesIO()
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # Linux's way to say that the other side is closed.
                break
            shown.write(chunk)
    os.close(ours)
    return shown.getvalue().decode()
