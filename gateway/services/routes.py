"""Reads the route tables: one TOML file a region, one table a municipality (contract, chapter 5).

Everything that is wrong, in all files, is told at once, with the file, the line, the key and what was expected.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import RouteTableError
from gateway.exchange.route import Answerer, Delivery, HistoryChecks, Manual, Route, RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.rule import OwnProduct
from gateway.services.route_file import (
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
class _Source:
    """A file that was read: its contents, and where everything stands."""

    path: Path
    lines: TomlLines
    contents: RouteFile

    def problem(self, place: Place, reason: str) -> _Problem:
        return _Problem(self.path, self.lines.line(place), reason)


def read_route_table(folder: Path, lists: Codelijsten) -> RouteTable:
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
    routes = _routes(sources, lists, problems)
    if problems:
        raise RouteTableError("\n".join(str(problem) for problem in sorted(problems)))
    return RouteTable.of(routes)


def _read(path: Path, problems: list[_Problem]) -> _Source | None:
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
            return _Source(path, lines, RouteFile.model_validate(data))
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


def _routes(sources: list[_Source], lists: Codelijsten, problems: list[_Problem]) -> list[Route]:
    """Make the routes; what contradicts the code lists or another table is added to the problems."""
    places: dict[str, str] = {}
    routes: list[Route] = []
    for source in sources:
        for number, table in enumerate(source.contents.municipality):
            place: Place = ("municipality", number)
            problems.extend(_wrong_code(source, (*place, "code"), table.code, lists, places))
            problems.extend(_unsupported(source, place, table))
            problems.extend(_wrong_products(source, place, table, lists))
            routes.append(_route(source.contents.region or source.path.stem, table))
    return routes


def _wrong_code(
    source: _Source, place: Place, code: str, lists: Codelijsten, places: dict[str, str]
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


def _wrong_products(source: _Source, place: Place, table: MunicipalityTable, lists: Codelijsten) -> Iterator[_Problem]:
    """Refuse a code in a category that is not national, and one that ends before it begins."""
    for number, product in enumerate(table.product):
        if lists.meaning("LDT_ProductCategorie", product.category) is None:
            reason = f"{product.category} is geen landelijke categorie; verwacht {expectation(_CATEGORY)}."
            yield source.problem((*place, "product", number, "category"), f"{'.'.join(_CATEGORY)}: {reason}")
        if product.valid_from and product.valid_until and product.valid_until < product.valid_from:
            reason = "ligt voor valid_from; verwacht die dag of een latere."
            place_until = (*place, "product", number, "valid_until")
            yield source.problem(place_until, f"municipality.product.valid_until: {reason}")


def _unsupported(source: _Source, place: Place, table: MunicipalityTable) -> Iterator[_Problem]:
    """Refuse a way of delivery that is not there yet: messages would wait in a place where nobody looks.

    Limits are advice about agreements, and are kept: a table that is written for them must not stop the exchange.
    """
    if table.delivery != "queue":
        reason = f'municipality.delivery: "{table.delivery}" wordt nog niet ondersteund; verwacht "queue".'
        yield source.problem((*place, "delivery"), reason)


def _route(region: str, table: MunicipalityTable) -> Route:
    return Route(
        code=table.code,
        name=table.name,
        region=region,
        delivery=Delivery(table.delivery),
        history_checks=HistoryChecks(table.history_checks),
        retour=Answerer(table.retour),
        declaration_answer=Answerer(table.declaration_answer),
        max_attempts=table.max_attempts,
        expire_days=table.expire_days,
        medical_referral_budget=table.limits.medical_referral_budget if table.limits else None,
        manual=_manual(table.manual) if table.manual else None,
        own_products=tuple(
            OwnProduct(product.code, product.category, product.valid_from, product.valid_until)
            for product in table.product
        ),
    )


def _manual(table: ManualTable) -> Manual:
    return Manual(frozenset(table.types), table.reason, table.email)
