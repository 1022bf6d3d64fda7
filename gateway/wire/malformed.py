"""Why a document is not well-formed, in plain Dutch."""

from __future__ import annotations

from xml.parsers import expat
from xml.parsers.expat import errors

from gateway.wire.document import Document
from gateway.wire.refusal import Kind, Refusal, refuse

_REASONS: dict[str, str] = {
    errors.XML_ERROR_NO_ELEMENTS: "Het document houdt op voordat alle elementen zijn gesloten, of is leeg.",
    errors.XML_ERROR_INVALID_TOKEN: (
        "Hier staat een teken dat in XML niet mag; schrijf & als &amp; en < als &lt;, en laat besturingstekens weg."
    ),
    errors.XML_ERROR_UNCLOSED_TOKEN: "Een tag of commentaar wordt niet afgesloten; het document is mogelijk afgebroken.",
    errors.XML_ERROR_TAG_MISMATCH: "Een eindtag past niet bij de begintag; sluit elementen in omgekeerde volgorde.",
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "Een element heeft tweemaal hetzelfde attribuut.",
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "Na het hoofdelement staat nog iets; een bericht heeft één hoofdelement.",
    errors.XML_ERROR_UNDEFINED_ENTITY: "Er wordt een entiteit gebruikt die niet bestaat; schrijf het teken zelf.",
    errors.XML_ERROR_BAD_CHAR_REF: "Er wordt verwezen naar een teken dat in XML niet mag.",
    errors.XML_ERROR_MISPLACED_XML_PI: "De XML-declaratie staat niet helemaal aan het begin van het document.",
    errors.XML_ERROR_XML_DECL: "De XML-declaratie is niet goed geschreven.",
    errors.XML_ERROR_UNCLOSED_CDATA_SECTION: "Een CDATA-gedeelte wordt niet afgesloten.",
    errors.XML_ERROR_UNBOUND_PREFIX: "Een voorvoegsel wordt gebruikt zonder dat zijn namespace is opgegeven (xmlns:…).",
    errors.XML_ERROR_UNDECLARING_PREFIX: "Een voorvoegsel wordt leeg verklaard; dat mag niet.",
    errors.XML_ERROR_SYNTAX: "Het document begint niet met een XML-element.",
}
_OTHER = "Het document is geen goed gevormde XML."


def malformed(error: expat.ExpatError) -> Refusal:
    """Explain an error of the XML parser; what stood in the document is not repeated."""
    reason = _REASONS.get(errors.messages.get(error.code, ""), _OTHER)
    return refuse(Kind.NOT_WELL_FORMED, reason, error.lineno)


def check_form(document: Document) -> Refusal | None:
    """Say why a document is not well-formed, by a parser that does nothing else."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        for chunk in document.chunks():
            parser.Parse(chunk, False)  # noqa: FBT003 - the parser takes it by position only
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        return malformed(error)
    return None


def unreadable(line: int | None) -> Refusal:
    """Say that a document cannot be read, when only libxml2 stumbled over it (its limits on names, depth, text)."""
    return refuse(Kind.NOT_WELL_FORMED, f"{_OTHER[:-1]}, of gaat over een grens van de XML-lezer.", line)
