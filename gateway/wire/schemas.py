"""The schemas in force: one per message, compiled by libxml2, from a folder that an operator may replace."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from gateway.errors import SchemaFolderError
from gateway.ijw.bericht import BASISSCHEMA, Bericht
from gateway.ijw.berichten import BERICHTEN
from gateway.wire.fit import check_fit
from gateway.wire.model import XS, SchemaFile, build_model
from gateway.wire.patterns import FOR_LIBXML2


class Schema:
    """The schema of one message: libxml2's for the verdict, our own model of it for the explanation."""

    def __init__(self, bericht: type[Bericht], files: dict[str, SchemaFile], compiler: _Compiler) -> None:
        """Compile the schema of a message type, out of the files by namespace."""
        self.compiled = compiler.compile(files[bericht.namespace()])
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
        files = _files(folder)
        compiler = _Compiler(files)
        self._schemas = {bericht.TYPE: Schema(bericht, files, compiler) for bericht in BERICHTEN.values()}

    def __getitem__(self, message_type: str) -> Schema:
        """Give the schema of a message type such as `JW301`."""
        return self._schemas[message_type]


def _files(folder: Path) -> dict[str, SchemaFile]:
    """Read the files of iJw 3.2 in a folder, by namespace."""
    if not folder.is_dir():
        message = f"De map met schema's {folder} bestaat niet; controleer IJW_SCHEMAS_DIR."
        raise SchemaFolderError(message)
    needed = {BASISSCHEMA: "basisschema"} | {b.namespace(): b.TYPE for b in BERICHTEN.values()}
    found: dict[str, SchemaFile] = {}
    for path in sorted(folder.rglob("*.xsd")):
        file = _parse(path)
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
    return found


def _parse(path: Path) -> SchemaFile:
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, OSError) as error:
        message = f"Het schema {path} is niet te lezen: {error}"
        raise SchemaFolderError(message) from error
    if root.tag != f"{XS}schema":
        message = f"{path} is geen XML-schema; zet het goede bestand ervoor in de plaats, of haal het uit de map."
        raise SchemaFolderError(message)
    return SchemaFile(path, root)


class _Compiler(etree.Resolver):
    """Compiles schemas from memory: they import one another and nothing else, and libxml2 reads their patterns well."""

    def __init__(self, files: dict[str, SchemaFile]) -> None:
        addresses = {file.path.resolve(): file.path.resolve().as_uri() for file in files.values()}
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True)
        self._parser.resolvers.add(self)
        self._files = {addresses[file.path.resolve()]: _prepared(file, addresses) for file in files.values()}

    def compile(self, file: SchemaFile) -> etree.XMLSchema:
        """Give libxml2's form of a schema."""
        address = file.path.resolve().as_uri()
        try:
            return etree.XMLSchema(etree.fromstring(self._files[address], self._parser, base_url=address))
        except etree.XMLSchemaParseError as error:
            message = f"Het schema {file.path} is niet bruikbaar: {error}"
            raise SchemaFolderError(message) from error

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002 - lxml's
        """Give libxml2 an imported file; nothing when it is not one of ours."""
        content = self._files.get(system_url or "")
        return self.resolve_empty(context) if content is None else self.resolve_string(content, context)


def _prepared(file: SchemaFile, addresses: dict[Path, str]) -> bytes:
    """Write a schema with its imports as addresses, and its patterns as libxml2 reads them well."""
    root = deepcopy(file.root)
    for reference in root.iter(f"{XS}import", f"{XS}include", f"{XS}redefine"):
        location = reference.get("schemaLocation", "")
        address = addresses.get((file.path.parent / unquote(location)).resolve())
        if urlsplit(location).scheme or address is None:
            message = f"{file.path} verwijst naar {location!r}; dat is geen schema van iJw 3.2 in de map."
            raise SchemaFolderError(message)
        reference.set("schemaLocation", address)
    for pattern in root.iter(f"{XS}pattern"):
        pattern.set("value", FOR_LIBXML2.get(pattern.get("value", ""), pattern.get("value", "")))
    return etree.tostring(root)
