"""The form of a decision: what was filled in, what that decides, and beside which field something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from msgspec import Struct

from gateway.exchange.besluit import Fields
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.codes import WOONPLAATSBEGINSEL
from gateway.ijw.finding import Finding
from gateway.services.deciding import Decision, DecisionOutcome, Proposal

REASONS: Final = "LDT_RedenAfwijzingVerzoek"
_LONGEST: Final = 80
_MOST_ROWS: Final = 20
# The fields of the address, by where they are in a Contact of the typed form.
_ADDRESS: Final = {
    "postcode": ("adres", "postcode"),
    "huisnummer": ("adres", "huis", "huisnummer"),
    "huisletter": ("adres", "huis", "huisletter"),
    "toevoeging": ("adres", "huis", "huisnummerToevoeging"),
    "straatnaam": ("adres", "straatnaam"),
    "plaatsnaam": ("adres", "plaatsnaam"),
}
# The fields of a product, by where they are in a ToegewezenProduct.
_PRODUCT: Final = {
    "categorie": ("product", "categorie"),
    "code": ("product", "code"),
    "ingang": ("ingangsdatum",),
    "einde": ("einddatum",),
    "volume": ("omvang", "volume"),
    "eenheid": ("omvang", "eenheid"),
    "frequentie": ("omvang", "frequentie"),
    "budget": ("budget",),
    "reden": ("redenWijziging",),
    "nummer": ("toewijzingNummer",),
}
_ABOUT_ROW: Final = {"nummer", "reden"}
_FIELDS: Final = ("besluit", "reden", "gemeente", "soort", *_ADDRESS)
# By which field something is said of a part of the message that has no field of its own.
_BESIDE: Final = {"Omvang": "volume", "Product": "code", "Huis": "huisnummer"}
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_EUROS: Final = re.compile(r"(?P<euros>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,9})(?:,(?P<cents>[0-9]{2}))?")
_IN_PRODUCT: Final = re.compile(r"/ToegewezenProduct(?:\[(\d+)\])?(?:/|$)")


class Wrong(Struct, frozen=True):
    """What is wrong, and the id of the field that it is about; none when it is about the whole."""

    says: str
    field: str = ""


@dataclass(slots=True)
class Form:
    """A form as it was filled in: its fields, the rows of products, and what is wrong with them."""

    told: dict[str, str] = field(repr=False)
    rows: list[dict[str, str]]
    wrong: list[Wrong] = field(default_factory=list)

    @classmethod
    def of(cls, proposal: Proposal) -> Form:
        """Give the form as it is first shown: filled in with what was asked."""
        told = dict.fromkeys(_FIELDS, "") | {"soort": "01"}
        return cls(told, [_row(product) for product in proposal.producten] or [dict.fromkeys(_PRODUCT, "")])

    @classmethod
    def sent(cls, given: Mapping[str, Any]) -> Form:
        """Read what somebody filled in."""
        told = {name: _text(given, name) for name in _FIELDS}
        rows: list[dict[str, str]] = []
        while len(rows) < _MOST_ROWS and f"p{len(rows)}-code" in given:
            rows.append({name: _text(given, f"p{len(rows)}-{name}") for name in _PRODUCT})
        return cls(told, rows)

    def lengthen(self) -> None:
        """Make place for one more product."""
        if len(self.rows) < _MOST_ROWS:
            self.rows.append(dict.fromkeys(_PRODUCT, ""))

    def given(self) -> dict[str, str]:
        """Give all fields as they would be sent once more."""
        rows = {f"p{place}-{name}": value for place, row in enumerate(self.rows) for name, value in row.items()}
        return self.told | rows

    def filled(self) -> list[dict[str, str]]:
        """Give the products that are decided on."""
        return [row for _, row in self._filled()]

    @property
    def addressed(self) -> bool:
        """Say whether an address was filled in."""
        return any(self.told[name] for name in _ADDRESS)

    def says(self, name: str) -> str:
        """Give what is wrong with a field."""
        return " ".join(wrong.says for wrong in self.wrong if wrong.field == name)

    def decision(self, lists: Codelijsten, proposal: Proposal) -> Decision | None:
        """Give what was decided; None when something is wrong, which is then told by `wrong`."""
        outcome = self.told["besluit"]
        if outcome not in list(DecisionOutcome):
            self.wrong = [Wrong("Kies wat de gemeente besluit.", f"besluit-{DecisionOutcome.UNDER_INVESTIGATION}")]
            return None
        if outcome == DecisionOutcome.UNDER_INVESTIGATION:
            return Decision(DecisionOutcome.UNDER_INVESTIGATION)
        decision = self._rejected(lists) if outcome == DecisionOutcome.REJECTED else self._allocated(proposal)
        return None if self.wrong else decision

    def _rejected(self, lists: Codelijsten) -> Decision:
        reden, gemeente = self.told["reden"], self.told["gemeente"]
        if reden not in lists.lijsten[REASONS].meanings:
            self.wrong.append(Wrong("Kies waarom het verzoek is afgewezen.", "reden"))
        if reden != WOONPLAATSBEGINSEL:
            gemeente = ""
        elif gemeente not in lists.gemeenten:
            self.wrong.append(Wrong("Vul de CBS-code in van de gemeente die het wel is: vier cijfers.", "gemeente"))
        return Decision(DecisionOutcome.REJECTED, reden=reden, gemeente=gemeente or None)

    def _allocated(self, proposal: Proposal) -> Decision:
        producten = [self._product(f"p{place}-", row) for place, row in self._filled()]
        if not producten:
            self.wrong.append(Wrong("Vul in wat u toewijst.", "p0-code"))
        client: Fields = {}
        if self.addressed:
            client = {"contactgegevens": [self._contact()]}
        elif not proposal.client_known:
            self.wrong.append(Wrong("Vul het adres van de cliënt in; dat hoort bij een toewijzing.", "postcode"))
        return Decision(DecisionOutcome.ALLOCATED, client=client, producten=tuple(producten))

    def _filled(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the rows that say something; what only names an allocation leaves it as it is."""
        return (
            (place, row) for place, row in enumerate(self.rows) if any(row[name] for name in row.keys() - _ABOUT_ROW)
        )

    def _contact(self) -> Fields:
        contact: dict[str, Any] = {"soort": self.told["soort"], "adres": {"landCode": "NL"}}
        for name, path in _ADDRESS.items():
            value = self.told[name]
            if name == "postcode":
                value = value.replace(" ", "").upper()
            _put(contact, path, self._number(name, value) if name == "huisnummer" else value or None)
        return contact

    def _product(self, prefix: str, row: dict[str, str]) -> Fields:
        product: dict[str, Any] = {}
        for name, path in _PRODUCT.items():
            value: str | int | None = row[name] or None
            if name in {"volume", "nummer"}:
                value = self._number(prefix + name, row[name])
            elif name == "budget":
                value = self._cents(prefix + name, row[name])
            elif name in {"ingang", "einde"}:
                self._check_day(prefix + name, row[name])
            if value is not None or name not in _ABOUT_ROW:
                _put(product, path, value)
        for part in ("product", "omvang"):
            if not any(product[part].values()):
                product[part] = None
        return product

    def _number(self, name: str, text: str) -> int | None:
        if text and not _WHOLE.fullmatch(text):
            label = "Huisnummer" if name == "huisnummer" else "Hoeveel"
            self.wrong.append(Wrong(f"Vul bij {label} een geheel getal in, zonder punten of letters.", name))
            return None
        return int(text) if text else None

    def _cents(self, name: str, text: str) -> int | None:
        found = _EUROS.fullmatch(text.removeprefix("€").strip())
        if text and found is None:
            self.wrong.append(Wrong("Vul bij het budget een bedrag in, zoals 1250 of 1.250,50.", name))
        return int(found["euros"].replace(".", "") + (found["cents"] or "00")) if found else None

    def _check_day(self, name: str, text: str) -> None:
        try:
            _ = date.fromisoformat(text) if text else None
        except ValueError:
            label = "Ingangsdatum" if name.endswith("ingang") else "Einddatum"
            self.wrong.append(Wrong(f"Vul bij {label} een datum in die bestaat.", name))

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Put what would be wrong with the message beside the fields that it comes from."""
        places = [place for place, _ in self._filled()]
        self.wrong = [Wrong(finding.message, field_of(finding.path or "", places)) for finding in findings]


def field_of(path: str, places: list[int]) -> str:
    """Give the field that an element of the message comes from."""
    leaf = re.sub(r"\[\d+\]$", "", path.rpartition("/")[2])
    name = _BESIDE.get(leaf, "")
    in_product = _IN_PRODUCT.search(path)
    if in_product:
        number = int(in_product[1] or 1) - 1
        known = {part[-1].casefold(): name for name, part in _PRODUCT.items()}
        name = known.get(leaf.casefold(), name or "code")
        # What stands behind them in the message was there already, and has no row.
        return f"p{places[number]}-{name}" if number < len(places) else ""
    if "/Contactgegevens" in path:
        known = {part[-1].casefold(): name for name, part in _ADDRESS.items()} | {"soort": "soort"}
        return known.get(leaf.casefold(), name or "postcode")
    return {"Client": "postcode", "RedenAfwijzingVerzoek": "reden", "Gemeente": "gemeente"}.get(leaf, "")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _row(product: Fields) -> dict[str, str]:
    row = {name: _written(_taken(product, path)) for name, path in _PRODUCT.items()}
    budget = product.get("budget")
    if isinstance(budget, int):
        row["budget"] = f"{budget // 100},{budget % 100:02}"
    if not product.get("toewijzingNummer"):
        row["nummer"] = ""
    return row


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _taken(fields: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        fields = (fields or {}).get(name)
    return fields


def _put(fields: dict[str, Any], path: tuple[str, ...], value: str | int | None) -> None:
    *outer, last = path
    for name in outer:
        fields = fields.setdefault(name, {})
    fields[last] = value
