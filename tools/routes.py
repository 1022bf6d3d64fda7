"""Writes docs/routes.md anew from the models of the route tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from gateway.exchange.route import Route
from gateway.services.agreement_file import KINDS, AgreementTable
from gateway.services.route_file import TABLES, MunicipalityTable

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "routes.md"
_HEAD: Final = """# Routetabellen

Wat er in een bestand van de map `routes` mag staan: elke sleutel, en wat er verwacht wordt. Dit bestand wordt gemaakt
uit de code; verander het daar (`gateway/services/route_file.py` en `agreement_file.py`), en schrijf het opnieuw met
`make tables`.

Een bestand is een regio. `ijw-gateway routes check MAP` controleert een map voordat zij in gebruik komt, en
`ijw-gateway routes show 0150` toont wat er voor een gemeente geldt, waarom, en vanaf en tot wanneer. Wat er is
afgesproken krijgt zijn bron: in `source`, of in een opmerking achter de waarde."""
_AGREEMENTS: Final = """## `[[agreement]]`

Een afspraak van de regio: een controle met een eigen code, die als advies met een bericht meegaat (een bevinding met
`source` `gateway`). Zij weigert alleen met `refuse = true` en een retourcode. `check` zegt welke soort controle het is;
hieronder staat per soort wat erbij hoort. Wat elke afspraak heeft:"""


def page() -> str:
    """Give the page."""
    parts = [_HEAD]
    for names, model in TABLES.items():
        parts.append(f"## {_heading(names)}\n\n{_table(model, ())}")
    shared = tuple(AgreementTable.model_fields)
    parts.append(f"{_AGREEMENTS}\n\n{_table(AgreementTable, ())}")
    parts.extend(f'### `check = "{kind}"`\n\n{_table(model, ("check", *shared))}' for kind, model in KINDS.items())
    return "\n\n".join(parts) + "\n"


def _heading(names: tuple[str, ...]) -> str:
    if not names:
        return "Het bestand"
    several = "list" in str(TABLES[names[:-1]].model_fields[names[-1]].annotation)
    return f"`[[{'.'.join(names)}]]`" if several else f"`[{'.'.join(names)}]`"


def _table(model: type[BaseModel], without: tuple[str, ...]) -> str:
    rows = [
        f"| `{name}` | {_default(model, name)} | {field.description} |"
        for name, field in model.model_fields.items()
        if name not in without
    ]
    return "\n".join(["| sleutel | zonder | verwacht |", "| --- | --- | --- |", *rows])


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "verplicht"
    value: Any = field.get_default(call_default_factory=True)
    if model is MunicipalityTable and value is None:
        # What a table leaves out is as a route is by itself.
        value = getattr(Route(code="", name="", region=""), name, None)
    return "" if value in (None, []) else f"`{str(value).lower()}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} is geschreven.")
