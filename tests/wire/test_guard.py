"""What is refused before a message is read, with the chain's code and the line."""

import codecs
from typing import Final

import pytest

from gateway.wire.document import LARGE, MAX_SIZE, Document
from gateway.wire.malformed import MAX_ATTRIBUTES, MAX_DEPTH
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind, Refusal
from tests.wire.reading import CODEC, read, read_large
from tests.xsd import document

PLAIN: Final = document("JW301")
DECLARED: Final = b"<?xml version='1.0' encoding='%s'?>"


def refusal(content: bytes) -> Refusal:
    """Give the one reason to refuse a document, which is the same when it is read piece by piece."""
    reading = read(content)
    assert read_large(content) == reading
    return _only(reading)


def refusal_of_wild(content: bytes) -> Refusal:
    """Give the one reason to refuse a document for what is in one piece of it, which is the same for a large one."""
    reading = read(content)
    assert read(content + b" " * (LARGE + 1)) == reading
    return _only(reading)


def _only(reading: Reading) -> Refusal:
    assert reading.refusal is not None
    assert (reading.type, reading.bericht) == (None, None)
    (finding,) = reading.findings
    assert (finding.source, finding.code) == ("xml", reading.refusal.kind.value)
    return reading.refusal


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + PLAIN,
        codecs.BOM_UTF16_LE + PLAIN.decode().encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.decode().encode("utf-16-be"),
        codecs.BOM_UTF32_LE + PLAIN.decode().encode("utf-32-le"),
        codecs.BOM_UTF32_BE + PLAIN.decode().encode("utf-32-be"),
    ],
)
def test_byte_order_mark(content: bytes) -> None:
    """A byte-order mark is refused, that of UTF-8 too (OP192)."""
    found = refusal(content)
    assert found.kind is Kind.ENCODING
    assert found.findings[0].message == (
        "Het bericht begint met een byte-order mark; lever het aan als UTF-8 zonder byte-order mark."
    )


@pytest.mark.parametrize(
    "content",
    [
        *(
            DECLARED.replace(b"%s", name) + PLAIN
            for name in (b"ISO-8859-1", b"utf-16", b"US-ASCII", b"UTF8", b"", b"x" * 99)
        ),
        b'<?xml version = "1.0"\r\n\tencoding\n=\t"latin-1" ?>' + PLAIN,
        b'<?xml version="1.0"' + b" " * 900 + b'encoding="latin-1"?>' + PLAIN,
        PLAIN.decode().encode("utf-16-le"),
        PLAIN.decode().encode("utf-16-be"),
        PLAIN.decode().encode("utf-32-le"),
        PLAIN.decode().encode("utf-32-be"),
        f"<?xml version='1.0'?>{PLAIN.decode()}".encode("cp037"),
    ],
)
def test_other_encodings(content: bytes) -> None:
    """Another encoding than UTF-8, declared or to be seen, is refused (OP192)."""
    found = refusal(content)
    assert found.kind is Kind.ENCODING
    assert found.findings[0].line == 1
    assert found.findings[0].message == (
        "Het bericht is niet in UTF-8 gecodeerd, of zegt dat in de XML-declaratie; lever het aan als UTF-8."
    )


@pytest.mark.parametrize("name", [b"UTF-8", b"utf-8", b"Utf-8"])
def test_utf_8(name: bytes) -> None:
    """UTF-8 may be declared, in any case, or not."""
    assert read(DECLARED.replace(b"%s", name) + PLAIN).bericht == read(PLAIN).bericht
    assert read(b"<?xml version='1.0'?>" + PLAIN).bericht == read(PLAIN).bericht


@pytest.mark.parametrize("space", [b" ", b"\t", b"\n", b"\r\n"])
def test_a_declaration_that_hides_its_encoding(space: bytes) -> None:
    """A declaration that goes on and on is not read to its end, whatever white space it begins with."""
    found = refusal(b"<?xml" + space + b"version='1.0'" + b" " * 2000 + b"encoding='latin-1'?>" + PLAIN)
    assert found.kind is Kind.NOT_WELL_FORMED
    assert found.findings[0].message == "De XML-declaratie is niet goed geschreven."


BAD_BYTES: Final = {
    "stray": b"\xff",
    "continuation": b"\x80",
    "latin-1": b"\xe9n",
    "overlong": b"\xc0\xbc",
    "overlong in three": b"\xe0\x80\xbc",
    "surrogate": b"\xed\xa0\x80",
    "beyond unicode": b"\xf4\x90\x80\x80",
    "broken off": b"\xf0\x9f\x98",
}


