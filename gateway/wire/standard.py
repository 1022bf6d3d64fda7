"""Reads which rules the standard has, from the lists (CSV) that lie beside the schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.rules.standard import Place, Standard, StandardRule
from gateway.wire.reference import find_list, rows_of

REGELS: Final = "regels.csv"
REGELPLAATSEN: Final = "regelplaatsen.csv"


def read_standard(folder: Path | None = None) -> Standard:
    """Read all rules by code, from a folder with schemas (or one below it), else from what ships with the gateway.

    Raises SchemaFolderError, with file and line, when a list cannot be read as it should.
    """
    places: dict[str, list[Place]] = {}
    for row in rows_of(find_list(folder, REGELPLAATSEN), ("code", "message", "class", "element")):
        place = Place(row.text("message"), row.cells["class"], row.cells["element"])
        places.setdefault(row.text("code"), []).append(place)
    found: dict[str, StandardRule] = {}
    for row in rows_of(find_list(folder, REGELS), ("code", "kind", "level", "retourcode")):
        code = row.text("code")
        if code in found:
            row.wrong(f"de code {code} staat er al; laat er één staan.")
        retourcode, applies = row.cells["retourcode"], tuple(places.get(code, ()))
        found[code] = StandardRule(code, row.text("kind"), row.cells["level"], retourcode, applies)
    return found
