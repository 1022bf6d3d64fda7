"""What every code in a finding means: the rules, the schema, the fault codes of the chain, what regions agreed."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.exchange.route import RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.manual import Entry, entries, fault_entry, schema_entry
from gateway.rules.standard import Standard


class Rulebook:
    """All entries, by code."""

    def __init__(self, standard: Standard, lists: Codelijsten, routes: RouteTable, base: str = "") -> None:
        """Take in the rules of the standard, the fault codes of the lists, and what the regions agreed.

        `base` is where others reach the gateway, if that is known: there each code has a page.
        """
        self._base = base
        self._routes = routes
        self._rules = entries(standard)
        beside = [schema_entry(standard), *map(fault_entry, lists.fouten.values())]
        self._by_code = {entry.code.upper(): entry for entry in (*beside, *self._rules)}

    def __iter__(self) -> Iterator[Entry]:
        """Give the rules of the standard, sorted by code."""
        return iter(self._rules)

    def address(self, reached_at: str) -> str:
        """Give where the pages are: under the address that is set, else under the one that somebody reached us at."""
        return f"{(self._base or reached_at).rstrip('/')}/rules"

    def find(self, code: str) -> Entry | None:
        """Find what a code means, in capitals or not; an agreement of a region as it is today."""
        return self._by_code.get(code.upper()) or self._agreed(code.upper())

    def _agreed(self, code: str) -> Entry | None:
        found = [(route, one) for route in self._routes for one in route.agreements if one.code == code]
        if not found:
            return None
        names = ", ".join(route.name for route, _ in found)
        region, agreement = found[0][0].region, found[0][1]
        consequence = (
            f"weigert het bericht met {agreement.retourcode}" if agreement.refuses else "advies; weigert niets"
        )
        facts = (
            ("Soort", f"Afspraak van de regio {region}"),
            ("Gemeenten", names),
            ("Berichten", ", ".join(sorted(agreement.check.types))),
            ("Gevolg", consequence),
            ("Bron", agreement.source),
        )
        return Entry(agreement.code, agreement.text, facts)