@pytest.mark.parametrize("bad", BAD_BYTES.values(), ids=BAD_BYTES.keys())
@pytest.mark.parametrize("before", [0, 1, 60, 61, 62, 63, 64, 65, 127, 128])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_no_utf_8(bad: bytes, before: int, line_end: bytes) -> None:
    """Bytes that are not UTF-8 are refused at their line, also where a piece of the document ends (BRS14)."""
    content = b"<a>" + line_end + "é".encode() * before + line_end + bad + b"</a>"
    found = refusal(content)
    assert found.kind is Kind.NOT_WELL_FORMED
    assert found.findings[0].line == 3
    assert found.findings[0].message == "Het bericht bevat bytes die geen UTF-8 zijn; lever het aan als UTF-8."


def test_ends_in_a_character() -> None:
    """A document that ends within a character is no UTF-8."""
    assert refusal(PLAIN + b"\n\xc3").findings[0].line == 2


DTDS: Final = [
    b"<!DOCTYPE Bericht>",
    b'<!DOCTYPE Bericht SYSTEM "x.dtd">',
    b"<!DOCTYPE Bericht [\n<!ELEMENT a ANY>\n]>",
    b"<!DOCTYPE Bericht [<!ENTITY a 'b'>]>",
]


@pytest.mark.parametrize("dtd", DTDS)
@pytest.mark.parametrize("before", [b"", b"\n", b"<!-- x -->\n", b"<?x y?>\n", b"<!--" + b"-x" * 50_000 + b"-->\n"])
def test_dtd(dtd: bytes, before: bytes) -> None:
    """A DTD is refused, wherever it hides, at the line that it begins on (BRS14)."""
    found = refusal(before + dtd + PLAIN)
    assert found.kind is Kind.NOT_WELL_FORMED
    assert found.findings[0].line == 1 + before.count(b"\n")
    assert found.findings[0].message == (
        "Het bericht bevat een DTD (DOCTYPE); die is niet toegestaan. Laat de DTD weg."
    )


@pytest.mark.parametrize("word", [b"<!-- <!DOCTYPE x> -->", b"<?x <!DOCTYPE x> ?>"])
def test_the_word_is_no_dtd(word: bytes) -> None:
    """What only looks like a DTD, in a comment, an instruction or CDATA, is none."""
    assert read(word + PLAIN).bericht == read(PLAIN).bericht
    assert read_large(word + PLAIN).bericht == read(PLAIN).bericht
    text = document("JW301", ("Client", "Commentaar"), "MARK").replace(b"MARK", b"<![CDATA[<!DOCTYPE x>]]>")
    assert read(text).findings == ()


def test_depth() -> None:
    """Deeper than any message is refused when it is looked into, and is no message of the standard otherwise."""
    deep = b"<a>" * (MAX_DEPTH + 1) + b"=" * 2000 + b"</a>" * (MAX_DEPTH + 1)
    assert refusal_of_wild(deep).findings[0].message == (
        "De elementen zijn dieper genest dan 64 niveaus; de standaard gaat tot negen."
    )
    assert refusal(b"<a>" * 300 + b"</a>" * 300).kind is Kind.NOT_WELL_FORMED


def test_attributes() -> None:
    """More attributes than one element can be allowed are refused; a few are the schema's to judge."""
    many = b" ".join(b"a%d='%s'" % (number, b"x" * 40) for number in range(MAX_ATTRIBUTES + 1))
    assert refusal_of_wild(b"<a " + many + b"/>").findings[0].message == (
        "Een element heeft meer dan 32 attributen; de standaard kent er geen."
    )
    few = read(PLAIN.replace(b"<jw301:Bericht", b"<jw301:Bericht a='1' b='2'", 1))
    assert few.refusal is not None
    assert few.refusal.kind is Kind.SCHEMA_INVALID


def test_namespaces() -> None:
    """More namespaces than an element needs are refused; declaring one again in each element is not."""
    many = b" ".join(b"xmlns:a%d='urn:%s'" % (number, b"x" * 40) for number in range(MAX_ATTRIBUTES + 1))
    assert refusal_of_wild(b"<a " + many + b"/>").findings[0].message == (
        "Een element verklaart meer dan 32 namespaces; een bericht heeft er twee nodig."
    )
    declared = b' xmlns:ijw="http://www.istandaarden.nl/ijw/3_2/basisschema/schema">'
    again = PLAIN.replace(b"<ijw:Dagtekening>", b"<ijw:Dagtekening" + declared)
    assert again != PLAIN
    assert read(again).bericht == read(PLAIN).bericht


