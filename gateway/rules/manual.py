"""The rules as people read them: in `docs/rules.md`, and by `ijw-gateway rules`."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.rules.places import places_of
from gateway.rules.rule import Rule
from gateway.rules.table import ELSEWHERE, RULES

_HEAD = """# De regels

Wat de gateway aan een bericht toetst, en hoe hij de standaard leest waar die ruimte laat. Dit bestand wordt gemaakt
uit de code; verander het daar (`gateway/rules/`), en schrijf het opnieuw met `make rules`.

Een bevinding noemt de code van de regel; `ijw-gateway rules CODE` toont hetzelfde als hier."""


def manual() -> str:
    """Write all rules as one Markdown page."""
    return "\n\n".join([_HEAD, _contents(), *(entry(rule) for rule in RULES), _elsewhere()]) + "\n"


def entry(rule: Rule) -> str:
    """Write one rule as Markdown; its heading is what a finding's link points at."""
    return "\n".join([f"## {rule.code}", "", rule.message, "", *(f"- {name}: {text}" for name, text in _facts(rule))])


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "Niveau", rule.level.value
    yield "Retourcode", rule.retourcode
    yield "Waar", where(rule)
    yield "Fout", rule.wrong
    yield "Goed", rule.right
    if rule.reading:
        yield "Onze lezing", rule.reading


def where(rule: Rule) -> str:
    """Tell where a rule applies: `JW301 Contact/Adres`."""
    return "; ".join(f"{name} {', '.join(places)}" for name, places in places_of(rule).items())


def _contents() -> str:
    lines = (f"| [{rule.code}](#{rule.code.lower()}) | {rule.retourcode} | {rule.message} |" for rule in RULES)
    return "\n".join(["| Code | Retourcode | Regel |", "| --- | --- | --- |", *lines])


def _elsewhere() -> str:
    lines = (f"- {level}: {reason}" for level, reason in ELSEWHERE.items())
    return "\n".join(["## Wat hier niet staat", "", *lines])
