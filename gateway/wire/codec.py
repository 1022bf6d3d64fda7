"""XML in, XML out: the one door of this package for the rest of the gateway."""

from __future__ import annotations

from msgspec.structs import replace

from gateway.errors import InvalidBerichtError
from gateway.ijw.bericht import Bericht
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.guard import too_large
from gateway.wire.json_form import Draft, from_json, parse_json
from gateway.wire.reader import Reader, Reading
from gateway.wire.refusal import Kind, refuse
from gateway.wire.schemas import Schemas
from gateway.wire.wording import Meaning
from gateway.wire.writer import write_bericht


class Codec:
    """Reads and writes messages in both forms, always against the schemas in force."""

    def __init__(self, schemas: Schemas, meaning: Meaning) -> None:
        """Use these schemas; `meaning` names the codes of the code lists."""
        self._reader = Reader(schemas, meaning)

    def read(self, document: Document) -> Reading:
        """Read XML; see `Reader.read`."""
        return self._reader.read(document)

    def read_json(self, document: Document) -> tuple[Document, Reading]:
        """Read a typed form; gives the XML that was made of it too. What is wrong has no line: there is no file."""
        if document.size > MAX_SIZE:
            return document, Reading(refusal=refuse(Kind.TOO_LARGE, too_large()))
        return self._read_draft(parse_json(document.content()))

    def read_form(self, bericht: type[Bericht], content: object) -> tuple[Document, Reading]:
        """Read the `bericht` part of a typed form of a known type."""
        return self._read_draft(from_json(bericht, content))

    def write(self, bericht: Bericht) -> Document:
        """Write a message; raises InvalidBerichtError when it does not fit the schema, which is our own mistake."""
        try:
            document = Document(write_bericht(bericht))
        except UnicodeEncodeError as error:  # Half a character, which no message that was read can hold.
            raise InvalidBerichtError from error
        findings = self._reader.read(document).findings
        if findings:
            message = "; ".join(f"{finding.path}: {finding.message}" for finding in findings)
            raise InvalidBerichtError(message)
        return document

    def _read_draft(self, draft: Draft) -> tuple[Document, Reading]:
        if draft.refusal:
            return Document(), Reading(draft.type, refusal=draft.refusal)
        document = Document(draft.xml)
        reading = self._reader.read(document)
        if reading.refusal:
            findings = tuple(replace(finding, line=None) for finding in reading.refusal.findings)
            reading = replace(reading, refusal=replace(reading.refusal, findings=findings))
        return document, replace(reading, opt_out=draft.opt_out)
