"""The schemas in force: one per message, compiled by libxml2, from a folder that an operator may replace."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from gateway.errors import SchemaFolderError
from gateway.ijw.bericht import BASISSCHEMA, Bericht
from gateway.ijw.berichten import BERICHTEN
from gateway.wire.model import ElementModel, SchemaFile, build_model

XS: Final = "{http://www.w3.org/2001/XMLSchema}"


class Schema:
    """The schema of one message: libxml2's for the verdict, our own model of it for the explanation."""

    def __init__(self, bericht: type[Bericht], path: Path, files: dict[str, SchemaFile]) -> None:
        """Compile the schema file of a message type."""
        self.bericht = bericht
        self._files = files
        try:
            self.compiled = etree.XMLSchema(file=str(path))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
            message = f"Het schema {path.name} in {path.parent} is niet bruikbaar: {error}"
            raise SchemaFolderError(message) from error

    @cached_property
    def model(self) -> ElementModel:
        """Give the root element as the schema describes it."""
        return build_model(self._files, self.bericht.namespace())


class Schemas:
    """All fourteen schemas; every message type has one."""

    def __init__(self, folder: Path) -> None:
        """Load a folder; raises SchemaFolderError, with what to do, when something is missing or broken.

        The files are known by their target namespace, not by their name: the official release may name them
        otherwise than we do.
        """
        self.folder = folder
        paths = _paths(folder)
        files = {namespace: SchemaFile.parse(path) for namespace, path in paths.items()}
        for file in files.values():
            _check_imports(file)
        self._schemas = {
            bericht.TYPE: Schema(bericht, paths[bericht.namespace()], files) for bericht in BERICHTEN.values()
        }

    def __getitem__(self, message_type: str) -> Schema:
        """Give the schema of a message type such as `JW301`."""
        return self._schemas[message_type]


def _paths(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        message = f"De map met schema's {folder} bestaat niet; controleer IJW_SCHEMAS_DIR."
        raise SchemaFolderError(message)
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.xsd")):
        try:
            root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
        except (etree.XMLSyntaxError, OSError) as error:
            message = f"Het schema {path} is niet te lezen: {error}"
            raise SchemaFolderError(message) from error
        namespace = root.get("targetNamespace", "")
        if namespace in found:
            message = f"De namespace {namespace} staat in {found[namespace]} en in {path}; laat er één staan."
            raise SchemaFolderError(message)
        found[namespace] = path
    needed = {BASISSCHEMA: "basisschema"} | {b.namespace(): b.TYPE for b in BERICHTEN.values()}
    missing = [name for namespace, name in needed.items() if namespace not in found]
    if missing:
        message = f"In de map {folder} ontbreekt het schema van: {', '.join(missing)} (iJw 3.2)."
        raise SchemaFolderError(message)
    return found


def _check_imports(file: SchemaFile) -> None:
    """Refuse a schema that would be fetched from elsewhere: everything has to be in the folder."""
    for reference in file.root.iter(f"{XS}import", f"{XS}include", f"{XS}redefine"):
        location = reference.get("schemaLocation", "")
        if urlsplit(location).scheme or not (file.path.parent / location).is_file():
            message = f"{file.path} verwijst naar {location!r}; dat bestand staat niet in de map."
            raise SchemaFolderError(message)
