"""Why a message does not fit its schema: every error at once, with its place, in plain Dutch.

libxml2 gives the verdict; this gives the reasons. It walks the document once with another parser (expat), which
counts lines exactly in any size of document and needs no tree, and holds each element against the schema's model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.ijw.bericht import RELEASE
from gateway.ijw.berichten import BY_NAMESPACE
from gateway.ijw.finding import Finding
from gateway.ijw.waarden import SPACES
from gateway.wire.document import Document
from gateway.wire.expat import Parser, feed, new_parser
from gateway.wire.model import ClassModel, ElementModel, TextModel
from gateway.wire.names import element_names, perhaps
from gateway.wire.wording import Meaning, should_be, wrong

# More than anyone reads; a message with more of them was made by broken software, and its maker sees that too.
MAX_FINDINGS = 250
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSI_HARMLESS = {f"{_XSI} schemaLocation", f"{_XSI} noNamespaceSchemaLocation"}
_RELEASE = re.compile(r"http://www\.istandaarden\.nl/(ijw|iwmo|iwlz|ipgb)/([0-9]{1,2})_([0-9]{1,2})/\w+/schema")
# Texts that were found right are remembered, for most of them come back: dates, codes, names of products.
_REMEMBERED = 20_000
_SHORT = 40


@dataclass(slots=True, eq=False)
class _Place:
    """An element that is open and known; what it may hold is `model`."""

    name: str
    number: int
    line: int
    parent: _Place | None
    model: TextModel | ClassModel
    counts: dict[str, int]
    furthest: int = -1
    told: bool = False


class _EnoughError(Exception):
    """So many findings that more would not help."""


def explain(document: Document, root: ElementModel, meaning: Meaning) -> list[Finding]:
    """Give all schema errors of a well-formed document; raises ExpatError when it is not well-formed."""
    parser = new_parser()
    walk = _Walk(parser, root, meaning)
    try:
        feed(parser, document)
    except _EnoughError:
        walk.more = True
    return list(walk.findings())


class _Walk:
    def __init__(self, parser: Parser, root: ElementModel, meaning: Meaning) -> None:
        self._parser = parser
        self._root = root
        self._meaning = meaning
        self._open: _Place | None = None
        self._outside = 0  # How deep in an element that is not known, or that should not be there.
        self._text: list[str] = []
        self._right: set[tuple[TextModel, str]] = set()
        self._prefixes: dict[str | None, list[str]] = {}
        self._found: list[tuple[_Place | None, str, int, int, str]] = []
        self.more = False
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartNamespaceDeclHandler = lambda prefix, uri: self._prefixes.setdefault(prefix, []).append(uri or "")
        parser.EndNamespaceDeclHandler = lambda prefix: self._prefixes[prefix].pop()

    def findings(self) -> Iterator[Finding]:
        """Give what was found, with the paths as they turned out."""
        for parent, name, number, line, message in self._found:
            yield Finding("xsd", "XSD", message, _path(parent, name, number), line=line)
        if self.more:
            yield too_many()

    def _start(self, qname: str, attributes: list[str]) -> None:
        if self._outside:
            self._outside += 1
            return
        parent = self._open
        if parent is None:
            self._start_root(qname, attributes)
            return
        if isinstance(parent.model, TextModel):
            self._outside = 1
            if not parent.told:
                parent.told = True
                self._tell(parent, f"Element {parent.name} mag alleen tekst bevatten, geen andere elementen.")
            return
        step = parent.model.steps.get(qname) or self._stray(parent, parent.model, qname)
        if step is None:
            self._outside = 1
            return
        position, child = step
        name = child.name
        number = parent.counts[name] = parent.counts.get(name, 0) + 1
        place = self._open = _Place(name, number, self._parser.CurrentLineNumber, parent, child.content, {})
        if position > parent.furthest:
            parent.furthest = position
        elif position < parent.furthest or child.maximum is not None:
            self._misplaced(place, parent, parent.model, child, position)
        if attributes:
            self._attributes(place, child, attributes)

    def _start_root(self, qname: str, attributes: list[str]) -> None:
        namespace, _, name = qname.rpartition(" ")
        root = self._root
        line = self._parser.CurrentLineNumber
        if (namespace, name) != (root.namespace, root.name):
            self._outside = 1
            self._found.append((None, root.name, 1, line, _unknown_root(namespace)))
            return
        self._open = _Place(root.name, 1, line, None, root.content, {})
        if attributes:
            self._attributes(self._open, root, attributes)

    def _stray(self, parent: _Place, model: ClassModel, qname: str) -> tuple[int, ElementModel] | None:
        """Tell of an element that is not of its parent; it may be one in the wrong namespace."""
        name = qname.rpartition(" ")[2]
        allowed = ", ".join(child.name for child in model.children)
        if name not in element_names():
            self._tell(
                parent,
                f"In {parent.name} staat een element dat de standaard niet kent.{perhaps(name, model.positions)} "
                f"Daarin mag staan: {allowed}.",
                self._parser.CurrentLineNumber,
            )
            return None
        position = model.positions.get(name)
        number = parent.counts.get(name, 0) + 1
        if position is None:
            parent.counts[name] = number
            message = f"Element {name} hoort niet in {parent.name}; daarin mag staan: {allowed}."
        else:
            namespace = model.children[position].namespace
            message = f"Element {name} staat in de verkeerde namespace; het hoort in {namespace}."
        self._append(parent, name, number, self._parser.CurrentLineNumber, message)
        return None if position is None else (position, model.children[position])

    def _misplaced(self, place: _Place, parent: _Place, model: ClassModel, child: ElementModel, position: int) -> None:
        if child.maximum is not None and place.number > child.maximum:
            times = "één keer" if child.maximum == 1 else f"{child.maximum} keer"
            self._tell(place, f"Element {place.name} mag in {parent.name} maar {times} voorkomen.")
        elif position < parent.furthest:
            after = next(later.name for later in model.children[position + 1 :] if later.name in parent.counts)
            self._tell(place, f"Element {place.name} staat in {parent.name} verkeerd: zet het vóór {after}.")

    def _attributes(self, place: _Place, element: ElementModel, attributes: list[str]) -> None:
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            if name in _XSI_HARMLESS or (name == f"{_XSI} type" and self._resolve(value) == element.type):
                continue
            self._tell(place, f"Element {place.name} heeft een attribuut; elementen van de standaard hebben er geen.")
            return

    def _resolve(self, qname: str) -> str:
        prefix, _, name = qname.rpartition(":")
        return f"{(self._prefixes.get(prefix or None) or [''])[-1]} {name}"

    def _characters(self, text: str) -> None:
        place = self._open
        if self._outside or place is None:
            return
        if isinstance(place.model, TextModel):
            self._text.append(text)
        elif not place.told and text.strip(SPACES):
            place.told = True
            self._tell(place, f"In {place.name} staat tekst; daarin mogen alleen elementen staan.")

    def _end(self, _: str) -> None:
        place = self._open
        if self._outside or place is None:
            self._outside -= 1
            return
        self._open = place.parent
        if isinstance(place.model, TextModel):
            self._end_text(place, place.model)
        elif len(place.counts) < len(place.model.children) and not place.model.required <= place.counts.keys():
            self._end_class(place, place.model)

    def _end_text(self, place: _Place, model: TextModel) -> None:
        text = "".join(self._text)
        self._text.clear()
        key = (model, text)
        if place.told or key in self._right:
            return
        fault = wrong(model, text)
        if fault:
            self._tell(place, f"{place.name} moet zijn: {should_be(model, self._meaning)}; {fault}.")
        elif len(text) <= _SHORT and len(self._right) < _REMEMBERED:
            self._right.add(key)

    def _end_class(self, place: _Place, model: ClassModel) -> None:
        for position, child in enumerate(model.children):
            if child.name in model.required and child.name not in place.counts:
                where = f"na {model.children[position - 1].name}" if position else "als eerste"
                self._tell(place, f"In {place.name} ontbreekt het verplichte element {child.name}; het hoort {where}.")

    def _tell(self, place: _Place, message: str, line: int | None = None) -> None:
        self._append(place.parent, place.name, place.number, line or place.line, message)

    def _append(self, parent: _Place | None, name: str, number: int, line: int, message: str) -> None:
        if len(self._found) == MAX_FINDINGS:
            raise _EnoughError
        self._found.append((parent, name, number, line, message))


def too_many() -> Finding:
    """Say that there is more wrong than was told."""
    message = f"Er zijn meer dan {MAX_FINDINGS} fouten tegen het schema; hier staan de eerste."
    return Finding("xsd", "XSD", message, "/Bericht")


def _path(parent: _Place | None, name: str, number: int) -> str:
    """Give a path; an element is numbered only where a sibling has its name, which is known afterwards."""
    if parent is None:
        return f"/{name}"
    alone = parent.counts.get(name, 1) == 1
    return f"{_path(parent.parent, parent.name, parent.number)}/{name}" + ("" if alone else f"[{number}]")


class _RootError(Exception):
    """The root was seen; nothing after it matters."""


def explain_root(document: Document) -> Finding:
    """Give the one error of a well-formed document that is no message of iJw 3.2 at all."""
    parser = new_parser()

    def start(qname: str, _: object) -> None:
        raise _RootError(_unknown_root(qname.rpartition(" ")[0]))

    parser.StartElementHandler = start
    try:
        feed(parser, document)
    except _RootError as root:
        return Finding("xsd", "XSD", str(root), line=parser.CurrentLineNumber)
    return Finding("xsd", "XSD", _unknown_root(""))


def _unknown_root(namespace: str) -> str:
    """Say that a document is no message of iJw 3.2, and what it seems to be when that is clear."""
    release = _RELEASE.fullmatch(namespace)
    if namespace in BY_NAMESPACE:
        return "Het hoofdelement moet Bericht heten."
    if release:
        name = {"ijw": "iJw", "iwmo": "iWmo", "iwlz": "iWlz", "ipgb": "iPgb"}[release[1]]
        seems = f"{name} {int(release[2])}.{int(release[3])}"
        # Of this release, but with a name that is no message of it, it is none.
        if seems != f"iJw {RELEASE}":
            return f"Dit is een bericht van {seems}; de gateway neemt berichten van iJw {RELEASE}."
    return (
        "Dit is geen bericht van iJw 3.2: het hoofdelement moet Bericht zijn, in de namespace "
        "http://www.istandaarden.nl/ijw/3_2/jw301/schema (of jw302 … jw325)."
    )
