"""What every code in a finding means, for whoever looks it up: the rules, the schema, the fault codes of the chain."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.manual import Entry, entries, fault_entry, schema_entry
from gateway.rules.standard import Standard


class Rulebook:
    """All entries, by code."""

    def __init__(self, standard: Standard, lists: Codelijsten) -> None:
        """Take in the rules of the standard, and the fault codes of the lists."""
        self._rules = entries(standard)
        beside = [schema_entry(standard), *map(fault_entry, lists.fouten.values())]
        self._by_code = {entry.code.upper(): entry for entry in (*beside, *self._rules)}

    def __iter__(self) -> Iterator[Entry]:
        """Give the rules of the standard, sorted by code."""
        return iter(self._rules)

    def find(self, code: str) -> Entry | None:
        """Find what a code means, in capitals or not."""
        return self._by_code.get(code.upper())
