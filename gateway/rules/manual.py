"""The rules as people read them: in `docs/rules.md`, by `ijw-gateway rules`, and on the pages under `/rules`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.ijw.codelijsten import FoutCode
from gateway.rules.elsewhere import FOLLOWED
from gateway.rules.rule import Rule
from gateway.rules.standard import Standard, StandardRule, where
from gateway.rules.table import ELSEWHERE, RULES

SCHEMA: Final = "XSD"
# Of a kind that only a list of the operator's own has.
_UNKNOWN: Final = "De gateway kent dit soort regel niet, en toetst hem niet."
_SCHEMA_LEVEL: Final = "berichtformaat (xsd)"
_HEAD: Final = """# De regels

Alle regels van iJw 3.2: wat de gateway aan een bericht toetst, hoe hij de standaard leest waar die ruimte laat, en
waarom hij de andere regels niet toetst. Dit bestand wordt gemaakt uit de code en uit
`schemas/iJW/3.2/reference/regels.csv` en `regelplaatsen.csv`; verander het daar, en schrijf het opnieuw met
`make rules`.

Een bevinding noemt de code van de regel; `ijw-gateway rules CODE`, en `/rules/CODE` van een gateway die draait, tonen
hetzelfde als hier. Eerst staan de regels die de gateway toetst, daarna [de andere](#de-andere-regels)."""
_REST: Final = """# De andere regels

Voor deze regels van de standaard heeft de gateway geen eigen regel. Per soort staat er waarom."""


class Entry(NamedTuple):
    """What there is to read about a code: one sentence, and facts by name.

    `judged` tells whether the gateway has a rule for it; else the sentence says why not.
    """

    code: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    judged: bool = True


def entries(standard: Standard) -> list[Entry]:
    """Give an entry for every rule of the standard and every rule that is judged, by code."""
    found = {rule.code: rule_entry(rule, standard.get(rule.code)) for rule in RULES}
    found |= {code: _other_entry(rule) for code, rule in standard.items() if code not in found}
    return [found[code] for code in sorted(found)]


def rule_entry(rule: Rule, known: StandardRule | None) -> Entry:
    """Give the entry of a rule that is judged, with what the standard lists of it."""
    return Entry(rule.code, rule.message, tuple(_facts(rule, known)))


def _facts(rule: Rule, known: StandardRule | None) -> Iterator[tuple[str, str]]:
    if known:
        yield "Soort", known.kind
    yield "Niveau", rule.level.value
    yield "Retourcode", rule.retourcode or "geen"
    if known:
        yield "Waar", where(known.places)
    yield "Fout", rule.wrong
    yield "Goed", rule.right
    if rule.reading:
        yield "Onze lezing", rule.reading


def _other_entry(rule: StandardRule) -> Entry:
    facts = {
        "Soort": rule.kind,
        "Niveau": rule.level,
        "Retourcode": rule.retourcode,
        "Waar": where(rule.places),
        "In de gateway": FOLLOWED.get(rule.code, ""),
    }
    filled = tuple((name, text) for name, text in facts.items() if text)
    return Entry(rule.code, ELSEWHERE.get(_group(rule), _UNKNOWN), filled, judged=False)


def _group(rule: StandardRule) -> str:
    """Give what a rule that is not judged is listed under: its level or, where it has none, its kind."""
    return rule.level or rule.kind


def schema_entry(standard: Standard) -> Entry:
    """Give the entry of what does not fit the schema: the code XSD, with the rules that it stands for."""
    codes = sorted(rule.code for rule in standard.values() if rule.level == _SCHEMA_LEVEL)
    sentence = "Een bericht voldoet aan het schema van iJw 3.2: wat erin staat, in welke volgorde, en in welke vorm."
    facts = (("Niveau", _SCHEMA_LEVEL), ("Regels van de standaard", ", ".join(codes)))
    return Entry(SCHEMA, sentence, facts)


def fault_entry(fault: FoutCode) -> Entry:
    """Give the entry of a fault code of the chain."""
    return Entry(fault.code, f"{fault.meaning}.", (("Soort", "Foutcode van de keten"),))


def manual(standard: Standard) -> str:
    """Write all rules as one Markdown page."""
    everything = entries(standard)
    judged = [entry for entry in everything if entry.judged]
    groups = (_group_text(name, standard) for name in ELSEWHERE)
    parts = [_HEAD, _contents(judged), *map(as_markdown, judged), _REST, *filter(None, groups)]
    return "\n\n".join(parts) + "\n"


def as_markdown(entry: Entry) -> str:
    """Write one entry as Markdown; its heading is what a link points at."""
    return "\n".join([f"## {entry.code}", "", entry.sentence, "", *(f"- {name}: {text}" for name, text in entry.facts)])


def _contents(judged: Iterable[Entry]) -> str:
    rows = (
        (f"[{entry.code}](#{entry.code.lower()})", dict(entry.facts)["Retourcode"], entry.sentence) for entry in judged
    )
    return _table(("Code", "Retourcode", "Regel"), rows)


def _group_text(group: str, standard: Standard) -> str:
    judged = {rule.code for rule in RULES}
    rules = sorted(
        (rule for rule in standard.values() if _group(rule) == group and rule.code not in judged),
        key=lambda rule: rule.code,
    )
    if not rules:
        return ""
    columns = ("Code", "Soort", "Retourcode", "Waar", "In de gateway")
    rows = ((rule.code, rule.kind, rule.retourcode, where(rule.places), FOLLOWED.get(rule.code, "")) for rule in rules)
    return f"## {group}\n\n{ELSEWHERE[group]}\n\n{_table(columns, rows)}"


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (f"| {' | '.join(cells)} |" for cells in (columns, ("---",) * len(columns), *rows))
    return "\n".join(lines)
