"""A finding: one thing that is wrong with a message, the same everywhere (contract, chapter 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeAlias

from msgspec import Struct

Source: TypeAlias = Literal["xml", "xsd", "rule", "history", "reference", "gateway"]


class Finding(Struct, frozen=True):
    """What is wrong, where, and what would be right.

    `message` is one plain Dutch sentence without any personal value; `path` and `paths` are local names from the
    root (`/Bericht/Client/Bsn`); `line` is the line in the document; `retourcode` goes into the retourbericht.
    `only_for` is the party that alone may see it, where it tells what the other does not know.
    """

    source: Source
    code: str
    message: str
    path: str | None = None
    paths: tuple[str, ...] = ()
    line: int | None = None
    retourcode: str | None = None
    only_for: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the finding as the contract writes it."""
        paths = self.paths or ((self.path,) if self.path else ())
        return {
            "source": self.source,
            "code": self.code,
            "retourcode": self.retourcode,
            "path": self.path,
            "paths": list(paths),
            "line": self.line,
            "message": self.message,
        }

    def as_kept(self) -> dict[str, Any]:
        """Give the finding as it is kept beside a message: as the contract writes it, and who alone may see it."""
        return self.as_json() if self.only_for is None else {**self.as_json(), "onlyFor": self.only_for}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `as_json` or `as_kept` gave."""
        return cls(
            source=data["source"],
            code=data["code"],
            message=data["message"],
            path=data["path"],
            paths=tuple(data["paths"]),
            line=data["line"],
            retourcode=data["retourcode"],
            only_for=data.get("onlyFor"),
        )