@pytest.mark.parametrize("piece", [b"<n%d/>", b"<?n%d ?>", b"<b n%d=''/>", b"<n%d:b xmlns:n%d=''/>"])
@pytest.mark.parametrize("many", [20_000, 200_000])
def test_names(piece: bytes, many: int) -> None:
    """Names by the thousand would stay in memory for good, so a document with them is refused."""
    content = b"".join(piece.replace(b"%d", b"%d" % number) for number in range(many))
    found = _only(read(b"<a>" + content + b"</a>"))
    assert found.findings[0].message == (
        "Het bericht gebruikt meer dan 1.000 verschillende namen; de standaard heeft er nog geen 200."
    )


def test_equals_signs_in_text() -> None:
    """A text may hold as many equals signs as it likes, and what comes before them may be anything."""
    text = " ".join(f"{number}=" for number in range(3000)) + "=" * 70_000
    content = document("JW301", ("Client", "Commentaar"), text)
    assert read(content).findings == ()
    assert read_large(content).findings == ()


FORBIDDEN: Final = (
    "Hier staat een teken dat in XML niet mag; schrijf & als &amp; en < als &lt;, en laat besturingstekens weg."
)


@pytest.mark.parametrize(("size", "code"), [(MAX_SIZE, "BRS14"), (MAX_SIZE + 1, "BRS06")])
def test_size(size: int, code: str) -> None:
    """25 MB is 26,214,400 bytes; one more is too many."""
    (finding,) = CODEC.read(Document(b" " * size)).findings
    assert finding.code == code
    if code == "BRS06":
        assert finding.source == "gateway"
        assert finding.message == (
            "Het bericht is groter dan 25 MB (26.214.400 bytes); verdeel de inhoud over meer berichten."
        )


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "Het document houdt op voordat alle elementen zijn gesloten, of is leeg."),
        (b"geen xml", 1, "Het document begint niet met een XML-element."),
        (b"<a>\n<b>\n</a>", 3, "Een eindtag past niet bij de begintag; sluit elementen in omgekeerde volgorde."),
        (b"<a>\n<b>", 2, "Het document houdt op voordat alle elementen zijn gesloten, of is leeg."),
        (b"<a>\n<b", 2, "Een tag of commentaar wordt niet afgesloten; mogelijk is het bericht afgebroken."),
        (b"<a>\n<!-- ", 2, "Een tag of commentaar wordt niet afgesloten; mogelijk is het bericht afgebroken."),
        (b"<a>\n<![CDATA[ </a>", 2, "Een CDATA-gedeelte wordt niet afgesloten."),
        (
            b"<a>\nJansen & Zn</a>",
            2,
            FORBIDDEN,
        ),
        (
            b"<a>\n\x0b</a>",
            2,
            FORBIDDEN,
        ),
        (b"<a>\n&nbsp;</a>", 2, "Er wordt een entiteit gebruikt die niet bestaat; schrijf het teken zelf."),
        (b"<a>\n&#0;</a>", 2, "Er wordt verwezen naar een teken dat in XML niet mag."),
        (b"<a>\n<a b='1' b='2'/></a>", 2, "Een element heeft tweemaal hetzelfde attribuut."),
        (b"<a/>\n<b/>", 2, "Na het hoofdelement staat nog iets; een bericht heeft één hoofdelement."),
        (b"\n<?xml version='1.0'?><a/>", 2, "De XML-declaratie staat niet helemaal aan het begin van het document."),
        (b"<?xml version='1.0' x?><a/>", 1, "De XML-declaratie is niet goed geschreven."),
        (b"<a>\n<x:b/></a>", 2, "Een voorvoegsel wordt gebruikt zonder dat zijn namespace is opgegeven (xmlns:…)."),
        (b"<a xmlns:x=''/>", 1, "Een voorvoegsel wordt leeg verklaard; dat mag niet."),
        (
            b"<a xmlns:x='::::'/>",
            1,
            "Het document is geen goed gevormde XML, of gaat over een grens van de XML-lezer.",
        ),
    ],
)
def test_not_well_formed(content: bytes, line: int, message: str) -> None:
    """What the parser stumbles over is said in words, with the line."""
    found = refusal(content)
    assert found.kind is Kind.NOT_WELL_FORMED
    assert (found.findings[0].line, found.findings[0].message) == (line, message)
