"""Messages as they come from the wire: the published examples, and the messages that the tests change."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import resources
from gateway.ijw.berichten import BERICHTEN as ALL
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.waarden import spelling
from gateway.rules.judge import judge
from gateway.rules.rule import Reference
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.place import lines
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas
from gateway.wire.writer import write_bericht
from tests.facts import FACTS
from tests.rules.builders import BERICHTEN, JW301_, JW323_, TOEGEWEZEN, add, change
from tests.strategies import berichten

PUBLISHED = sorted((FACTS / "ijw-3.2" / "examples").glob("*.xml")) if FACTS else []
NIEUW = "/Bericht/Client/Verzoek/NieuweProducten/NieuwProduct"
PRESTATIES = "/Bericht/Declaratie/Clienten/Client[2]/Prestaties/Prestatie"
# A JW315 and a JW318 break the schema, so they have no rules to break.
WRONG = {
    # It begins in 2026 and ends in 2024.
    "JW317": [("CS003", (f"{NIEUW}/Einddatum", f"{NIEUW}/GewensteIngangsdatum"))],
    # RN004 is there twice, and allocation 10073 is debited for April at two clients.
    "JW323": [
        ("TR101", (f"{PRESTATIES}[2]", f"{PRESTATIES}[3]")),
        ("TR416", ("/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]", f"{PRESTATIES}[2]")),
    ],
}


@cache
def lists() -> Codelijsten:
    """Read the lists that ship."""
    return read_codelijsten()


@cache
def codec() -> Codec:
    """Read with the schemas that ship."""
    return Codec(Schemas(resources.schemas_dir()), lists().meaning)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_examples(path: Path) -> None:
    """Two of the published examples break rules, the others none."""
    reading = codec().read(Document(path.read_bytes()))
    if reading.bericht is None:
        assert path.stem in ("JW315", "JW318")
        return
    assert [(finding.code, finding.paths) for finding in judge(reading.bericht)] == WRONG.get(path.stem, [])


@pytest.mark.parametrize("message_type", ALL)
@given(data=st.data())
def test_any_valid_message_can_be_judged(message_type: str, data: st.DataObject) -> None:
    """Whatever a schema allows, however it is written: no rule fails on it, and every place is in the document."""
    document = Document(data.draw(berichten(message_type)))
    bericht = codec().read(document).bericht
    assert bericht is not None
    findings = judge(bericht, Reference(date(2026, 5, 6), lists()))
    wanted = {path for finding in findings for path in finding.paths}
    assert lines(document, wanted).keys() == wanted
    assert all(finding.path == finding.paths[0] for finding in findings)


@pytest.mark.parametrize("message_type", BERICHTEN)
def test_right_messages_fit_the_schema(message_type: str) -> None:
    """The messages of these tests are real ones: they survive being written and read, and break no rule then."""
    reading = codec().read(Document(write_bericht(BERICHTEN[message_type])))
    assert reading.findings == ()
    assert reading.bericht is not None
    assert reading.bericht == BERICHTEN[message_type]
    assert judge(reading.bericht) == []


def test_numbers_and_dates_are_read_as_the_schema_reads_them() -> None:
    """A number may have a plus, leading zeros and white space around it, a date white space: they mean the same."""
    second = change(TOEGEWEZEN, "", toewijzing_nummer=300202)
    written = write_bericht(add(JW301_, "client.toegewezen_producten", second))
    respelled = written.replace(b">300202<", b"> +0300201 <").replace(b">2026-12-31<", b">\n2026-12-31 <")
    reading = codec().read(Document(respelled))
    assert reading.bericht is not None
    assert [finding.code for finding in judge(reading.bericht)] == ["TR101", "TR302"]
    amounts = write_bericht(JW323_).replace(b">24000<", b">024000<").replace(b">20000<", b"> +20000 <")
    read = codec().read(Document(amounts)).bericht
    assert read is not None
    assert spelling(read.declaratie.totaal_ingediend_bedrag.totaal_bedrag).strip() == "+20000"  # type: ignore[attr-defined]
    assert judge(read) == []
