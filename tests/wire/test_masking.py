"""What is covered when a message is shown to who need not know about whom it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.ijw.berichten import BERICHTEN
from gateway.wire.document import Document
from gateway.wire.masking import COVER, is_personal, masked
from tests.berichten import post_of
from tests.strategies import berichten


def leaves(content: bytes) -> list[tuple[tuple[str, ...], str]]:
    """Give every value with the names of the elements around it, as lxml sees them."""
    root = etree.fromstring(content, etree.XMLParser(remove_comments=True, remove_pis=True, strip_cdata=True))
    found = []
    for element in root.iter():
        if len(element) == 0:
            around = [etree.QName(parent).localname for parent in reversed(list(element.iterancestors()))]
            found.append(((*around, etree.QName(element).localname), element.text or ""))
    return found


@pytest.mark.parametrize("message_type", BERICHTEN)
@given(data=st.data())
@settings(max_examples=20)
def test_personal_values_are_covered_and_nothing_else(message_type: str, data: st.DataObject) -> None:
    """Every personal value is covered, every other one stays, and no line moves."""
    before = data.draw(berichten(message_type))
    after = masked(Document(before)).content()
    for (names, value), (same, shown) in zip(leaves(before), leaves(after), strict=True):
        assert names == same
        if is_personal(names) and value.strip():
            assert shown.strip("\n\r") == COVER
        else:
            assert shown == value
    assert len(etree.fromstring(before).xpath("//*")) == len(etree.fromstring(after).xpath("//*"))
    assert lines_of_elements(before) == lines_of_elements(after)


def lines_of_elements(content: bytes) -> list[int | None]:
    """Give the line of each element."""
    return [element.sourceline for element in etree.fromstring(content).iter(etree.Element)]


@pytest.mark.parametrize(
    ("names", "personal"),
    [
        (("Bericht", "Client", "Bsn"), True),
        (("Bericht", "Client", "Naam", "Voornamen"), True),
        (("Bericht", "Client", "AangevraagdeProducten", "AangevraagdProduct", "Product", "Code"), False),
        (("Bericht", "Client", "AangevraagdeProducten", "AangevraagdProduct", "Commentaar"), True),
        (("Bericht", "Client", "AangevraagdeProducten", "AangevraagdProduct", "Verwijzer", "Naam"), True),
        (("Bericht", "Client", "AangevraagdeProducten", "AangevraagdProduct", "Verwijzer", "Type"), False),
        (("Bericht", "Declaratie", "Clienten", "Client", "Bsn"), True),
        (("Bericht", "Declaratie", "Clienten", "Client", "Prestaties", "Prestatie", "GeleverdVolume"), False),
        (("Bericht", "Header", "Afzender"), False),
    ],
)
def test_what_is_personal(names: tuple[str, ...], personal: bool) -> None:
    """Who it is about is personal; what is asked, allocated and delivered is not."""
    assert is_personal(names) is personal


def test_between_elements() -> None:
    """A remark or instruction between elements may say anything, so it is left out; the lines stay."""
    remark = b"<!-- Sam\r\nVoorbeeld --><?bsn 999900006?><"
    content = post_of("JW305")
    place = content.index(b"StartProducten>") - 1
    place = content.rindex(b"<", 0, place)
    content = content[:place] + remark + content[place + 1 :]
    after = masked(Document(content + b"<!-- Sam -->\n<!-- Sam -->")).content()
    assert b"Sam" not in after
    assert b"999900006" not in after
    assert lines_of_elements(content) == lines_of_elements(after)


def test_hidden_in_markup() -> None:
    """A value in CDATA, cut up by comments or after an instruction is covered as well."""
    content = post_of("JW305").replace(b"999900006", b"<![CDATA[9999]]><!-- 1 --><?a 2?>00006")
    assert b"9999" in content
    after = masked(Document(content)).content()
    assert b"9999" not in after
    assert b"00006" not in after
