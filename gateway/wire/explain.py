"""Why a message does not fit its schema: every error at once, with its place, in plain Dutch.

libxml2 gives the verdict; this gives the reasons. It walks the document once with another parser (expat), which
counts lines exactly in any size of document and needs no tree, and holds each element against the schema's model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from gateway.ijw.berichten import BY_NAMESPACE
from gateway.ijw.finding import Finding
from gateway.wire.document import Document
from gateway.wire.model import ClassModel, ElementModel, TextModel
from gateway.wire.wording import Meaning, should_be, wrong

# More than anyone reads; a message with more of them was made by broken software, and its maker sees that too.
MAX_FINDINGS = 250
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSI_HARMLESS = {f"{_XSI} schemaLocation", f"{_XSI} noNamespaceSchemaLocation"}
_RELEASE = re.compile(r"http://www\.istandaarden\.nl/(ijw|iwmo|iwlz|ipgb)/([0-9]+)_([0-9]+)/(\w+)/schema")
_LONGEST_NAME = 60


@dataclass(slots=True, eq=False)
class _Node:
    """An element that is open, or that a finding is about."""

    name: str
    parent: _Node | None
    line: int
    model: ElementModel | None
    number: int = 1
    counts: dict[str, int] = field(default_factory=dict)
    furthest: int = -1
    text: list[str] = field(default_factory=list)
    told: bool = False

    def path(self) -> str:
        """Give the path; an element is numbered only where a sibling has its name, which is known afterwards."""
        if self.parent is None:
            return f"/{self.name}"
        alone = self.parent.counts.get(self.name, 1) == 1
        return f"{self.parent.path()}/{self.name}" + ("" if alone else f"[{self.number}]")


class _EnoughError(Exception):
    """So many findings that more would not help."""


def explain(document: Document, root: ElementModel, meaning: Meaning) -> list[Finding]:
    """Give all schema errors of a well-formed document; raises ExpatError when it is not well-formed."""
    walk = _Walk(root, meaning)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: walk.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.characters
    try:
        for chunk in document.chunks():
            parser.Parse(chunk, False)  # noqa: FBT003 - the parser takes it by position only
        parser.Parse(b"", True)  # noqa: FBT003
    except _EnoughError:
        walk.more = True
    return list(walk.findings())


class _Walk:
    def __init__(self, root: ElementModel, meaning: Meaning) -> None:
        self._root = root
        self._meaning = meaning
        self._open: _Node | None = None
        self._found: list[tuple[_Node, str]] = []
        self.more = False

    def findings(self) -> Iterator[Finding]:
        """Give what was found, with the paths as they turned out."""
        for node, message in self._found:
            yield Finding("xsd", "XSD", message, node.path(), line=node.line)
        if self.more:
            message = f"Er zijn meer dan {MAX_FINDINGS} fouten tegen het schema; hier staan de eerste."
            yield Finding("xsd", "XSD", message, "/Bericht", line=1)

    def start(self, qname: str, attributes: dict[str, str], line: int) -> None:
        namespace, _, name = qname.rpartition(" ")
        parent = self._open
        node = _Node(shown(name), parent, line, None)
        self._open = node
        if parent is None:
            self._start_root(node, namespace, name)
        else:
            parent.counts[node.name] = node.number = parent.counts.get(node.name, 0) + 1
            if parent.model is not None:
                self._start_child(node, parent, parent.model, namespace)
        if node.model is not None and set(attributes) - _XSI_HARMLESS:
            self._tell(node, f"Element {name} heeft een attribuut; elementen van de standaard hebben er geen.")

    def _start_root(self, node: _Node, namespace: str, name: str) -> None:
        if (namespace, name) == (self._root.namespace, self._root.name):
            node.model = self._root
        else:
            self._tell(node, unknown_root(namespace))

    def _start_child(self, node: _Node, parent: _Node, model: ElementModel, namespace: str) -> None:
        if not isinstance(model.content, ClassModel):
            if not parent.told:
                parent.told = True
                self._tell(parent, f"Element {parent.name} mag alleen tekst bevatten, geen andere elementen.")
            return
        children = model.content.children
        position = model.content.positions.get(node.name)
        if position is None:
            allowed = ", ".join(child.name for child in children)
            self._tell(node, f"Element {node.name} hoort niet in {parent.name}; daarin mag staan: {allowed}.")
            return
        expected = children[position]
        if namespace != expected.namespace:
            self._tell(node, f"Element {node.name} staat in de verkeerde namespace; het hoort in {expected.namespace}.")
        node.model = expected
        if expected.maximum is not None and node.number > expected.maximum:
            self._tell(node, f"Element {node.name} mag in {parent.name} maar {expected.maximum} keer voorkomen.")
        elif position < parent.furthest:
            after = children[parent.furthest].name
            self._tell(
                node, f"Element {node.name} staat in {parent.name} op de verkeerde plaats: zet het vóór {after}."
            )
        parent.furthest = max(parent.furthest, position)

    def characters(self, text: str) -> None:
        node = self._open
        if node is None or node.model is None:
            return
        if isinstance(node.model.content, TextModel):
            node.text.append(text)
        elif not node.told and text.strip(" \t\n\r"):
            node.told = True
            self._tell(node, f"In {node.name} staat tekst; daarin mogen alleen elementen staan.")

    def end(self, _: str) -> None:
        node = self._open
        if node is None:  # The parser sees to it that an end has a start.
            return
        self._open = node.parent
        if node.model is None or node.told:
            return
        if isinstance(node.model.content, ClassModel):
            self._end_class(node, node.model.content)
            return
        text = "".join(node.text)
        node.text.clear()
        fault = wrong(node.model.content, text)
        if fault:
            rule = should_be(node.model.content, self._meaning)
            self._tell(node, f"{node.name} moet zijn: {rule}; {fault}.")

    def _end_class(self, node: _Node, model: ClassModel) -> None:
        for position, child in enumerate(model.children):
            if child.minimum > node.counts.get(child.name, 0):
                before = model.children[position - 1].name if position else None
                place = f"na {before}" if before else "als eerste"
                self._tell(node, f"In {node.name} ontbreekt het verplichte element {child.name}; het hoort {place}.")

    def _tell(self, node: _Node, message: str) -> None:
        self._found.append((node, message))
        if len(self._found) >= MAX_FINDINGS:
            raise _EnoughError


def unknown_root(namespace: str) -> str:
    """Say that a document is no message of iJw 3.2, and what it seems to be when that is clear."""
    release = _RELEASE.fullmatch(namespace)
    if namespace in BY_NAMESPACE:
        return "Het hoofdelement moet Bericht heten."
    if release:
        standard, major, minor = release[1], release[2], release[3]
        name = {"ijw": "iJw", "iwmo": "iWmo", "iwlz": "iWlz", "ipgb": "iPgb"}[standard]
        return f"Dit is een bericht van {name} {int(major)}.{int(minor)}; de gateway neemt berichten van iJw 3.2."
    return (
        "Dit is geen bericht van iJw 3.2: het hoofdelement moet Bericht zijn, in de namespace "
        "http://www.istandaarden.nl/ijw/3_2/jw301/schema (of jw302 … jw325)."
    )


def shown(name: str) -> str:
    """Give an element's name as it may be repeated: a name of our making, or cut and without any number in it."""
    return re.sub(r"[0-9]{4,}", "…", name[:_LONGEST_NAME])
