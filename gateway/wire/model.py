"""A schema as data: which elements a message has, in which order, and what their text may be.

Read from the XSD files in force, so that an explanation always speaks of the rules that the verdict was made by.
Only the part of XML Schema that the standard uses is known: sequences, named types and restrictions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from lxml import etree
from msgspec import Struct

from gateway.errors import SchemaFolderError
from gateway.wire.patterns import expression

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_XSD_NAMESPACE: Final = XS[1:-1]


class SchemaFile(Struct, frozen=True):
    """One parsed XSD file."""

    path: Path
    root: etree._Element


@dataclass(frozen=True, eq=False)
class TextModel:
    """What the text of an element may be; `base` is string, integer, date or time."""

    name: str
    base: str
    enumeration: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    min_length: int = 0
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None

    @cached_property
    def expressions(self) -> tuple[re.Pattern[str], ...]:
        """Give the patterns as Python reads them."""
        return tuple(expression(pattern) for pattern in self.patterns)


@dataclass(frozen=True, eq=False)
class ClassModel:
    """The elements inside an element, in order."""

    name: str
    children: tuple[ElementModel, ...] = ()

    @cached_property
    def positions(self) -> dict[str, int]:
        """Give the place of each child, by its local name."""
        return {child.name: position for position, child in enumerate(self.children)}

    @cached_property
    def steps(self) -> dict[str, tuple[int, ElementModel]]:
        """Give each child with its place, by namespace and local name as expat writes them."""
        return {f"{child.namespace} {child.name}": (place, child) for place, child in enumerate(self.children)}

    @cached_property
    def required(self) -> frozenset[str]:
        """Give the names of the children that have to be there."""
        return frozenset(child.name for child in self.children if child.minimum)


@dataclass(frozen=True, eq=False)
class ElementModel:
    """One element: its name, how often it may be there (`maximum` None: without limit), and what is in it.

    `type` is the namespace and name of its type, or nothing for a type of its own.
    """

    namespace: str
    name: str
    minimum: int
    maximum: int | None
    content: TextModel | ClassModel
    type: str | None = None


def build_model(files: dict[str, SchemaFile], namespace: str) -> ElementModel:
    """Give the root element `Bericht` of a message's namespace."""
    return _Builder(files).root(namespace)


class _Builder:
    """Follow the names from element to type, over the files of a folder."""

    def __init__(self, files: dict[str, SchemaFile]) -> None:
        self._named = {
            (namespace, child.get("name")): (file, child)
            for namespace, file in files.items()
            for child in file.root
            if isinstance(child.tag, str)
        }
        self._files = files
        self._classes: dict[tuple[str, str | None], TextModel | ClassModel] = {}

    def root(self, namespace: str) -> ElementModel:
        file, element = self._find(self._files[namespace], namespace, "Bericht")
        return self._element(file, element, file.root.get("targetNamespace", ""))

    def _find(self, file: SchemaFile, namespace: str, name: str) -> tuple[SchemaFile, etree._Element]:
        try:
            return self._named[namespace, name]
        except KeyError:
            message = f"{file.path} verwijst naar {name}, en dat is nergens beschreven."
            raise SchemaFolderError(message) from None

    def _element(self, file: SchemaFile, element: etree._Element, namespace: str) -> ElementModel:
        limit = element.get("maxOccurs", "1")
        inner = element.find(f"{XS}simpleType")
        type_namespace, type_name = self._qname(file, element.get("type", ""))
        return ElementModel(
            namespace=namespace,
            name=element.get("name", ""),
            minimum=int(element.get("minOccurs", "1")),
            maximum=None if limit == "unbounded" else int(limit),
            content=self._text(file, inner) if inner is not None else self._type(file, type_namespace, type_name),
            type=None if inner is not None else f"{type_namespace} {type_name}",
        )

    def _qname(self, file: SchemaFile, qname: str) -> tuple[str, str]:
        prefix, _, name = qname.rpartition(":")
        return file.root.nsmap.get(prefix or None, ""), name

    def _type(self, file: SchemaFile, namespace: str, name: str) -> TextModel | ClassModel:
        if namespace == _XSD_NAMESPACE:
            return TextModel(name, name)
        key = (namespace, name)
        if key not in self._classes:
            home, node = self._find(file, namespace, name)
            is_text = node.tag == f"{XS}simpleType"
            self._classes[key] = self._text(home, node) if is_text else self._class(home, node)
        return self._classes[key]

    def _class(self, file: SchemaFile, node: etree._Element) -> ClassModel:
        qualified = file.root.get("elementFormDefault") == "qualified"
        namespace = file.root.get("targetNamespace", "") if qualified else ""
        found = node.iterfind(f"{XS}sequence/{XS}element")
        return ClassModel(node.get("name", ""), tuple(self._element(file, child, namespace) for child in found))

    def _text(self, file: SchemaFile, node: etree._Element) -> TextModel:
        restriction = node.find(f"{XS}restriction")
        if restriction is None:
            message = f"{file.path} beschrijft {node.get('name')} op een manier die de gateway niet kent."
            raise SchemaFolderError(message)
        base = self._type(file, *self._qname(file, restriction.get("base", "")))
        if not isinstance(base, TextModel):
            message = f"{file.path} leidt {node.get('name')} af van een klasse; dat kent de gateway niet."
            raise SchemaFolderError(message)
        facets: dict[str, list[str]] = {}
        for facet in restriction:
            if isinstance(facet.tag, str):
                facets.setdefault(facet.tag.removeprefix(XS), []).append(facet.get("value", ""))
        return _restrict(node.get("name") or base.name, base, facets)


def _restrict(name: str, base: TextModel, facets: dict[str, list[str]]) -> TextModel:
    def number(facet: str, inherited: int | None) -> int | None:
        return int(facets[facet][0]) if facet in facets else inherited

    # Several patterns in one step are alternatives; those of different steps must all hold.
    own = "|".join(facets.get("pattern", []))
    return TextModel(
        name=name,
        base=base.base,
        enumeration=tuple(facets.get("enumeration", base.enumeration)),
        patterns=(*base.patterns, own) if own else base.patterns,
        min_length=number("minLength", base.min_length) or 0,
        max_length=number("maxLength", base.max_length),
        minimum=number("minInclusive", base.minimum),
        maximum=number("maxInclusive", base.maximum),
    )
