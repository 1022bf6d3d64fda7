"""The schemas of the envelope: where the published ones are, ours say the same of every document."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.exchange.ggk import AnswerHead, Fault, Systeem
from gateway.resources import schemas_dir
from gateway.wire.ggk_answer import write_bv03, write_fo03
from tests.facts import FACTS

STUF: Final = "http://www.egem.nl/StUF/StUF0301"
GGK: Final = "http://www.stufstandaarden.nl/koppelvlak/ggk0210"
OURS: Final = schemas_dir() / "ggk0210" / "ggk0210.xsd"
needs_facts = pytest.mark.skipif(FACTS is None, reason="the published schemas are not here")


@cache
def compiled(path: Path) -> etree.XMLSchema:
    """Compile a schema once."""
    return etree.XMLSchema(file=str(path))


def published() -> etree.XMLSchema:
    """Give the published schema."""
    assert FACTS is not None
    return compiled(FACTS / "ggk0210" / "ggk0210" / "ggkberichten" / "ggk0210_msg_ggkberichten.xsd")


def examples() -> list[Path]:
    """Give the published examples."""
    return sorted((FACTS / "ggk0210" / "voorbeeldberichten").glob("*.xml")) if FACTS else []


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.name)
def test_published_examples_fit(path: Path) -> None:
    """Every published envelope is valid."""
    assert compiled(OURS).validate(etree.parse(str(path))), compiled(OURS).error_log


TEXTS: Final = st.one_of(
    st.sampled_from(
        ["", " ", "Di01", "Du01", "Fo01", "0003", "abc", "client", "server", "20160421132514", "AAAA", "AA="]
    ),
    st.sampled_from(["9c0f7b90-5c69-41e5-a837-0800200c9a66", "9c0f7b90-5c69-11e5-a837-0800200c9a66"]),
    st.builds(lambda n: "x" * n, st.sampled_from([2, 3, 7, 8, 30, 31, 40, 41, 50, 51, 100, 101, 200, 201, 1000, 1001])),
    st.builds(lambda n: "1" * n, st.integers(3, 18)),
)


@needs_facts
@settings(max_examples=80)
@given(data=st.data())
def test_both_say_the_same(data: st.DataObject) -> None:
    """Whatever is changed in an envelope, both schemas take it or both refuse it."""
    root = etree.parse(str(data.draw(st.sampled_from(examples())))).getroot()
    for _ in range(data.draw(st.integers(1, 2))):
        element = data.draw(st.sampled_from([each for each in root.iter() if each is not root]))
        parent = element.getparent()
        assert parent is not None
        match data.draw(st.sampled_from(["text", "remove", "double", "swap", "rename", "attribute"])):
            case "text":
                element.text = data.draw(TEXTS)
            case "remove":
                parent.remove(element)
                if len(parent) == 0 and parent is root:
                    break
            case "double":
                parent.append(etree.fromstring(etree.tostring(element)))
            case "swap":
                parent.insert(0, element)
            case "rename":
                name = data.draw(st.sampled_from(["applicatie", "gebruiker", "details", "crossRefnummer", "body"]))
                element.tag = f"{{{data.draw(st.sampled_from([STUF, GGK]))}}}{name}"
            case _:
                element.set("bestandsnaam", data.draw(st.sampled_from(["a.b", "abcd", "a b c", "x" * 255, "x" * 256])))
    assert compiled(OURS).validate(root) == published().validate(root), etree.tostring(root).decode()


@needs_facts
@pytest.mark.parametrize("kind", ["Bv03", "Fo03"])
def test_answers_fit_both(kind: str) -> None:
    """What the gateway answers with is valid by the published schema too."""
    head = AnswerHead(Systeem("", "onbekend"), Systeem("0193", "Zorgpakket"), "a", "20260801120000000", "")
    fault = Fault("IB001", "x" * 500, (("XSD", "/Bericht", "Geslacht is geen code."),))
    written = write_bv03(head) if kind == "Bv03" else write_fo03(head, fault)
    root = etree.fromstring(written)
    found = next(root.iter(f"{{{STUF}}}{kind}Bericht"))
    for schema in (compiled(OURS), published()):
        assert schema.validate(found), schema.error_log
