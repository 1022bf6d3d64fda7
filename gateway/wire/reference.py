"""Reads the reference lists (CSV) that lie beside the schemas.

An operator may bring newer lists: a file in the folder replaces the one that ships, a file that is not there
does not. Lines that begin with `#` tell where a list comes from, and of which day it is.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, NoReturn, TypeVar

from gateway import resources
from gateway.errors import SchemaFolderError
from gateway.ijw.codelijsten import CodeLijst, Codelijsten, FoutCode, Gemeente, ProductCode

CODELIJSTEN: Final = "codelijsten.csv"
GEMEENTEN: Final = "gemeenten.csv"
PRODUCTCODES: Final = "productcodes.csv"
FOUTCODES: Final = "foutcodes.csv"

_CBS_CODE = re.compile(r"[0-9]{4}")
_Value = TypeVar("_Value")


class Row(NamedTuple):
    """One line of a list, and where it stands."""

    path: Path
    line: int
    cells: dict[str, str]

    def wrong(self, reason: str) -> NoReturn:
        """Stop, with the place and the reason."""
        _stop(self.path, self.line, reason)

    def text(self, column: str) -> str:
        """Give a cell that has to be filled."""
        return self.cells[column] or self.wrong(f"{column} is leeg; vul een waarde in.")

    def day(self, column: str) -> date | None:
        """Give a cell that holds a date or nothing."""
        cell = self.cells[column]
        try:
            return date.fromisoformat(cell) if cell else None
        except ValueError:
            self.wrong(f"{column} is geen datum; schrijf jjjj-mm-dd, of laat de cel leeg.")


def read_codelijsten(folder: Path | None = None) -> Codelijsten:
    """Read all lists from a folder with schemas (or one below it), else the ones that ship with the gateway.

    Raises SchemaFolderError, with file and line, when a list cannot be read as it should.
    """
    if folder is not None and not folder.is_dir():
        message = f"De map met schema's {folder} bestaat niet; controleer IJW_SCHEMAS_DIR."
        raise SchemaFolderError(message)
    columns = ("list", "type", "code", "meaning")
    return Codelijsten.of(
        lijsten=_code_lijsten(rows_of(find_list(folder, CODELIJSTEN), columns)),
        gemeenten=_values(folder, GEMEENTEN, _gemeente, ("code", "name", "province", "valid_from", "valid_until")),
        producten=_values(folder, PRODUCTCODES, _product, ("code", "category", "variant", "meaning")),
        fouten=_values(folder, FOUTCODES, _fout, ("code", "meaning")),
    )


def find_list(folder: Path | None, name: str) -> Path:
    """Find a list in the folder, however deep; the one that ships when it is not there.

    Raises SchemaFolderError when it is there twice, or nowhere at all.
    """
    for place in (folder, resources.schemas_dir()):
        found = sorted(place.rglob(name)) if place else []
        if len(found) > 1:
            message = f"{name} staat tweemaal in {place}: {found[0]} en {found[1]}; laat er één staan."
            raise SchemaFolderError(message)
        if found:
            return found[0]
    message = f"De lijst {name} ontbreekt; de installatie is niet volledig."
    raise SchemaFolderError(message)


def rows_of(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Give the lines of a list that has these columns; raises SchemaFolderError where it is not as it should."""
    expected = ",".join(columns)
    lines = ((line, cells) for line, cells in _lines(path) if cells and not cells[0].startswith("#"))
    line, head = next(lines, (1, []))
    if tuple(head) != columns:
        _stop(path, line, f"de kopregel moet zijn: {expected}")
    filled = False
    for line, cells in lines:
        if len(cells) != len(columns):
            _stop(path, line, f"verwacht {len(columns)} waarden ({expected}), gevonden {len(cells)}.")
        filled = True
        yield Row(path, line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
    if not filled:
        _stop(path, line, "de lijst is leeg; verwacht minstens één regel onder de kopregel.")


def _stop(path: Path, line: int, reason: str) -> NoReturn:
    message = f"{path}, regel {line}: {reason}"
    raise SchemaFolderError(message)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        # Spreadsheets put a byte-order mark before UTF-8; it is no part of the first word.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                yield reader.line_num, cells
    except UnicodeDecodeError as error:
        message = f"{path}: de lijst is niet in UTF-8 geschreven; sla haar opnieuw op als UTF-8."
        raise SchemaFolderError(message) from error
    except (csv.Error, OSError) as error:
        message = f"{path}: de lijst is niet te lezen als CSV: {error}"
        raise SchemaFolderError(message) from error


def _code_lijsten(rows: Iterator[Row]) -> list[CodeLijst]:
    """Gather the rows of each data type; a type has one list, and a code stands in it once."""
    names: dict[str, str] = {}
    meanings: dict[str, dict[str, str]] = {}
    for row in rows:
        name, type_name, code = row.text("list"), row.text("type"), row.text("code")
        if names.setdefault(type_name, name) != name:
            row.wrong(f"{type_name} heeft al de lijst {names[type_name]}; een gegevenstype heeft er één.")
        known = meanings.setdefault(type_name, {})
        if code in known:
            row.wrong(f"de code {code} staat al in {name}; laat er één staan.")
        known[code] = row.text("meaning")
    return [CodeLijst(names[type_name], type_name, codes) for type_name, codes in meanings.items()]


def _values(folder: Path | None, name: str, make: Callable[[Row], _Value], columns: tuple[str, ...]) -> list[_Value]:
    values: dict[str, _Value] = {}
    for row in rows_of(find_list(folder, name), columns):
        code = row.text("code")
        if code in values:
            row.wrong(f"de code {code} staat er al; laat er één staan.")
        values[code] = make(row)
    return list(values.values())


def _gemeente(row: Row) -> Gemeente:
    code, since, until = row.text("code"), row.day("valid_from"), row.day("valid_until")
    if not _CBS_CODE.fullmatch(code):
        row.wrong("code is geen CBS-code; verwacht vier cijfers, met voorloopnul.")
    if since and until and until < since:
        row.wrong("valid_until ligt voor valid_from.")
    return Gemeente(code, row.text("name"), row.text("province"), since, until)


def _product(row: Row) -> ProductCode:
    # Older products have no variant.
    return ProductCode(row.text("code"), row.text("category"), row.cells["variant"], row.text("meaning"))


def _fout(row: Row) -> FoutCode:
    return FoutCode(row.text("code"), row.text("meaning"))
