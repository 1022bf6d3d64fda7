"""What holds for a municipality, and why: every value with its source, its days, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from gateway.exchange.route import Route
from gateway.services.route_file import MunicipalityTable
from gateway.services.route_source import Source
from gateway.services.routes import RouteBook
from gateway.services.toml_lines import Place
from gateway.services.toml_table import DatedTable

_DEFAULT: Final = "standaard van de gateway"


class Explained(NamedTuple):
    """One thing that is agreed: what, why, from and until when, and at which line of which file.

    `holds` tells whether it is in force on the day that was asked about; what is over, or is still to come, is not.
    """

    what: str
    value: str
    why: str
    since: date | None = None
    until: date | None = None
    where: str = ""
    holds: bool = True


def explained(book: RouteBook, code: str, day: date) -> list[Explained]:
    """Explain a municipality, by its CBS code, as it is on a day; nothing for one that is not in the tables."""
    for source in book.sources:
        for number, table in enumerate(source.contents.municipality):
            if table.code == code:
                route = book.on(day).routes[code]
                return list(_Explanation(source, ("municipality", number), table, route, day).write())
    return []


def without_source(book: RouteBook) -> Iterator[str]:
    """Name what says of itself neither in a comment nor in a `source` where it comes from, a line each."""
    for source in book.sources:
        for number, table in enumerate(source.contents.municipality):
            place: Place = ("municipality", number)
            own = "" if table.source is None else table.source
            inside = {str(inner[0]) for inner, _ in table.dated()}
            for key in sorted(table.model_fields_set - inside - {"source"}):
                if not own and not source.lines.comment((*place, key)):
                    yield f"{_where(source, (*place, key))}: municipality.{key} noemt geen bron."
            for inner, dated in table.dated():
                if not _why(source, (*place, *inner), dated):
                    key = ".".join(part for part in inner if isinstance(part, str))
                    yield f"{_where(source, (*place, *inner))}: municipality.{key} noemt geen bron."


def sleeping(book: RouteBook) -> Iterator[str]:
    """Name the agreements that are about no product, a line each."""
    for source in book.sources:
        for number, table in enumerate(source.contents.agreement):
            if table.sleeps:
                yield f"{_where(source, ('agreement', number))}: {table.code} staat stil: zij noemt geen product."


def _where(source: Source, place: Place) -> str:
    return f"{source.path.name}, regel {source.lines.line(place)}"


def _why(source: Source, place: Place, table: DatedTable) -> str:
    """Give where a table says that it comes from: its `source`, or the first comment behind one of its keys."""
    comments = (source.lines.comment((*place, key)) for key in type(table).model_fields)
    return table.source or next(filter(None, comments), "")


class _Explanation:
    """Explains one municipality."""

    def __init__(self, source: Source, place: Place, table: MunicipalityTable, route: Route, day: date) -> None:
        self._source = source
        self._place = place
        self._table = table
        self._route = route
        self._day = day

    def write(self) -> Iterator[Explained]:
        yield self._key("code", self._route.code)
        yield self._key("name", self._route.name)
        yield Explained("region", self._route.region, self._source.path.name)
        for key in ("delivery", "history_checks", "retour", "declaration_answer", "max_attempts", "expire_days"):
            yield from self._setting(key)
        if self._table.agreement_categories is not None:
            yield self._key("agreement_categories", ", ".join(self._table.agreement_categories))
        for inner, dated in self._table.dated():
            if inner[0] != "change":
                yield self._dated(str(inner[0]), inner, dated, dated.says())
        yield from self._agreements()

    def _key(self, key: str, value: str) -> Explained:
        place = (*self._place, key)
        why = self._source.lines.comment(place) or self._table.source or ""
        return Explained(key, value, why, where=_where(self._source, place))

    def _setting(self, key: str) -> Iterator[Explained]:
        """Explain a setting: as it is by itself, and every change of it."""
        own = self._table.settings.get(key)
        changed = any(key in change.settings and change.holds_on(self._day) for change in self._table.change)
        if own is None:
            default = getattr(Route(code="", name="", region=""), key)
            yield Explained(key, "nooit" if default is None else str(default), _DEFAULT, holds=not changed)
        else:
            yield self._key(key, str(own))._replace(holds=not changed)
        for number, change in enumerate(self._table.change):
            if key in change.settings:
                yield self._dated(key, ("change", number), change, str(change.settings[key]))

    def _dated(self, what: str, inner: Place, table: DatedTable, value: str) -> Explained:
        place = (*self._place, *inner)
        return Explained(
            what,
            value,
            _why(self._source, place, table),
            table.valid_from,
            table.valid_until,
            _where(self._source, place),
            table.holds_on(self._day),
        )

    def _agreements(self) -> Iterator[Explained]:
        for number, agreed in enumerate(self._source.contents.agreement):
            if agreed.municipalities is None or self._table.code in agreed.municipalities:
                consequence = f"weigert met {agreed.retourcode}" if agreed.refuse else "advies"
                value = f"{agreed.text} ({'staat stil: zij noemt geen product' if agreed.sleeps else consequence})"
                yield Explained(
                    agreed.code,
                    value,
                    agreed.source,
                    agreed.valid_from,
                    agreed.valid_until,
                    _where(self._source, ("agreement", number)),
                    agreed.holds_on(self._day),
                )
