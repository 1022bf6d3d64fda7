"""`rules`: the rules of the standard on the command line."""

from gateway.rules.table import RULES
from gateway.wire.standard import read_standard
from tests.cli.conftest import Run


def test_lists_all_rules(run: Run) -> None:
    """Without a code every rule of the standard is a line: code, whether it is judged, retourcode, sentence."""
    ran = run("rules")
    assert ran.code == 0
    assert ran.lines[0] == "Code\tGetoetst\tRetourcode\tRegel"
    assert [line.split("\t")[0] for line in ran.lines[1:]] == sorted(read_standard())
    judged = [f"{rule.code}\tja\t{rule.retourcode or 'geen'}\t{rule.message}" for rule in RULES]
    assert [line for line in ran.lines[1:] if "\tja\t" in line] == judged


def test_shows_one_rule(run: Run) -> None:
    """With a code, in any case, all there is to know of it."""
    ran = run("rules", "tr018")
    assert ran.code == 0
    assert ran.lines[0] == "## TR018"
    assert "- Waar: JW307 StopProduct/Einddatum" in ran.lines


def test_shows_a_rule_that_is_not_judged(run: Run) -> None:
    """Of a rule without a check, and of what else a finding may name, it tells what it is."""
    assert "- Soort: Invulinstructie" in run("rules", "IV008").lines
    assert "- Soort: Foutcode van de keten" in run("rules", "BRS14").lines
    assert run("rules", "XSD").lines[0] == "## XSD"


def test_shows_an_agreement_of_a_region(run: Run) -> None:
    """Of a code of a region it tells where that is agreed, for whom, and what comes of it."""
    lines = run("rules", "IJSSELLAND-BUDGET-5").lines
    assert lines[0] == "## IJSSELLAND-BUDGET-5"
    assert "- Bron: Regionaal Toegangsprotocol RSJ IJsselland 2.0" in lines
    assert "- Gevolg: advies; weigert niets" in lines


def test_an_unknown_rule(run: Run) -> None:
    """A code that the standard does not have is a mistake of who asks."""
    ran = run("rules", "TR999")
    assert ran.code == 2
    assert "TR999" in ran.err
