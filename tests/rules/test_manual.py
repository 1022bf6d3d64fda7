"""The rules as people read them."""

from __future__ import annotations

from gateway.ijw.codelijsten import FoutCode
from gateway.rules.elsewhere import FOLLOWED
from gateway.rules.manual import as_markdown, entries, fault_entry, manual, schema_entry
from gateway.rules.standard import Place, StandardRule, where
from gateway.rules.table import ELSEWHERE, RULES
from gateway.wire.standard import read_standard
from tools.rules import PAGE

STANDARD = read_standard()
ENTRIES = {entry.code: entry for entry in entries(STANDARD)}


def test_the_page_is_the_one_that_the_code_gives() -> None:
    """docs/rules.md is up to date; `make rules` writes it."""
    assert PAGE.read_text(encoding="utf-8") == manual(STANDARD)


def test_every_judged_rule_has_its_place_on_the_page() -> None:
    """Each rule has a heading to link to, and a line in the table above."""
    page = manual(STANDARD)
    assert all(f"\n## {rule.code}\n" in page and f"](#{rule.code.lower()})" in page for rule in RULES)


def test_every_other_rule_has_a_line_under_its_reason() -> None:
    """A rule that is not judged is a line in the table of its group, and each group begins with the reason."""
    page = manual(STANDARD)
    for code, rule in STANDARD.items():
        if not ENTRIES[code].judged:
            group = page.split(f"\n## {rule.level or rule.kind}\n")[1].split("\n## ")[0]
            assert ELSEWHERE[rule.level or rule.kind] in group
            assert f"\n| {code} | {rule.kind} | {rule.retourcode} | {where(rule.places)} |" in group


def test_there_is_an_entry_for_every_rule() -> None:
    """Every code of the standard is there once, sorted, and is judged when it is in the table of rules."""
    assert list(ENTRIES) == sorted(STANDARD.keys() | {rule.code for rule in RULES})
    assert {code for code, entry in ENTRIES.items() if entry.judged} == {rule.code for rule in RULES}


def test_an_entry_says_all_there_is_to_know() -> None:
    """A rule is written with its sentence, kind, level, retourcode, places, and an example of wrong and right."""
    assert as_markdown(ENTRIES["TR018"]).splitlines() == [
        "## TR018",
        "",
        "De Einddatum van een stop ligt op of na de Begindatum.",
        "",
        "- Soort: Technische regel",
        "- Niveau: bericht inhoud (xslt)",
        "- Retourcode: 0001",
        "- Waar: JW307 StopProduct/Einddatum",
        "- Fout: Begindatum 2026-04-03 en Einddatum 2026-04-02.",
        "- Goed: beide datums 2026-04-03.",
    ]
    assert dict(ENTRIES["TR416"].facts)["Onze lezing"]


def test_an_entry_of_a_rule_that_is_not_judged() -> None:
    """It says why not, where the rule applies, and how the gateway keeps to it; what it has not is left out."""
    assert as_markdown(ENTRIES["OP192"]).splitlines() == [
        "## OP192",
        "",
        ELSEWHERE["Bedrijfsregel"],
        "",
        "- Soort: Bedrijfsregel",
        "- Waar: JW301; JW305; JW307; JW315; JW317; JW319; JW323; JW325",
        f"- In de gateway: {FOLLOWED['OP192']}",
    ]


def test_a_kind_of_rule_that_the_gateway_does_not_know() -> None:
    """A list of an operator's own may hold another kind; its rules are told to be unknown."""
    (entry,) = (one for one in entries({"ZZ001": StandardRule("ZZ001", "Nieuw", "", "")}) if one.code == "ZZ001")
    assert "kent dit soort regel niet" in entry.sentence
    assert not entry.judged


def test_what_is_followed_is_not_judged() -> None:
    """How the gateway keeps to a rule is told only of rules that the standard has and the table has not."""
    assert STANDARD.keys() >= FOLLOWED.keys()
    assert not FOLLOWED.keys() & {rule.code for rule in RULES}


def test_the_schema_has_an_entry() -> None:
    """XSD stands for all rules that are in the schemas."""
    named = dict(schema_entry(STANDARD).facts)["Regels van de standaard"].split(", ")
    assert named == [code for code, rule in sorted(STANDARD.items()) if rule.level == "berichtformaat (xsd)"]


def test_a_fault_code_has_an_entry() -> None:
    """A fault code of the chain is told in one sentence."""
    assert fault_entry(FoutCode("BRS14", "Geen leesbare XML")).sentence == "Geen leesbare XML."


def test_places_are_written_by_message() -> None:
    """Places are named with their message; the message as a whole by its name alone."""
    places = (Place("JW301", "Contact", "Adres/Huis"), Place("JW301", "Client"), Place("JW305"))
    assert where(places) == "JW301 Contact/Adres/Huis, Client; JW305"
    assert where(()) == ""
