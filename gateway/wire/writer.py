"""From typed messages to XML as the chain wants it (OP192): UTF-8, no byte-order mark, CR/LF, the usual prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gateway.ijw.bericht import BASISSCHEMA, Bericht
from gateway.ijw.klasse import Gegevenstype, Klasse, Soort, Veld, velden
from gateway.ijw.waarden import spelling

_SPECIAL = re.compile(r"[&<>\r]")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


class Lines:
    """XML being written, element by element, indented with tabs as the published examples are."""

    def __init__(self, bericht: type[Bericht]) -> None:
        """Start a document of a message type."""
        self._own = bericht.TYPE.lower()
        self._lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self._depth = 1
        self._root = f'<{self._own}:Bericht xmlns:ijw="{BASISSCHEMA}" xmlns:{self._own}="{bericht.namespace()}">'
        self._lines.append(self._root)

    def prefix(self, owner: type[Klasse]) -> str:
        """Give the prefix of the elements of a class."""
        return "ijw" if issubclass(owner, Gegevenstype) else self._own

    def open(self, tag: str) -> None:
        """Start an element that holds others."""
        self._lines.append(f"{chr(9) * self._depth}<{tag}>")
        self._depth += 1

    def close(self, tag: str) -> None:
        """End it."""
        self._depth -= 1
        if self._lines[-1].endswith(f"<{tag}>"):
            self._lines[-1] += f"</{tag}>"  # Nothing is in it, so there is no white space either.
        else:
            self._lines.append(f"{chr(9) * self._depth}</{tag}>")

    def leaf(self, tag: str, text: str) -> None:
        """Write an element with text."""
        # A line end in a text is a line end of the file; a carriage return of its own is kept as a reference.
        escaped = _SPECIAL.sub(lambda found: _ESCAPED[found[0]], text).replace("\n", "\r\n")
        self._lines.append(f"{chr(9) * self._depth}<{tag}>{escaped}</{tag}>")

    def finish(self) -> bytes:
        """Give the whole document."""
        return "\r\n".join([*self._lines, f"</{self._own}:Bericht>", ""]).encode()


def write_bericht(bericht: Bericht) -> bytes:
    """Write a typed message; what was read from XML comes out with the same canonical XML.

    Comments, processing instructions, attributes of XML Schema itself (`xsi:schemaLocation`, `xsi:type`), and the
    choice of prefixes and of white space between elements are no content: they do not come back.
    Values that no schema allows are written too: `Codec.write` is what holds the result against the schema.
    """
    lines = Lines(type(bericht))
    _fields(lines, bericht)
    return lines.finish()


def _fields(lines: Lines, value: Klasse) -> None:
    for veld in velden(type(value)):
        content = getattr(value, veld.field)
        if content is not None and content != ():
            _element(lines, veld, content, f"{lines.prefix(type(value))}:")


def _element(lines: Lines, veld: Veld, content: Any, prefix: str) -> None:
    tag = prefix + veld.name
    if veld.soort is Soort.KLASSE:
        _nest(lines, tag, lambda: _fields(lines, content))
    elif veld.item:
        item = veld.item
        _nest(lines, tag, lambda: _items(lines, item, content, prefix))
    else:
        lines.leaf(tag, spelling(content))


def _items(lines: Lines, item: Veld, contents: Iterable[Any], prefix: str) -> None:
    for content in contents:
        _element(lines, item, content, prefix)


def _nest(lines: Lines, tag: str, inside: Any) -> None:
    lines.open(tag)
    inside()
    lines.close(tag)
