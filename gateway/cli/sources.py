"""What there is to check: files, folders, archives and standard input, opened one at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

from gateway.wire.document import MAX_SIZE, MEBIBYTE, Document

STDIN: Final = "-"


class Unreadable(Struct, frozen=True):
    """A path of which nothing can be said, and why."""

    name: str
    reason: str


def find(paths: Iterable[str]) -> Iterator[str | Unreadable]:
    """Give the files to check, in the order of the paths; those of a folder by name."""
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            yield path
        else:
            yield from _inside(path)


def _inside(folder: str) -> Iterator[str | Unreadable]:
    found: list[Path] = []
    closed: list[Unreadable] = []

    def cannot_enter(error: OSError) -> None:
        closed.append(unreadable(str(error.filename), error))

    # Links to other folders are not followed: they may lead back to this one.
    for inside, _, files in os.walk(folder, onerror=cannot_enter):
        found.extend(Path(inside, file) for file in files if file.lower().endswith(".xml"))
    yield from map(str, sorted(found))
    yield from closed


def unreadable(name: str, error: OSError) -> Unreadable:
    """Say in Dutch why a path cannot be read."""
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "bestaat niet",
        PermissionError: "geen leesrechten",
        IsADirectoryError: "dit is een map",
    }
    return Unreadable(name, reasons.get(type(error), error.strerror or "is niet te lezen"))


def read(path: str) -> Document:
    """Take in a file, or standard input; raises OSError. A large one is spooled to disk, not kept in memory."""
    with _open(path) as stream:
        document = Document(stream.read(MEBIBYTE))
        # What is over the limit is refused for its size; reading it to the end tells nothing more.
        while document.size <= MAX_SIZE and (chunk := stream.read(MEBIBYTE)):
            document.append(chunk)
    return document


@contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    if path == STDIN:
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as stream:
            yield stream
