"""The table of rules, held against the full list of the standard."""

from __future__ import annotations

import csv
from functools import cache
from typing import get_args, get_type_hints

import pytest

from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.rule import Level, Rule
from gateway.rules.table import ELSEWHERE, RULES
from gateway.wire.reference import read_codelijsten
from tests.facts import FACTS
from tests.rules.places import places_of

needs_facts = pytest.mark.skipif(FACTS is None, reason="the facts of the standard are not here")
by_code = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def facts(name: str) -> list[dict[str, str]]:
    """Read a list of facts."""
    assert FACTS is not None
    with (FACTS / "ijw-3.2" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def lists() -> Codelijsten:
    """Read the lists that ship."""
    return read_codelijsten()


def test_rules_are_sorted_by_code() -> None:
    """Every code is in the table once, in order."""
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))


@needs_facts
def test_every_rule_of_the_standard_is_here_or_has_its_reason() -> None:
    """Each code that can be checked is implemented; what the schemas hold, and TR056, have their reason."""
    implemented = {rule.code for rule in RULES}
    missing = {row["code"]: row["level"] for row in facts("rules.csv") if row["level"]}
    missing = {code: level for code, level in missing.items() if code not in implemented}
    assert set(missing.values()) <= ELSEWHERE.keys()
    # Whether an Identificatie is new is for a constraint of the database to say, which no simultaneous post slips by.
    assert {code for code, level in missing.items() if level != "berichtformaat (xsd)"} == {"TR056"}
    counted = [len([rule for rule in RULES if rule.level is level]) for level in Level]
    assert dict(zip(Level, counted, strict=True)) == {Level.INHOUD: 60, Level.OVERSTIJGEND: 53, Level.EXTERN: 4}


@needs_facts
@by_code
def test_a_rule_is_what_the_standard_says_of_it(rule: Rule) -> None:
    """Level and retourcode are those of the standard."""
    (row,) = [row for row in facts("rules.csv") if row["code"] == rule.code]
    assert (rule.level.value, rule.retourcode) == (row["level"], row["retourcode"])


@needs_facts
@by_code
def test_a_rule_applies_where_the_standard_says(rule: Rule) -> None:
    """The messages and classes that a rule is about are those that the standard names, no more and no less."""
    # TR342 is said of the JW325 as a whole; what it compares is in its DeclaratieAntwoord. TR374 is about no part.
    expected = {
        (row["message"], row["class"] or ("DeclaratieAntwoord" if rule.code == "TR342" else row["message"]))
        for row in facts("rules-per-element.csv")
        if row["code"] == rule.code
    }
    found = {(name, place.split("/")[0]) for name, places in places_of(rule).items() for place in places}
    assert found == expected


@by_code
def test_a_rule_speaks_to_its_reader(rule: Rule) -> None:
    """A rule has one sentence in Dutch, without its own code, and an example of wrong and of right."""
    assert rule.message[0].isupper()
    assert rule.message.endswith(".")
    assert ". " not in rule.message
    assert len(rule.message) < 160
    assert rule.code not in rule.message
    assert "0001" not in rule.message
    assert rule.wrong.endswith(".")
    assert rule.right.endswith(".")


@by_code
def test_a_rule_takes_what_it_is_given(rule: Rule) -> None:
    """The classes that a rule says it is about are those that its function takes, and its function bears its code."""
    assert rule.check.__name__ == rule.code.lower()
    hint = next(iter(get_type_hints(rule.check).values()))
    assert set(rule.on) == set(get_args(hint) or (hint,))


@by_code
def test_a_retourcode_exists(rule: Rule) -> None:
    """A retourcode is one of the standard's, but for some of a JW325; a rule is judged in a message that there is."""
    assert lists().meaning("LDT_RetourCode", rule.retourcode) or places_of(rule).keys() == {"JW325"}
    assert places_of(rule)
    assert places_of(rule).keys() <= BERICHTEN.keys()


@by_code
def test_source_follows_level(rule: Rule) -> None:
    """A rule's source is told by its level: outside lists, earlier messages, or the message alone, as for TR319."""
    expected = {Level.INHOUD: "rule", Level.EXTERN: "reference", Level.OVERSTIJGEND: "history"}
    assert rule.source == ("rule" if rule.code == "TR319" else expected[rule.level])
