"""Nothing in a document makes the gateway open an address or a file."""

import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import SchemaFolderError
from gateway.wire.schemas import Schemas
from tests.wire.reading import read, read_large
from tests.xsd import FOLDER, document


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Listen, so that whoever calls is heard."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def called(server: socket.socket) -> bool:
    """Tell whether anybody has called; a connection waits from the moment that it is asked for."""
    return bool(select.select([server], [], [], 0.05)[0])


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ATTRIBUTES = [
    f'{XSI} xsi:schemaLocation="http://www.istandaarden.nl/ijw/3_2/jw301/schema URL"',
    f'{XSI} xsi:schemaLocation="http://www.istandaarden.nl/ijw/3_2/basisschema/schema URL urn:x URL"',
    f'{XSI} xsi:noNamespaceSchemaLocation="URL"',
    'xml:base="URL"',
    'xmlns:x="URL"',
]
BEFORE = [
    '<!DOCTYPE Bericht SYSTEM "URL">',
    '<!DOCTYPE Bericht PUBLIC "-//X//Y" "URL">',
    '<!DOCTYPE Bericht [<!ENTITY % x SYSTEM "URL"> %x;]>',
    '<!DOCTYPE Bericht [<!ENTITY x SYSTEM "URL">]>',
    '<?xml-stylesheet type="text/xsl" href="URL"?>',
    '<?xml-model href="URL"?>',
]
INSIDE = [
    '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="URL"/>',
    '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="URL" parse="text"/>',
    '<xs:import xmlns:xs="http://www.w3.org/2001/XMLSchema" schemaLocation="URL"/>',
    "&x;",
]


@pytest.mark.parametrize("trick", ATTRIBUTES + BEFORE + INSIDE)
@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_nobody_is_called(trick: str, scheme: str, server: socket.socket) -> None:
    """Where a document says that something is to be found, nobody looks."""
    port = server.getsockname()[1]
    plain = document("JW301").decode()
    trick = trick.replace("URL", f"{scheme}://127.0.0.1:{port}/x.xsd")
    if trick.startswith(("<!DOCTYPE", "<?")):
        evil = trick + plain
    elif trick.startswith(("<", "&")):
        evil = plain.replace("<jw301:Client>", f"<jw301:Client>{trick}")
    else:
        evil = plain.replace("<jw301:Bericht", f"<jw301:Bericht {trick}")
    assert evil != plain
    assert read(evil.encode()) == read_large(evil.encode())
    assert not called(server)


def test_no_file_is_read(tmp_path: Path) -> None:
    """A file that a document asks for does not come into the message, nor into what is said about it."""
    secret = tmp_path / "geheim.txt"
    secret.write_text("Wittemansjansen")
    for content in (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode() + document("JW301").replace(b">x<", b">&e;<"),
        document("JW301").replace(
            b">x<",
            f'><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/><'.encode(),
        ),
    ):
        for reading in (read(content), read_large(content)):
            assert reading.bericht is None
            assert "Wittemansjansen" not in str(reading)


def test_schemas_call_nobody(server: socket.socket, tmp_path: Path) -> None:
    """A schema that an operator brings may not lead out of its folder."""
    for path in FOLDER.glob("*.xsd"):
        text = path.read_text(encoding="utf-8")
        address = f"http://127.0.0.1:{server.getsockname()[1]}/basisschema.xsd"
        (tmp_path / path.name).write_text(text.replace('"basisschema.xsd"', f'"{address}"'), encoding="utf-8")
    with pytest.raises(SchemaFolderError, match="verwijst naar"):
        Schemas(tmp_path)
    assert not called(server)


def test_the_server_hears(server: socket.socket) -> None:
    """The test's own ears are good."""
    with socket.create_connection(server.getsockname()):
        assert called(server)
