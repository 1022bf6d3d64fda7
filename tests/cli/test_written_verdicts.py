"""`validate --format html` and `--format sarif`."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.wire.test_report_html import page_of
from tests.wire.test_report_sarif import check_log


def test_one_page(run: Run, good: Path, bad: Path) -> None:
    """The page about one file goes to standard output, and nothing is written beside the file."""
    before = sorted(good.parent.iterdir())
    ran = run("validate", "--format", "html", bad)
    assert ran.code == 1
    assert "Niet geldig" in page_of(ran.out.decode()).text
    assert "1 niet geldig" in ran.err
    ran = run("validate", "--format", "html", good)
    assert ran.code == 0
    assert "Geldig: er is niets gevonden" in page_of(ran.out.decode()).text
    assert sorted(good.parent.iterdir()) == before


def test_more_pages(run: Run, good: Path, bad: Path) -> None:
    """Of more files each gets its page in the current folder; which ones is told on standard error."""
    ran = run("validate", "--format", "html", good, bad)
    assert (ran.code, ran.out) == (1, b"")
    for name in ("goed.xml.html", "fout.xml.html"):
        page_of(Path(name).read_text(encoding="utf-8"))
        assert f"{name} is geschreven." in ran.err
    # Doing it again is no problem.
    assert run("validate", "--format", "html", good, bad).code == 1
    assert len(list(Path().glob("*.html"))) == 2


def test_a_folder_for_the_pages(run: Run, good: Path) -> None:
    """`--output` names the folder, which is made; it holds for a single file too."""
    ran = run("validate", "--format", "html", "--output", "uit/hier", good)
    assert (ran.code, ran.out) == (0, b"")
    assert [path.name for path in Path("uit/hier").iterdir()] == ["goed.xml.html"]


def test_files_with_one_name(run: Run, xml: bytes) -> None:
    """Files of one name get pages of their own, and no source is written over, whatever it is called."""
    for name in ("a/een.xml", "b/een.xml", "een.xml.html"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(xml)
    assert run("validate", "--format", "html", "a/een.xml", "b/een.xml", "een.xml.html").code == 0
    assert Path("een.xml.html").read_bytes() == xml
    pages = sorted(path.name for path in Path().glob("*.html"))
    assert pages == ["een.xml.2.html", "een.xml.3.html", "een.xml.html", "een.xml.html.html"]


def test_many_pages(run: Run, xml: bytes) -> None:
    """Of many pages only the number is told."""
    Path("map").mkdir()
    for number in range(11):
        Path(f"map/{number}.xml").write_bytes(xml)
    assert "11 pagina’s geschreven in uit." in run("validate", "--format", "html", "--output", "uit", "map").err


def test_where_nothing_can_be_written(run: Run, good: Path) -> None:
    """A folder that cannot be made is said in a sentence."""
    Path("uit").write_text("een bestand", encoding="utf-8")
    ran = run("validate", "--format", "html", "--output", "uit", good)
    assert ran.code != 0
    assert "is niet te schrijven" in ran.err


def test_a_zip_is_one_page(run: Run, good: Path, bad: Path) -> None:
    """All messages of an archive come on one page, under their numbers."""
    with zipfile.ZipFile("twee.zip", "w") as archive:
        archive.write(good, "goed.xml")
        archive.write(bad, "fout.xml")
    ran = run("validate", "--format", "html", "twee.zip")
    page = page_of(ran.out.decode())
    assert ran.code == 1
    assert "twee.zip#1" in page.text
    assert "twee.zip#2" in page.text


@pytest.mark.parametrize("form", ["html", "sarif"])
def test_a_path_that_cannot_be_read(run: Run, form: str) -> None:
    """It is told on standard error; exit code 2."""
    ran = run("validate", "--format", form, "weg.xml")
    assert ran.code == 2
    assert "weg.xml: bestaat niet" in ran.err


def test_sarif(run: Run, good: Path, bad: Path) -> None:
    """One log of all files, with their paths as seen from this folder."""
    ran = run("validate", "--format", "sarif", good, bad)
    assert ran.code == 1
    (line,) = ran.lines
    log = json.loads(line)
    check_log(log)
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "fout.xml"
    assert run("validate", "--format", "sarif", good).code == 0


def test_sarif_of_what_cannot_be_read(run: Run) -> None:
    """The log says that not everything was checked."""
    log = json.loads(run("validate", "--format", "sarif", "weg.xml").out)
    check_log(log)
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_output_is_for_pages(run: Run, good: Path) -> None:
    """`--output` with another form is a mistake."""
    ran = run("validate", "--output", "uit", good)
    assert ran.code == 2
    assert "--format html" in ran.err


def test_codes_lead_to_a_gateway(run: Run, bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is set at which address people reach a gateway, the codes lead to its pages; else they do not."""
    for base, expected in (("https://gateway.example/", True), ("", False)):
        monkeypatch.setenv("IJW_BASE_URL", base)
        for form in ("html", "sarif"):
            told = run("validate", "--format", form, bad).out
            assert (b"https://gateway.example/rules/" in told) is expected
