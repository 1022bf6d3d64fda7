"""Where a value stands: its path in the message, as the contract writes it, and its line in the document.

A typed message keeps no places: most messages are good, and nobody asks. Who has found something wrong asks here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct

from gateway.ijw.bericht import Bericht
from gateway.ijw.klasse import Klasse, velden, xml_name
from gateway.wire.document import Document
from gateway.wire.expat import Parser, feed, new_parser

_STEP = re.compile(r"/([^/\[]+)(?:\[([0-9]+)\])?")


class Places:
    """The paths of everything in one message: local names from the root, numbered where siblings share a name."""

    def __init__(self, bericht: Bericht) -> None:
        """Know the places in this message; they are looked up when the first one is asked for."""
        self._bericht = bericht

    def path(self, value: Klasse, name: str | None = None, item: int | None = None) -> str:
        """Give the path of a class, or of a field in it by its Python name: `path(product, "einddatum")`.

        `item` counts from 0 in a field that is a list of plain values (`retour_codes`). A field that is not in the
        message has no place of its own; that of the class tells best where it should be.
        """
        own = self._own(value)
        content = getattr(value, name) if name else None
        if name is None or content is None or content == ():
            return own
        path = f"{own}/{xml_name(name)}"
        if item is None:
            return path
        veld = next(veld for veld in velden(type(value)) if veld.field == name)
        inner = veld.item.name if veld.item else ""
        return f"{path}/{inner}" + (f"[{item + 1}]" if len(content) > 1 else "")

    def _own(self, value: Klasse) -> str:
        steps: list[str] = []
        current: Klasse | None = value
        while current is not None:
            if id(current) not in self._parents:
                message = "the value is not part of this message"
                raise ValueError(message)
            current, step = self._parents[id(current)]
            steps.append(step)
        return "".join(reversed(steps))

    @cached_property
    def _parents(self) -> dict[int, tuple[Klasse | None, str]]:
        """Give the class around each class, and the last steps of its path, by identity.

        Equal classes are not the same: two products may have the same content. The message, which is kept, keeps
        all of them alive, so that an identity means what it meant.
        """
        found: dict[int, tuple[Klasse | None, str]] = {id(self._bericht): (None, "/Bericht")}

        def visit(parent: Klasse) -> None:
            for veld in velden(type(parent)):
                content = getattr(parent, veld.field)
                if isinstance(content, Klasse):
                    enter(content, parent, f"/{veld.name}")
                elif veld.item and veld.item.klasse:
                    for number, inner in enumerate(content, 1):
                        last = f"[{number}]" if len(content) > 1 else ""
                        enter(inner, parent, f"/{veld.name}/{veld.item.name}{last}")

        def enter(value: Klasse, parent: Klasse, step: str) -> None:
            # A value that the gateway made itself may be in two places; the first one stands.
            if id(value) not in found:
                found[id(value)] = (parent, step)
                visit(value)

        visit(self._bericht)
        return found


def paths(bericht: Bericht) -> Places:
    """Give the places in a message."""
    return Places(bericht)


class Spot(Struct, frozen=True):
    """Where an element begins: its line, counted from 1, and how many bytes come before it."""

    line: int
    offset: int


def lines(document: Document, wanted: Iterable[str]) -> dict[str, int]:
    """Give the line of each path in a well-formed document; a path that is not in it is left out."""
    return {path: spot.line for path, spot in spots(document, wanted).items()}


def spots(document: Document, wanted: Iterable[str]) -> dict[str, Spot]:
    """Give the place of each path in a well-formed document; a path that is not in it is left out."""
    root = _Wanted()
    for path in wanted:
        root.add(path)
    parser = new_parser()
    search = _Search(parser, root)
    if root.inside:
        with suppress(_FoundError):
            feed(parser, document)
    return search.found


@dataclass(slots=True)
class _Wanted:
    """An element that is looked for, or in which one is."""

    inside: dict[tuple[str, int], _Wanted] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, path: str) -> None:
        node = self
        for name, number in _STEP.findall(path):
            node = node.inside.setdefault((name, int(number or 1)), _Wanted())
        node.paths.append(path)


class _FoundError(Exception):
    """Every path is found; the rest of the document need not be read."""


class _Search:
    def __init__(self, parser: Parser, root: _Wanted) -> None:
        self.found: dict[str, Spot] = {}
        self._parser = parser
        self._open = [root]
        self._left = _count(root)
        self._outside = 0
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _start(self, qname: str, _: object) -> None:
        if self._outside:
            self._outside += 1
            return
        parent = self._open[-1]
        name = qname.rpartition(" ")[2]
        number = parent.counts[name] = parent.counts.get(name, 0) + 1
        node = parent.inside.get((name, number))
        if node is None:
            self._outside = 1
            return
        self._open.append(node)
        for path in node.paths:
            self.found[path] = Spot(self._parser.CurrentLineNumber, self._parser.CurrentByteIndex)
        self._left -= bool(node.paths)
        if not self._left:
            raise _FoundError

    def _end(self, _: str) -> None:
        if self._outside:
            self._outside -= 1
        else:
            self._open.pop()


def _count(node: _Wanted) -> int:
    return bool(node.paths) + sum(_count(child) for child in node.inside.values())
