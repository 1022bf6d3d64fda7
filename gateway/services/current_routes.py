"""The route tables in force: those of the folder, read anew when it changes, without a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from gateway.errors import RouteTableError
from gateway.exchange.route import Route, RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.logs import get_logger
from gateway.services.clock import Clock, dutch_day, end_of
from gateway.services.routes import RouteBook, read_route_book

# An administrator who saved a table looks within seconds whether it works; a look costs a stat for each file.
_EVERY_SECONDS: Final = 2.0

# Of every file its name, when it was written, how long it is, and which file it is: an editor may put another in place.
_Look: TypeAlias = tuple[tuple[str, int, int, int], ...]

_log = get_logger(__name__)


class _Today(Struct, frozen=True):
    """What a book says on one day. It is asked for several times a message, so it says itself until when it holds."""

    book: RouteBook
    since: datetime
    until: datetime
    routes: Mapping[str, Route]


class CurrentRoutes(RouteTable):
    """A route table that holds what is in force now, so that whoever has it is never behind.

    A wrong table leaves what was in force as it is; `problem` says so until the folder is right again.
    """

    def __init__(self, folder: Path, lists: Codelijsten, clock: Clock) -> None:
        """Read the folder; raises RouteTableError when it is wrong at the start."""
        self._folder = folder
        self._lists = lists
        self._clock = clock
        self._seen = self._read_at = self._look()
        self._book = read_route_book(folder, lists)
        self._today: _Today | None = None
        self._stop = threading.Event()
        self.problem: str | None = None

    @property
    def book(self) -> RouteBook:
        """Give what is in force, for any day."""
        return self._book

    @property
    def routes(self) -> Mapping[str, Route]:
        """Give the routes by code, as they hold today."""
        book, now, known = self._book, self._clock(), self._today
        if known is None or known.book is not book or not known.since <= now <= known.until:
            day = dutch_day(now)
            self._today = known = _Today(book, now, end_of(day), book.on(day).routes)
        return known.routes

    def refresh(self) -> bool:
        """Read the folder when it changed, and has been left alone since the look before; tells whether it was read."""
        look = self._look()
        settled, self._seen = look == self._seen, look
        if look == self._read_at or not settled:
            return False
        self._read_at = look
        try:
            self._book = read_route_book(self._folder, self._lists)
        except RouteTableError as error:
            self.problem = str(error)
            _log.error("routes-wrong", folder=str(self._folder), reason=str(error))
        else:
            self.problem = None
            _log.info("routes-read", folder=str(self._folder), municipalities=len(self.routes))
        return True

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the folder every few seconds, for as long as this lasts."""
        looking = threading.Thread(target=self._watch, name="routes", daemon=True)
        looking.start()
        try:
            yield
        finally:
            self._stop.set()
            looking.join()

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY_SECONDS):
            try:
                self.refresh()
            except Exception as error:  # noqa: BLE001 - whatever went wrong in one look, there has to be a next
                _log.error("routes-not-read", folder=str(self._folder), reason=type(error).__name__)

    def _look(self) -> _Look:
        try:
            found = [(path.name, path.stat()) for path in sorted(self._folder.glob("*.toml"))]
        except OSError:
            return ()  # A file that went away between the two; the next look sees what became of it.
        return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in found)
