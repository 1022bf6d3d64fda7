"""`render` and `convert`."""

import json
from pathlib import Path

import pytest
from lxml import etree

from gateway.ijw.bericht import Bericht
from gateway.wire.codec import Codec
from gateway.wire.json_form import to_json
from tests.cli.conftest import Run


def test_there_and_back(run: Run, codec: Codec, berichten: list[Bericht]) -> None:
    """What `convert` makes of XML, `render` makes into the same XML again."""
    for bericht in berichten:
        xml = codec.write(bericht).content()
        typed = run("convert", "-", stdin=xml)
        assert typed.code == 0
        ran = run("render", bericht.TYPE, "-", stdin=typed.out)
        assert (ran.code, ran.err) == (0, "")
        assert etree.tostring(etree.fromstring(ran.out), method="c14n") == etree.tostring(
            etree.fromstring(xml), method="c14n"
        )


def test_convert_writes_for_people(run: Run, good: Path) -> None:
    """The JSON is indented, in UTF-8, and ends with a line end."""
    ran = run("convert", good)
    assert ran.out.startswith(b'{\n  "type": "JW315",\n  "release": "3.2",\n  "bericht": {\n')
    assert ran.out.endswith(b"}\n")


def test_convert_what_is_not_valid(run: Run, bad: Path) -> None:
    """What is wrong is told on standard error, and nothing is written."""
    ran = run("convert", bad)
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.startswith(f"{bad}:")
    assert "[XSD] Geslacht" in ran.err


def test_render_only_the_message(run: Run, codec: Codec, berichten: list[Bericht], tmp_path: Path) -> None:
    """The part under "bericht" is enough, and the type may be written small."""
    form = tmp_path / "bericht.json"
    form.write_text(json.dumps(to_json(berichten[0])["bericht"]))
    ran = run("render", "jw315", form)
    assert (ran.code, ran.out) == (0, codec.write(berichten[0]).content())


def test_render_what_does_not_fit(run: Run, berichten: list[Bericht]) -> None:
    """What does not fit is told with its place, and no XML is written."""
    form = to_json(berichten[0])
    form["bericht"]["client"]["geslacht"] = "7"
    del form["bericht"]["client"]["bsn"]
    ran = run("render", "JW315", "-", stdin=json.dumps(form).encode())
    assert (ran.code, ran.out) == (1, b"")
    assert "/Bericht/Client/Geslacht: [XSD]" in ran.err
    assert "Bsn" in ran.err


@pytest.mark.parametrize("data", [b"", b"geen json", b"\xff", b"[1]", b"{}", b'{"bericht": 1}', b'{"a": 1, "a": 2}'])
def test_render_what_is_no_form(run: Run, data: bytes) -> None:
    """What is no typed form at all is told, and is no crash."""
    ran = run("render", "JW315", "-", stdin=data)
    assert (ran.code, ran.out) == (1, b"")
    assert "[XSD]" in ran.err or "[BRS14]" in ran.err


def test_render_another_type(run: Run, berichten: list[Bericht]) -> None:
    """A form of another type than was asked for is refused."""
    ran = run("render", "JW301", "-", stdin=json.dumps(to_json(berichten[0])).encode())
    assert (ran.code, ran.out) == (1, b"")
    assert "dit is een JW315, geen JW301" in ran.err


def test_render_an_unknown_type(run: Run) -> None:
    """A type that does not exist is a mistake in the command, which names those that do."""
    ran = run("render", "JW999", "-")
    assert ran.code == 2
    assert "JW315" in ran.err


@pytest.mark.parametrize("command", [["render", "JW315"], ["convert"]])
def test_a_file_that_is_not_there(run: Run, command: list[str]) -> None:
    """A file that cannot be read gives exit code 2, as with `validate`."""
    ran = run(*command, "weg")
    assert ran.code == 2
    assert ran.err == "weg: bestaat niet\n"
