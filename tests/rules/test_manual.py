"""The rules as people read them."""

from __future__ import annotations

from gateway.rules.manual import entry, manual, where
from gateway.rules.table import RULES
from tools.rules import PAGE

BY_CODE = {rule.code: rule for rule in RULES}


def test_the_page_is_the_one_that_the_code_gives() -> None:
    """docs/rules.md is up to date; `make rules` writes it."""
    assert PAGE.read_text(encoding="utf-8") == manual()


def test_every_rule_has_its_place_on_the_page() -> None:
    """Each rule has a heading to link to, and a line in the table above."""
    page = manual()
    assert all(f"\n## {code}\n" in page and f"](#{code.lower()})" in page for code in BY_CODE)


def test_an_entry_says_all_there_is_to_know() -> None:
    """A rule is written with its sentence, level, retourcode, places, and an example of wrong and right."""
    assert entry(BY_CODE["TR018"]).splitlines() == [
        "## TR018",
        "",
        "De Einddatum van een stop ligt op of na de Begindatum.",
        "",
        "- Niveau: bericht inhoud (xslt)",
        "- Retourcode: 0001",
        "- Waar: JW307 StopProduct",
        "- Fout: Begindatum 2026-04-03 en Einddatum 2026-04-02.",
        "- Goed: beide datums 2026-04-03.",
    ]
    assert "- Onze lezing: " in entry(BY_CODE["TR416"])


def test_places_are_written_by_message() -> None:
    """A rule of several messages names the classes of each; a data type is named with what has it."""
    assert where(BY_CODE["TR137"]) == (
        "JW323 Declaratie/DeclaratiePeriode, Prestatie/ProductPeriode; JW325 Prestatie/ProductPeriode"
    )
    assert where(BY_CODE["CD034"]) == "JW301 Contact"
