"""Reads the route tables: one TOML file a region, one table a municipality (contract, chapter 5).

Everything that is wrong, in all files, is told at once, with the file, the line, the key and what was expected.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import ConfigurationError, RouteTableError
from gateway.exchange.agreement import Agreement
from gateway.exchange.agreement_checks import MedicalReferral
from gateway.exchange.route import Answerer, Delivery, HistoryChecks, Manual, Route, RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.history import Tarief
from gateway.rules.rule import OwnProduct
from gateway.services.agreement_file import KINDS, MedicalReferralTable
from gateway.services.agreement_problems import wrong_agreements
from gateway.services.route_file import (
    TABLES,
    LimitsTable,
    ManualTable,
    MunicipalityTable,
    RouteFile,
    expectation,
)
from gateway.services.route_source import Problem, Source
from gateway.services.toml_lines import Place, TomlLines
from gateway.transport.smime import read_certificate

_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_CATEGORY: Final = ("municipality", "product", "category")
_LIMIT: Final = "Na verwijzing door een arts is een budget niet hoger dan met de gemeente is afgesproken."
_AGB_CODE: Final = re.compile(r"[0-9]{8}")


class RouteBook(Struct, frozen=True):
    """What the tables say, for any day."""

    sources: tuple[Source, ...]

    def on(self, day: date) -> RouteTable:
        """Give what holds on a day."""
        return RouteTable.of(
            _route(source, table, day) for source in self.sources for table in source.contents.municipality
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
    problems: list[Problem] = []
    sources = [source for path in paths if (source := _read(path, problems))]
    problems.extend(_contradictions(sources, lists))
    if problems:
        raise RouteTableError("\n".join(str(problem) for problem in sorted(problems)))
    return RouteBook(tuple(sources))


def _read(path: Path, problems: list[Problem]) -> Source | None:
    """Read one file; what is wrong with its form is added to the problems."""
    text = ""
    try:
        text = path.read_bytes().decode()
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem(path, line, "het bestand is niet in UTF-8 geschreven."))
    except tomllib.TOMLDecodeError as error:
        problems.append(_not_toml(path, text, str(error)))
    except (OSError, RecursionError) as error:
        problems.append(Problem(path, 1, f"het bestand is niet te lezen: {error}"))
    else:
        lines = TomlLines(text)
        try:
            return Source(path, lines, RouteFile.model_validate(data))
        except ValidationError as error:
            details = error.errors(include_url=False)
            problems.extend(Problem(path, lines.line(_place(d)), _explain(d)) for d in details)
    return None


def _not_toml(path: Path, text: str, reason: str) -> Problem:
    found = _TOML_PLACE.search(reason)
    line = int(found[1]) if found and found[1] else len(text.splitlines()) or 1
    return Problem(
        path,
        line,
        f"dit is geen TOML ({_TOML_PLACE.sub('', reason)});"
        ' verwacht een regel zoals code = "0150", met tekst tussen aanhalingstekens.',
    )


def _explain(detail: ErrorDetails) -> str:
    """Say in Dutch what the model refused."""
    names = tuple(part for part in _place(detail) if isinstance(part, str))
    key = ".".join(names)
    if detail["type"].startswith("union_tag"):
        return f"{key}.check: verwacht het soort afspraak, een van: {', '.join(KINDS)}."
    table = KINDS[str(detail["loc"][2])] if _in_agreement(detail) else TABLES[names[:-1]]
    if detail["type"] == "extra_forbidden":
        return f"{key}: deze sleutel is onbekend; bekend zijn: {', '.join(table.model_fields)}."
    expected = table.model_fields[names[-1]].description or ""
    if detail["type"] == "missing":
        return f"{key}: ontbreekt; verwacht {expected}."
    given: Any = detail["input"]
    if names == ("municipality", "code") and isinstance(given, str) and _AGB_CODE.fullmatch(given):
        return f"{key}: {given} lijkt een AGB-code, en die is van een aanbieder; verwacht {expected}."
    return f"{key}: deze waarde past niet; verwacht {expected}."


def _place(detail: ErrorDetails) -> Place:
    """Give where in the document an error is; within an agreement the model also names the kind, as a third part."""
    return (*detail["loc"][:2], *detail["loc"][3:]) if _in_agreement(detail) else detail["loc"]


def _in_agreement(detail: ErrorDetails) -> bool:
    return detail["loc"][:1] == ("agreement",) and len(detail["loc"]) > 2  # noqa: PLR2004 - the list, a place, the kind


def _contradictions(sources: list[Source], lists: Codelijsten) -> Iterator[Problem]:
    """Find what contradicts the code lists, another table, or itself."""
    places: dict[str, str] = {}
    codes: dict[str, str] = {}
    for source in sources:
        for number, table in enumerate(source.contents.municipality):
            place: Place = ("municipality", number)
            yield from _wrong_code(source, (*place, "code"), table.code, lists, places)
            yield from _unsupported(source, place, table)
            yield from _wrong_categories(source, place, table, lists)
            yield from _wrong_days(source, place, table)
            yield from _wrong_mail(source, place, table.manual)
        yield from wrong_agreements(source, lists, codes)


def _wrong_code(
    source: Source, place: Place, code: str, lists: Codelijsten, places: dict[str, str]
) -> Iterator[Problem]:
    """Refuse a code that no municipality has, and one that is at an earlier place already."""
    if lists.gemeente(code) is None:
        expected = expectation(("municipality", "code"))
        reason = f"{code} is geen bekende gemeente; verwacht {expected}, uit de lijst van het CBS."
        yield source.problem(place, f"municipality.code: {reason}")
    if code in places:
        reason = f"{code} staat ook in {places[code]}; verwacht elke gemeente één keer."
        yield source.problem(place, f"municipality.code: {reason}")
    places.setdefault(code, f"{source.path}, regel {source.lines.line(place)}")


def _wrong_categories(source: Source, place: Place, table: MunicipalityTable, lists: Codelijsten) -> Iterator[Problem]:
    """Refuse a product code in a category that is not national."""
    for number, product in enumerate(table.product):
        if lists.meaning("LDT_ProductCategorie", product.category) is None:
            reason = f"{product.category} is geen landelijke categorie; verwacht {expectation(_CATEGORY)}."
            yield source.problem((*place, "product", number, "category"), f"{'.'.join(_CATEGORY)}: {reason}")


def _wrong_days(source: Source, place: Place, table: MunicipalityTable) -> Iterator[Problem]:
    """Refuse what ends before it begins."""
    for inner, dated in table.dated():
        if dated.valid_from and dated.valid_until and dated.valid_until < dated.valid_from:
            key = ".".join(name for name in ("municipality", *inner) if isinstance(name, str))
            reason = f"{key}.valid_until: ligt voor valid_from; verwacht die dag of een latere."
            yield source.problem((*place, *inner, "valid_until"), reason)


def _unsupported(source: Source, place: Place, table: MunicipalityTable) -> Iterator[Problem]:
    """Refuse a way of delivery that leads nowhere: messages would wait in a place where nobody looks.

    Limits are advice about agreements, and are kept: a table that is written for them must not stop the exchange.
    """
    yield from _unsupported_delivery(source, place, table, table.delivery)
    for number, change in enumerate(table.change):
        yield from _unsupported_delivery(source, (*place, "change", number), table, change.delivery)


def _unsupported_delivery(
    source: Source, place: Place, table: MunicipalityTable, delivery: str | None
) -> Iterator[Problem]:
    key = ".".join(name for name in (*place, "delivery") if isinstance(name, str))
    if delivery == "email" and not (table.manual and table.manual.email):
        expected = expectation(("municipality", "manual", "email"))
        reason = f'{key}: bij "email" hoort [municipality.manual] met email; verwacht {expected}.'
        yield source.problem((*place, "delivery"), reason)
    if delivery == "ggk0210" and not (table.ggk0210 and table.ggk0210.endpoint):
        expected = expectation(("municipality", "ggk0210", "endpoint"))
        reason = f'{key}: bij "ggk0210" hoort [municipality.ggk0210] met endpoint; verwacht {expected}.'
        yield source.problem((*place, "delivery"), reason)


# How a setting is read; the others are numbers already.
_WORDS: Final[dict[str, Callable[[str], Any]]] = {
    "delivery": Delivery,
    "history_checks": HistoryChecks,
    "retour": Answerer,
    "declaration_answer": Answerer,
}


def _route(source: Source, table: MunicipalityTable, day: date) -> Route:
    """Give what holds for a municipality on a day; of two changes the later one in the file counts."""
    settings: dict[str, Any] = dict(table.settings)
    for change in table.change:
        if change.holds_on(day):
            settings |= change.settings
    limits = table.limits if table.limits and table.limits.holds_on(day) else None
    return Route(
        code=table.code,
        name=table.name,
        region=source.region,
        **{key: _WORDS[key](value) if key in _WORDS else value for key, value in settings.items()},
        medical_referral_budget=limits.medical_referral_budget if limits else None,
        manual=_manual(source, table.manual) if table.manual and table.manual.holds_on(day) else None,
        own_products=tuple(
            OwnProduct(product.code, product.category, product.valid_from, product.valid_until)
            for product in table.product
        ),
        ggk=table.ggk0210.door if table.ggk0210 and table.ggk0210.holds_on(day) else None,
        # For every day: a declaration is about days that are past.
        tarieven=tuple(
            (one.provider, Tarief(one.code, one.unit, one.amount, one.valid_from, one.valid_until))
            for one in table.tariff
        ),
        agreements=tuple(_agreements(source, table, limits, day)),
        agreement_categories=None if table.agreement_categories is None else frozenset(table.agreement_categories),
    )


def _agreements(source: Source, table: MunicipalityTable, limits: LimitsTable | None, day: date) -> Iterator[Agreement]:
    """Give what the region agreed that holds for a municipality on a day."""
    limited = limits is not None and limits.medical_referral_budget is not None
    for agreed in source.contents.agreement:
        if agreed.holds_on(day) and (agreed.municipalities is None or table.code in agreed.municipalities):
            yield agreed.agreement
            limited = limited and not isinstance(agreed, MedicalReferralTable)
    if limited:
        # A limit that no agreement of the region names is one by itself.
        code = re.sub(r"[^A-Z0-9]+", "-", source.region.upper()).strip("-")
        origin = (limits.source if limits else None) or f"routetabel {source.path.name}"
        yield Agreement(f"{code}-VERWIJSBUDGET", _LIMIT, origin, MedicalReferral())


def _manual(source: Source, table: ManualTable) -> Manual:
    encrypted = table.certificate is not None and table.content == "encrypted"
    certificate = str(_beside(source, table.certificate)) if encrypted and table.certificate else None
    return Manual(frozenset(table.types), table.reason, table.email, table.escalation_email, certificate)


def _beside(source: Source, name: str) -> Path:
    return source.path.absolute().parent / name


def _wrong_mail(source: Source, place: Place, manual: ManualTable | None) -> Iterator[Problem]:
    """Refuse encrypted mail to nobody, or with a certificate that cannot be used."""
    if manual is None or manual.content == "none":
        return
    for key, value in (("email", manual.email), ("certificate", manual.certificate)):
        if value is None:
            expected = expectation(("municipality", "manual", key))
            reason = f'municipality.manual.{key}: ontbreekt, en hoort bij content = "encrypted"; verwacht {expected}.'
            yield source.problem((*place, "manual", "content"), reason)
    if manual.certificate is not None:
        try:
            read_certificate(_beside(source, manual.certificate))
        except ConfigurationError as error:
            yield source.problem((*place, "manual", "certificate"), f"municipality.manual.certificate: {error}.")
