"""Judges a message by the rules: walks it once, and gives every element to the rules of its class."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.errors import RuleFailedError
from gateway.ijw.bericht import Bericht, Kant, Retourbericht
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.elementen import ROOT, elements
from gateway.ijw.finding import Finding, Source
from gateway.ijw.klasse import Klasse, Soort, Veld, velden, xml_name
from gateway.rules.history import History, HistoryContext
from gateway.rules.rule import At, Breach, Context, Reference, ReferenceContext, Rule
from gateway.rules.table import RULES


def judge(bericht: Bericht, reference: Reference | None = None) -> list[Finding]:
    """Give everything in a message that breaks a rule, in the order of the message.

    The rules against outside lists are judged only with a `reference`. A retourbericht repeats a message that has
    been judged; it breaks nothing. Findings have no line: the document is not known here.

    Raises RuleFailedError when a rule cannot be judged: that is our failure, and never reads as "valid".
    """
    if isinstance(bericht, Retourbericht):
        return []
    sources: frozenset[Source] = frozenset({"rule"} if reference is None else {"rule", "reference"})
    return _walked(bericht, _context(bericht, reference), sources)


def judge_against(bericht: Bericht, history: History) -> list[Finding]:
    """Give everything in a message that contradicts earlier messages, in the order of the message.

    Raises RuleFailedError, as `judge` does.
    """
    if isinstance(bericht, Retourbericht):
        return []
    header = bericht.header
    municipality_sends = bericht.AFZENDER is Kant.GEMEENTE
    context = HistoryContext(
        dagtekening=header.bericht_identificatie.dagtekening,
        message_type=bericht.TYPE,
        gemeente=header.afzender if municipality_sends else header.ontvanger,
        aanbieder=header.ontvanger if municipality_sends else header.afzender,
        history=history,
    )
    return _walked(bericht, context, frozenset({"history"}))


def _walked(bericht: Bericht, context: Context, sources: frozenset[Source]) -> list[Finding]:
    walk = _Walk(bericht, context)
    walk.visit(bericht, _plan(bericht.TYPE, sources), None)
    return walk.findings


def _context(bericht: Bericht, reference: Reference | None) -> Context:
    dagtekening = bericht.header.bericht_identificatie.dagtekening
    if reference is None:
        return Context(dagtekening)
    return ReferenceContext(dagtekening, reference.today, reference.lists, reference.own_products)


class _Plan(Struct, frozen=True):
    """What to do with the elements of a class: the rules to ask, and the fields to go into."""

    rules: tuple[Rule, ...]
    single: tuple[tuple[Veld, _Plan], ...]
    lists: tuple[tuple[Veld, _Plan], ...]

    @property
    def idle(self) -> bool:
        return not (self.rules or self.single or self.lists)


@cache
def _plan(message_type: str, sources: frozenset[Source]) -> _Plan:
    rules = tuple(rule for rule in RULES if rule.source in sources)
    return _plan_of(BERICHTEN[message_type], rules, message_type)


def _plan_of(klasse: type[Klasse], rules: tuple[Rule, ...], message_type: str) -> _Plan:
    single: list[tuple[Veld, _Plan]] = []
    lists: list[tuple[Veld, _Plan]] = []
    for veld in velden(klasse):
        inner = (veld.item or veld).klasse
        if inner is None:
            continue
        plan = _plan_of(inner, rules, message_type)
        # Where no rule is, the walk does not go.
        if not plan.idle:
            (lists if veld.soort is Soort.LIJST else single).append((veld, plan))
    own = tuple(rule for rule in rules if rule.judges(klasse, message_type))
    return _Plan(own, tuple(single), tuple(lists))


# How an element was reached: what it is in, by which field, at which place of how many. A plain tuple, for one is
# made for every element, and a path is written only when something is wrong.
_Trail: TypeAlias = "tuple[_Trail, Veld, int, int] | None"


def _path(trail: _Trail) -> str:
    if trail is None:
        return ROOT
    parent, veld, position, siblings = trail
    path = f"{_path(parent)}/{veld.name}"
    if veld.item is None:
        return path
    number = f"[{position + 1}]" if siblings > 1 else ""
    return f"{path}/{veld.item.name}{number}"


@dataclass(slots=True)
class _Walk:
    """One walk through one message."""

    bericht: Bericht
    context: Context
    findings: list[Finding] = field(default_factory=list)
    _places: dict[int, list[str]] | None = None

    def visit(self, element: Klasse, plan: _Plan, trail: _Trail) -> None:
        rule = None
        try:
            for rule in plan.rules:
                for breach in rule.check(element, self.context):
                    self.findings.append(self._finding(rule, breach, element, trail))
        except Exception as error:
            code = rule.code if rule else ""
            raise RuleFailedError(
                f"Regel {code} kon niet worden beoordeeld; dat ligt aan de gateway.", code=code
            ) from error
        for veld, inner in plan.single:
            value: Any = getattr(element, veld.field)
            if value is not None:
                self.visit(value, inner, (trail, veld, 0, 1))
        for veld, inner in plan.lists:
            items: tuple[Klasse, ...] = getattr(element, veld.field)
            for position, item in enumerate(items):
                self.visit(item, inner, (trail, veld, position, len(items)))

    def _finding(self, rule: Rule, breach: Breach, judged: Klasse, trail: _Trail) -> Finding:
        spots = (breach,) if isinstance(breach, Klasse) else breach
        own = _path(trail)
        seen: dict[int, int] = {}
        paths: dict[str, None] = {}
        for spot in spots:
            element = spot.element if isinstance(spot, At) else spot
            path = own if element is judged else self._below(own, element, seen)
            if isinstance(spot, At) and getattr(element, spot.field) not in (None, ()):
                path += f"/{xml_name(spot.field)}"
            paths[path] = None
        found = tuple(paths)
        message = self._message(rule)
        return Finding(rule.source, rule.code, message, found[0], found, retourcode=rule.retourcode or None)

    def _message(self, rule: Rule) -> str:
        """Say with a rule that misses something since when anything could be known here."""
        if not rule.absence or not isinstance(self.context, HistoryContext):
            return rule.message
        since = self.context.history.since
        known = f"de historie hier begint op {since.isoformat()}" if since else "hier is nog geen historie"
        return f"{rule.message.removesuffix('.')} ({known})."

    def _below(self, own: str, element: Klasse, seen: dict[int, int]) -> str:
        """Find an element below the one that was judged.

        A value that a program made may stand at several places; those are then told one after another.
        """
        if self._places is None:
            self._places = {}
            for found, path in elements(self.bericht):
                self._places.setdefault(id(found), []).append(path)
        paths = self._places[id(element)]
        if len(paths) > 1:
            paths = [path for path in paths if path.startswith(f"{own}/")]
        turn = seen[id(element)] = seen.get(id(element), -1) + 1
        return paths[turn % len(paths)]
