"""`rules`: the table of rules on the command line."""

from gateway.rules.table import RULES
from tests.cli.conftest import Run


def test_lists_all_rules(run: Run) -> None:
    """Without a code every rule is a line: code, retourcode, sentence."""
    ran = run("rules")
    assert ran.code == 0
    assert ran.lines == [
        "Code\tRetourcode\tRegel",
        *(f"{rule.code}\t{rule.retourcode}\t{rule.message}" for rule in RULES),
    ]


def test_shows_one_rule(run: Run) -> None:
    """With a code, in any case, all there is to know of it."""
    ran = run("rules", "tr018")
    assert ran.code == 0
    assert ran.lines[0] == "## TR018"
    assert "- Waar: JW307 StopProduct" in ran.lines


def test_an_unknown_rule(run: Run) -> None:
    """A code that is not checked is a mistake of who asks."""
    ran = run("rules", "TR349")
    assert ran.code == 2
    assert "TR349" in ran.err
