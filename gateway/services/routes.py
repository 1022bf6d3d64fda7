"""Reads the route tables: one TOML file a region, one table a municipality (contract, chapter 5).

Everything that is wrong, in all files, is told at once, with the file, the line, the key and what was expected.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import RouteTableError
from gateway.exchange.route import Answerer, Delivery, HistoryChecks, Manual, Route, RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.rule import OwnProduct
from gateway.services.route_file import (
    DatedTable,
    ManualTable,
    MunicipalityTable,
    RouteFile,
    expectation,
    known_keys,
)
from gateway.services.toml_lines import Place, TomlLines

_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_CATEGORY: Final = ("municipality", "product", "category")
_AGB_CODE: Final = re.compile(r"[0-9]{8}")


class _Problem(NamedTuple):
    """One thing that is wrong, and where; sorts in the order of reading."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, regel {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its contents, and where everything stands."""

    path: Path
    lines: TomlLines
    contents: RouteFile

    @property
    def region(self) -> str:
        """Give the region that the file is about; without a name it is called after the file."""
        return self.contents.region or self.path.stem

    def problem(self, place: Place, reason: str) -> _Problem:
        """Say what is wrong at a place in it."""
        return _Problem(self.path, self.lines.line(place), reason)


@dataclass(frozen=True, slots=True)
class RouteBook:
    """What the tables say, for any day."""

    sources: tuple[Source, ...]

    def on(self, day: date) -> RouteTable:
        """Give what holds on a day."""
        return RouteTable.of(
            _route(source.region, table, day) for source in self.sources for table in source.contents.municipality
        )


def read_route_book(folder: Path, lists: Codelijsten) -> RouteBook:
    """Read every `*.toml` in a folder; raises RouteTableError, in words for an administrator."""
    if not folder.is_dir():
        message = f"De map met routetabellen {folder} bestaat niet; controleer IJW_ROUTES_DIR."
        raise RouteTableError(message)
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        message = f"De map met routetabellen {folder} is leeg; verwacht minstens één bestand .toml."
        raise RouteTableError(message)
    problems: list[_Problem] = []
    sources = [source for path in paths if (source := _read(path, problems))]
    problems.extend(_contradictions(sources, lists))
    if problems:
        raise RouteTableError("\n".join(str(problem) for problem in sorted(problems)))
    return RouteBook(tuple(sources))


def _read(path: Path, problems: list[_Problem]) -> Source | None:
    """Read one file; what is wrong with its form is added to the problems."""
    text = ""
    try:
        text = path.read_bytes().decode()
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(_Problem(path, line, "het bestand is niet in UTF-8 geschreven."))
    except tomllib.TOMLDecodeError as error:
        problems.append(_not_toml(path, text, str(error)))
    except (OSError, RecursionError) as error:
        problems.append(_Problem(path, 1, f"het bestand is niet te lezen: {error}"))
    else:
        lines = TomlLines(text)
        try:
            return Source(path, lines, RouteFile.model_validate(data))
        except ValidationError as error:
            details = error.errors(include_url=False)
            problems.extend(_Problem(path, lines.line(d["loc"]), _explain(d)) for d in details)
    return None


def _not_toml(path: Path, text: str, reason: str) -> _Problem:
    found = _TOML_PLACE.search(reason)
    line = int(found[1]) if found and found[1] else len(text.splitlines()) or 1
    return _Problem(
        path,
        line,
        f"dit is geen TOML ({_TOML_PLACE.sub('', reason)});"
        ' verwacht een regel zoals code = "0150", met tekst tussen aanhalingstekens.',
    )


def _explain(detail: ErrorDetails) -> str:
    """Say in Dutch what the model refused."""
    names = tuple(part for part in detail["loc"] if isinstance(part, str))
    key = ".".join(names)
    if detail["type"] == "extra_forbidden":
        return f"{key}: deze sleutel is onbekend; bekend zijn: {', '.join(known_keys(names[:-1]))}."
    expected = expectation(names)
    if detail["type"] == "missing":
        return f"{key}: ontbreekt; verwacht {expected}."
    given: Any = detail["input"]
    if names == ("municipality", "code") and isinstance(given, str) and _AGB_CODE.fullmatch(given):
        return f"{key}: {given} lijkt een AGB-code, en die is van een aanbieder; verwacht {expected}."
    return f"{key}: deze waarde past niet; verwacht {expected}."


