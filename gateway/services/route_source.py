"""A file with route tables that was read: what it says, where, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from gateway.services.route_file import RouteFile
from gateway.services.toml_lines import Place, TomlLines


class Problem(NamedTuple):
    """One thing that is wrong, and where; sorts in the order of reading."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, regel {self.line}: {self.reason}"


class Source(Struct, frozen=True):
    """A file that was read: its contents, and where everything stands."""

    path: Path
    lines: TomlLines
    contents: RouteFile

    @property
    def region(self) -> str:
        """Give the region that the file is about; without a name it is called after the file."""
        return self.contents.region or self.path.stem

    def problem(self, place: Place, reason: str) -> Problem:
        """Say what is wrong at a place in it."""
        return Problem(self.path, self.lines.line(place), reason)
