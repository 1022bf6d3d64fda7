"""The schemas in force: one per message, compiled by libxml2, from a folder that an operator may replace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from gateway.errors import SchemaFolderError
from gateway.ijw.bericht import BASISSCHEMA, Bericht
from gateway.ijw.berichten import BERICHTEN
from gateway.wire.fit import check_fit
from gateway.wire.model import XS, SchemaFile, build_model
from gateway.wire.patterns import LINEAR


class Schema:
    """The schema of one message: libxml2's for the verdict, our own model of it for the explanation."""

    def __init__(self, bericht: type[Bericht], files: Mapping[str, SchemaFile]) -> None:
        """Compile the schema of a message type, out of the files by namespace."""
        file = files[bericht.namespace()]
        try:
            self.compiled = etree.XMLSchema(file.root.getroottree())
        except etree.XMLSchemaParseError as error:
            message = f"Het schema {file.path} is niet bruikbaar: {error}"
            raise SchemaFolderError(message) from error
        self.model = build_model(files, bericht.namespace())
        check_fit(bericht, self.model)


class Schemas:
    """All fourteen schemas; every message type has one."""

    def __init__(self, folder: Path) -> None:
        """Load a folder and what is below it; raises SchemaFolderError when something is missing or broken.

        The files are known by their target namespace, not by their name: the official release may name them
        otherwise than we do, and lie beside another one.
        """
        self.folder = folder
        files = _read(folder)
        self._schemas = {bericht.TYPE: Schema(bericht, files) for bericht in BERICHTEN.values()}

    def __getitem__(self, message_type: str) -> Schema:
        """Give the schema of a message type such as `JW301`."""
        return self._schemas[message_type]


def _read(folder: Path) -> dict[str, SchemaFile]:
    if not folder.is_dir():
        message = f"De map met schema's {folder} bestaat niet; controleer IJW_SCHEMAS_DIR."
        raise SchemaFolderError(message)
    needed = {BASISSCHEMA: "basisschema"} | {b.namespace(): b.TYPE for b in BERICHTEN.values()}
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    found: dict[str, SchemaFile] = {}
    for path in sorted(folder.rglob("*.xsd")):
        file = _parse(path, parser)
        namespace = file.root.get("targetNamespace", "")
        if namespace in found:
            message = f"De namespace {namespace} staat in {found[namespace].path} en in {path}; laat er één staan."
            raise SchemaFolderError(message)
        if namespace in needed:
            found[namespace] = file
    missing = [name for namespace, name in needed.items() if namespace not in found]
    if missing:
        message = f"In de map {folder} ontbreekt het schema van: {', '.join(missing)} (iJw 3.2)."
        raise SchemaFolderError(message)
    _prepare(found, parser)
    return found


def _parse(path: Path, parser: etree.XMLParser) -> SchemaFile:
    try:
        # The base tells libxml2 where the file is, for its messages and for the imports in it.
        root = etree.fromstring(path.read_bytes(), parser, base_url=path.resolve().as_uri())
    except (etree.XMLSyntaxError, OSError) as error:
        message = f"Het schema {path} is niet te lezen: {error}"
        raise SchemaFolderError(message) from error
    if root.tag != f"{XS}schema":
        message = f"{path} is geen XML-schema; haal het uit de map, of zet het goede bestand ervoor in de plaats."
        raise SchemaFolderError(message)
    return SchemaFile(path, root)


def _prepare(files: Mapping[str, SchemaFile], parser: etree.XMLParser) -> None:
    """Make the files ready for libxml2, in memory: imports lead to one another only, and patterns are linear."""
    known = {file.path.resolve() for file in files.values()}
    for file in files.values():
        for reference in file.root.iter(f"{XS}import", f"{XS}include", f"{XS}redefine"):
            location = reference.get("schemaLocation", "")
            target = (file.path.parent / location).resolve()
            if urlsplit(location).scheme or target not in known:
                message = f"{file.path} verwijst naar {location!r}; dat is geen schema van iJw 3.2 in de map."
                raise SchemaFolderError(message)
            reference.set("schemaLocation", target.as_uri())
    prepared = {file.path.resolve().as_uri(): _linear(file.root) for file in files.values()}
    parser.resolvers.add(_Folder(prepared))
