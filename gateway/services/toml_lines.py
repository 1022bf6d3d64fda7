"""Finds the line on which a key or table of a TOML document stands; `tomllib` itself does not keep it."""

import re
from typing import Final, TypeAlias

# ("municipality", 0, "manual", "types"): names and, in a list of tables, the place.
Place: TypeAlias = tuple[str | int, ...]

_PART = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_KEY})\s*\]\]?\s*(?:#.*)?$")
_PAIR: Final = re.compile(rf"\s*({_KEY})\s*=")
# What follows a key on its line, with a # that is not within quotes.
_COMMENT: Final = re.compile(r"""(?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*')*#(.*)""")
_LONG_STRINGS: Final = ('"""', "'''")


class TomlLines:
    """The lines of a document that is known to be good TOML."""

    def __init__(self, text: str) -> None:
        """Read the text once, line by line; what is inside a long string is skipped."""
        self._lines: dict[Place, int] = {}
        self._last: dict[Place, int] = {}
        self._table: Place = ()
        self._comments: dict[Place, str] = {}
        inside: str | None = None
        for number, line in enumerate(text.splitlines(), start=1):
            if inside is None:
                self._read(line, number)
            for quotes in _LONG_STRINGS:
                if inside in (None, quotes) and line.count(quotes) % 2:
                    inside = None if inside else quotes

    def line(self, place: Place) -> int:
        """Give the line of a place, or of what it is in when it has no line of its own."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def comment(self, place: Place) -> str:
        """Give the comment behind a key, on its own line; empty when there is none."""
        return self._comments.get(place, "")

    def _read(self, line: str, number: int) -> None:
        if header := _HEADER.match(line):
            *outer, name = _names(header[2])
            place = (*self._resolve(outer), name)
            self._lines.setdefault(place, number)
            if header[1] == "[[":
                self._last[place] = self._last.get(place, -1) + 1
                place = (*place, self._last[place])
                self._lines[place] = number
            self._table = place
        elif pair := _PAIR.match(line):
            place = self._table
            for name in _names(pair[1]):
                place = (*place, name)
                self._lines.setdefault(place, number)
            if comment := _COMMENT.fullmatch(line[pair.end() :]):
                self._comments.setdefault(place, comment[1].strip())

    def _resolve(self, names: list[str]) -> Place:
        """Follow names from the root; a list of tables means its last one so far."""
        place: Place = ()
        for name in names:
            place = (*place, name)
            if place in self._last:
                place = (*place, self._last[place])
        return place


def _names(key: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, key)]
