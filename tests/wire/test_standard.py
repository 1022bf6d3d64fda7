"""The list of all rules of the standard: the one that ships, and one that an operator brings."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gateway import resources
from gateway.errors import SchemaFolderError
from gateway.rules.standard import Place
from gateway.wire.standard import REGELPLAATSEN, REGELS, read_standard
from tests.facts import FACTS

needs_facts = pytest.mark.skipif(FACTS is None, reason="the facts of the standard are not here")


def facts(name: str) -> list[dict[str, str]]:
    """Read a list of the facts."""
    assert FACTS is not None
    with (FACTS / "ijw-3.2" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_facts
def test_the_shipped_list_equals_the_facts() -> None:
    """Every rule with its kind, level and retourcode, and every place where it applies."""
    standard = read_standard()
    assert {(rule.code, rule.kind, rule.level, rule.retourcode) for rule in standard.values()} == {
        (row["code"], row["kind"], row["level"], row["retourcode"]) for row in facts("rules.csv")
    }
    assert {(code, place) for code, rule in standard.items() for place in rule.places} == {
        (
            row["code"],
            Place(row["message"], row["class"], "/".join(filter(None, (row["element"], row["part"], row["subpart"])))),
        )
        for row in facts("rules-per-element.csv")
    }


@pytest.mark.parametrize("name", [REGELS, REGELPLAATSEN])
def test_the_shipped_list_names_its_source_and_date(name: str) -> None:
    """Each list begins with where it comes from and of which day it is."""
    path = resources.schemas_dir() / "iJW" / "3.2" / "reference" / name
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    assert first.startswith("# bron: ")
    assert second.startswith("# datum: ")


def test_a_list_of_one_s_own(tmp_path: Path) -> None:
    """A list in the folder replaces the one that ships; the other one does not go with it."""
    (tmp_path / REGELS).write_text("code,kind,level,retourcode\nTR018,Technische regel,,0001\n", encoding="utf-8")
    (rule,) = read_standard(tmp_path).values()
    assert (rule.code, rule.kind, rule.level, rule.retourcode) == ("TR018", "Technische regel", "", "0001")
    assert rule.places == (Place("JW307", "StopProduct", "Einddatum"),)


def test_a_code_twice(tmp_path: Path) -> None:
    """A rule is listed once; else the file and the line are told."""
    path = tmp_path / REGELS
    path.write_text("code,kind,level,retourcode\nTR018,Technische regel,,\nTR018,Conditie,,\n", encoding="utf-8")
    with pytest.raises(SchemaFolderError, match=r"regels\.csv, regel 3: .*TR018"):
        read_standard(tmp_path)
