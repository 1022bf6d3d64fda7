"""Why a document is not well-formed, in plain Dutch."""

from __future__ import annotations

from xml.parsers.expat import errors

from gateway.wire.document import Document
from gateway.wire.expat import ExpatError, Parser, TooLongError, feed, new_parser
from gateway.wire.refusal import Kind, Refusal, refuse

# The deepest message of the standard is nine elements deep. Expat has no limit of its own: a message of 25 MB can be
# eight million elements deep, and takes a gigabyte and a half then.
MAX_DEPTH = 64
# No element of the standard has attributes; a root has two or three declarations and a schema location.
MAX_ATTRIBUTES = 32
# The standard has fewer than 200 names of elements. libxml2 remembers each name that it ever saw, per thread and for
# good, so a message with a million names of its own would cost a hundred megabytes that never come back.
MAX_NAMES = 1000
# What is one tag or one comment is read at once, and costs memory and time that text of this length does not.
_LONGEST = 1024 * 1024

_REASONS: dict[str, str] = {
    errors.XML_ERROR_NO_ELEMENTS: "Het document houdt op voordat alle elementen zijn gesloten, of is leeg.",
    errors.XML_ERROR_INVALID_TOKEN: (
        "Hier staat een teken dat in XML niet mag; schrijf & als &amp; en < als &lt;, en laat besturingstekens weg."
    ),
    errors.XML_ERROR_UNCLOSED_TOKEN: "Een tag of commentaar wordt niet afgesloten; mogelijk is het bericht afgebroken.",
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
TOO_MANY_NAMES = "Het bericht gebruikt meer dan 1.000 verschillende namen; de standaard heeft er nog geen 200."
_OTHER = "Het document is geen goed gevormde XML."


class _StopError(Exception):
    """The scan has seen enough."""


def malformed(error: ExpatError) -> Refusal:
    """Explain an error of the XML parser; what stood in the document is not repeated."""
    reason = _REASONS.get(errors.messages.get(error.code, ""), _OTHER)
    return refuse(Kind.NOT_WELL_FORMED, reason, error.lineno)


def check_form(document: Document) -> Refusal | None:
    """Say why a document is not clean XML: not well-formed, or with a DTD, or deeper or wilder than any message."""
    parser = new_parser()
    _watch(parser)
    try:
        feed(parser, document, _LONGEST)
    except _StopError as stop:
        return refuse(Kind.NOT_WELL_FORMED, str(stop), parser.CurrentLineNumber)
    except TooLongError:
        reason = "Een tag of commentaar is langer dan 1 MB, of wordt niet afgesloten."
        return refuse(Kind.NOT_WELL_FORMED, reason, parser.CurrentLineNumber)
    except ExpatError as error:
        return malformed(error)
    return None


def _watch(parser: Parser) -> None:
    """Make a parser stop at what no message has."""
    depth = declared = 0
    names: set[str] = set()

    def doctype(*_: object) -> None:
        reason = "Het bericht bevat een DTD (DOCTYPE); die is niet toegestaan. Laat de DTD weg."
        raise _StopError(reason)

    def declaration(prefix: str | None, _: str | None) -> None:
        nonlocal declared
        declared += 1
        names.add(prefix or "")
        if declared > MAX_ATTRIBUTES:
            reason = f"Een element verklaart meer dan {MAX_ATTRIBUTES} namespaces; een bericht heeft er twee nodig."
            raise _StopError(reason)

    def start(_: str, attributes: list[str]) -> None:
        nonlocal declared, depth
        declared = 0
        depth += 1
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            reason = f"Een element heeft meer dan {MAX_ATTRIBUTES} attributen; de standaard kent er geen."
            raise _StopError(reason)
        if attributes:
            names.update(attributes[::2])
        if len(names) > MAX_NAMES:
            raise _StopError(TOO_MANY_NAMES)
        if depth > MAX_DEPTH:
            reason = f"De elementen zijn dieper genest dan {MAX_DEPTH} niveaus; de standaard gaat tot negen."
            raise _StopError(reason)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.ordered_attributes = True  # A list of a million attributes is made faster than a dictionary.
    parser.StartDoctypeDeclHandler = doctype
    parser.StartNamespaceDeclHandler = declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end


def unreadable(line: int | None) -> Refusal:
    """Say that a document cannot be read, when only libxml2 stumbled over it (its limits on names, depth, text)."""
    return refuse(Kind.NOT_WELL_FORMED, f"{_OTHER[:-1]}, of gaat over een grens van de XML-lezer.", line)