def _contradictions(sources: list[Source], lists: Codelijsten) -> Iterator[_Problem]:
    """Find what contradicts the code lists, another table, or itself."""
    places: dict[str, str] = {}
    for source in sources:
        for number, table in enumerate(source.contents.municipality):
            place: Place = ("municipality", number)
            yield from _wrong_code(source, (*place, "code"), table.code, lists, places)
            yield from _unsupported(source, place, table)
            yield from _wrong_categories(source, place, table, lists)
            yield from _wrong_days(source, place, table)


def _wrong_code(
    source: Source, place: Place, code: str, lists: Codelijsten, places: dict[str, str]
) -> Iterator[_Problem]:
    """Refuse a code that no municipality has, and one that is at an earlier place already."""
    if lists.gemeente(code) is None:
        expected = expectation(("municipality", "code"))
        reason = f"{code} is geen bekende gemeente; verwacht {expected}, uit de lijst van het CBS."
        yield source.problem(place, f"municipality.code: {reason}")
    if code in places:
        reason = f"{code} staat ook in {places[code]}; verwacht elke gemeente één keer."
        yield source.problem(place, f"municipality.code: {reason}")
    places.setdefault(code, f"{source.path}, regel {source.lines.line(place)}")


def _wrong_categories(source: Source, place: Place, table: MunicipalityTable, lists: Codelijsten) -> Iterator[_Problem]:
    """Refuse a product code in a category that is not national."""
    for number, product in enumerate(table.product):
        if lists.meaning("LDT_ProductCategorie", product.category) is None:
            reason = f"{product.category} is geen landelijke categorie; verwacht {expectation(_CATEGORY)}."
            yield source.problem((*place, "product", number, "category"), f"{'.'.join(_CATEGORY)}: {reason}")


def _wrong_days(source: Source, place: Place, table: MunicipalityTable) -> Iterator[_Problem]:
    """Refuse what ends before it begins."""
    for inner, dated in _dated(table):
        if dated.valid_from and dated.valid_until and dated.valid_until < dated.valid_from:
            key = ".".join(name for name in ("municipality", *inner) if isinstance(name, str))
            reason = f"{key}.valid_until: ligt voor valid_from; verwacht die dag of een latere."
            yield source.problem((*place, *inner, "valid_until"), reason)


def _dated(table: MunicipalityTable) -> Iterator[tuple[Place, DatedTable]]:
    """Give the tables within a municipality's that have days of their own, with their places in it."""
    if table.manual:
        yield ("manual",), table.manual
    if table.limits:
        yield ("limits",), table.limits
    yield from ((("product", number), product) for number, product in enumerate(table.product))
    yield from ((("change", number), change) for number, change in enumerate(table.change))


def _unsupported(source: Source, place: Place, table: MunicipalityTable) -> Iterator[_Problem]:
    """Refuse a way of delivery that is not there yet: messages would wait in a place where nobody looks.

    Limits are advice about agreements, and are kept: a table that is written for them must not stop the exchange.
    """
    yield from _unsupported_delivery(source, place, table.delivery, "municipality")
    for number, change in enumerate(table.change):
        yield from _unsupported_delivery(source, (*place, "change", number), change.delivery, "municipality.change")


def _unsupported_delivery(source: Source, place: Place, delivery: str | None, table: str) -> Iterator[_Problem]:
    if delivery not in (None, "queue"):
        reason = f'{table}.delivery: "{delivery}" wordt nog niet ondersteund; verwacht "queue".'
        yield source.problem((*place, "delivery"), reason)


# How a setting is read; the others are numbers already.
_WORDS: Final[dict[str, Callable[[str], Any]]] = {
    "delivery": Delivery,
    "history_checks": HistoryChecks,
    "retour": Answerer,
    "declaration_answer": Answerer,
}


def _route(region: str, table: MunicipalityTable, day: date) -> Route:
    """Give what holds for a municipality on a day; of two changes the later one in the file counts."""
    settings: dict[str, Any] = dict(table.settings)
    for change in table.change:
        if change.holds_on(day):
            settings |= change.settings
    limits = table.limits if table.limits and table.limits.holds_on(day) else None
    return Route(
        code=table.code,
        name=table.name,
        region=region,
        **{key: _WORDS[key](value) if key in _WORDS else value for key, value in settings.items()},
        medical_referral_budget=limits.medical_referral_budget if limits else None,
        manual=_manual(table.manual) if table.manual and table.manual.holds_on(day) else None,
        own_products=tuple(
            OwnProduct(product.code, product.category, product.valid_from, product.valid_until)
            for product in table.product
        ),
    )


def _manual(table: ManualTable) -> Manual:
    return Manual(frozenset(table.types), table.reason, table.email, table.escalation_email)
