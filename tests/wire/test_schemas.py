"""The folder of schemas: which one will do, and what is said of one that will not."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import resources
from gateway.errors import SchemaFolderError
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.schemas import Schemas
from tests.wire.reading import MEANING
from tests.xsd import FOLDER, TYPES, document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the schemas, to be changed."""
    return Path(shutil.copytree(FOLDER, tmp_path / "schemas met een spatie & é"))


def works(folder: Path) -> None:
    """See to it that messages are read with the schemas of a folder."""
    codec = Codec(Schemas(folder), MEANING)
    for message_type in TYPES:
        assert codec.read(Document(document(message_type))).type == message_type


def test_the_root_and_the_release_will_both_do() -> None:
    """A folder may be the one of the release, or the root above it."""
    works(resources.schemas_dir())
    works(resources.schemas_dir() / "iJW" / "3.2")


def test_a_copy_anywhere_will_do(folder: Path) -> None:
    """A path may hold what has a meaning in an address."""
    works(folder)


def test_other_file_names_will_do(folder: Path) -> None:
    """The official release may name its files otherwise, and divide them over folders."""
    (folder / "basis").mkdir()
    (folder / "basisschema.xsd").rename(folder / "basis" / "iJw 3.2 Basisschema v1.xsd")
    for path in list(folder.glob("JW*.xsd")):
        text = path.read_text(encoding="utf-8").replace('"basisschema.xsd"', '"basis/iJw%203.2%20Basisschema%20v1.xsd"')
        path.with_name(f"Bericht {path.name.lower()}").write_text(text, encoding="utf-8")
        path.unlink()
    works(folder)


def test_another_release_beside_it_will_do(folder: Path) -> None:
    """What is not of iJw 3.2 is left alone."""
    (folder / "3.1").mkdir()
    for path in list(folder.glob("*.xsd")):
        text = path.read_text(encoding="utf-8").replace("/3_2/", "/3_1/")
        (folder / "3.1" / path.name).write_text(text, encoding="utf-8")
    works(folder)


def test_a_byte_order_mark_will_do(folder: Path) -> None:
    """A schema was not sent by anyone: an editor may have put a byte-order mark before it."""
    path = folder / "JW301.xsd"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    works(folder)


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Change one thing in a file."""

    def apply(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def write(name: str, content: bytes) -> Callable[[Path], object]:
    """Put a file in the folder."""
    return lambda folder: (folder / name).write_bytes(content)


BROKEN = {
    "a file is missing": (
        lambda folder: (folder / "JW318.xsd").unlink(),
        r"In de map .* ontbreekt het schema van: JW318 \(iJw 3\.2\)\.",
    ),
    "the types are missing": (
        lambda folder: (folder / "basisschema.xsd").unlink(),
        r"In de map .* ontbreekt het schema van: basisschema \(iJw 3\.2\)\.",
    ),
    "another release": (
        change("JW301.xsd", 'targetNamespace="http://www.istandaarden.nl/ijw/3_2/', 'targetNamespace="urn:'),
        r"ontbreekt het schema van: JW301 \(iJw 3\.2\)\.",
    ),
    "empty file": (write("JW301.xsd", b""), r"Het schema .*JW301\.xsd is niet te lezen: "),
    "no XML": (write("JW301.xsd", b"<xs:schema"), r"Het schema .*JW301\.xsd is niet te lezen: "),
    "no schema": (write("JW301.xsd", b"<html/>"), r"JW301\.xsd is geen XML-schema; "),
    "something else beside": (write("extra.xsd", b"<html/>"), r"extra\.xsd is geen XML-schema; "),
    "twice": (
        lambda folder: shutil.copy(folder / "JW301.xsd", folder / "kopie.xsd"),
        r"De namespace \S+/jw301/schema staat in .*JW301\.xsd en in .*kopie\.xsd; laat er één staan\.",
    ),
    "import from the network": (
        change("JW301.xsd", '"basisschema.xsd"', '"http://example.org/basisschema.xsd"'),
        r"JW301\.xsd verwijst naar 'http://example\.org/basisschema\.xsd'; dat is geen schema van iJw 3\.2 in de map\.",
    ),
    "import from outside": (
        change("JW301.xsd", '"basisschema.xsd"', '"../basisschema.xsd"'),
        r"JW301\.xsd verwijst naar '\.\./basisschema\.xsd'; ",
    ),
    "import of nothing": (
        change("JW301.xsd", 'schemaLocation="basisschema.xsd"', ""),
        r"JW301\.xsd verwijst naar ''; ",
    ),
    "unknown type": (
        change("JW301.xsd", 'type="ijw:LDT_AgbCode"', 'type="ijw:LDT_Agb"'),
        r"Het schema .*JW301\.xsd is niet bruikbaar: .*LDT_Agb",
    ),
    "unknown construction": (
        change("JW301.xsd", '<xs:element name="Bericht"', '<xs:element nom="x" name="Bericht"'),
        r"Het schema .*JW301\.xsd is niet bruikbaar: ",
    ),
    "element missing": (
        change("JW301.xsd", '<xs:element name="Geslacht" type="ijw:LDT_Geslacht"/>', ""),
        r"JW301: /Bericht/Client: verwacht de elementen Bsn, .*; gevonden ",
    ),
    "element renamed": (
        change("basisschema.xsd", '<xs:element name="Volume"', '<xs:element name="Volumen"'),
        r"/Omvang: verwacht de elementen Volume, Eenheid, Frequentie; gevonden Volumen, Eenheid, Frequentie\.",
    ),
    "element optional": (
        change("JW301.xsd", '<xs:element name="Bsn"', '<xs:element minOccurs="0" name="Bsn"'),
        r"JW301: /Bericht/Client/Bsn: verwacht 1 tot en met 1 keer; gevonden 0 tot en met 1 keer\.",
    ),
    "list limited": (
        change("JW301.xsd", 'type="jw301:Contact" maxOccurs="unbounded"', 'type="jw301:Contact" maxOccurs="9"'),
        r"/Contactgegevens/Contact: verwacht 1 tot en met onbeperkt keer; gevonden 1 tot en met 9 keer\.",
    ),
    "another kind of value": (
        change("JW301.xsd", 'name="Budget" type="ijw:LDT_Budget"', 'name="Budget" type="ijw:LDT_Naam"'),
        r"/ToegewezenProduct/Budget: verwacht xs:integer; gevonden xs:string\.",
    ),
    "another namespace": (
        change("JW301.xsd", 'elementFormDefault="qualified"', 'elementFormDefault="unqualified"'),
        r"JW301: /Bericht/Header: verwacht de namespace http://\S+/jw301/schema; gevonden geen\.",
    ),
}


@pytest.mark.parametrize(("breakage", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_folder(breakage: Callable[[Path], object], message: str, folder: Path) -> None:
    """A folder that will not do is refused with the file, what is wrong with it, and what was expected."""
    breakage(folder)
    with pytest.raises(SchemaFolderError) as caught:
        Schemas(folder)
    assert re.search(message, str(caught.value))


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is a setting that is wrong."""
    with pytest.raises(
        SchemaFolderError, match=r"De map met schema's .*weg bestaat niet; controleer IJW_SCHEMAS_DIR\."
    ):
        Schemas(tmp_path / "weg")


def test_empty_folder(tmp_path: Path) -> None:
    """In an empty folder everything is missing."""
    with pytest.raises(SchemaFolderError, match="ontbreekt het schema van: basisschema, JW301, JW302, "):
        Schemas(tmp_path)
