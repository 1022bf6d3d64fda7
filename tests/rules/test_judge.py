"""Judging a message: which elements are asked for, where a breach is, and what happens when a rule fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from time import process_time

import pytest
from msgspec.structs import replace

from gateway.errors import GatewayError, RuleFailedError
from gateway.ijw.bericht import Bericht, RetourHeader
from gateway.ijw.declaratie import JW323
from gateway.ijw.klasse import Klasse
from gateway.ijw.toewijzing import JW301, JW302
from gateway.ijw.typen import Referentie, TotaalBedragMetDC
from gateway.rules import judge as judge_module
from gateway.rules.judge import judge
from gateway.rules.rule import Breaches, Context, rule
from tests.rules.builders import (
    BERICHTEN,
    BSN,
    CONTACT,
    IDENTIFICATIE,
    JW301_,
    JW305_,
    JW317_,
    JW323_,
    JW325_,
    MUNICIPALITY,
    PRESTATIE,
    PROVIDER,
    TOEGEWEZEN,
    add,
    change,
)

DAY = date(2026, 5, 7)


@pytest.mark.parametrize("message_type", BERICHTEN)
def test_right_messages_break_nothing(message_type: str) -> None:
    """A message that is right has no findings."""
    assert judge(BERICHTEN[message_type]) == []


def test_a_finding_says_which_rule_what_is_right_and_where() -> None:
    """A finding has the rule's own code, its sentence, its retourcode, and the places."""
    (finding,) = judge(change(JW317_, "client.verzoek", nieuwe_producten=(), te_wijzigen_producten=()))
    assert finding.as_json() == {
        "source": "rule",
        "code": "TR353",
        "retourcode": "0001",
        "path": "/Bericht/Client/Verzoek",
        "paths": ["/Bericht/Client/Verzoek"],
        "line": None,
        "message": "Een verzoek om wijziging vraagt iets: minstens één te wijzigen of nieuw product.",
    }


def test_elements_are_numbered_where_siblings_share_a_name() -> None:
    """An element has a number when there are more of its name beside it, and only then."""
    wrong = replace(TOEGEWEZEN, toewijzing_nummer=2, ingangsdatum=date(2028, 1, 1), einddatum=date(2027, 1, 1))
    alone = change(JW301_, "client", toegewezen_producten=(wrong,))
    path = "/Bericht/Client/ToegewezenProducten/ToegewezenProduct"
    assert judge(alone)[0].path == f"{path}/Einddatum"
    assert judge(add(JW301_, "client.toegewezen_producten", wrong))[0].path == f"{path}[2]/Einddatum"


def test_findings_follow_the_message() -> None:
    """What is wrong is told in the order of the message, by code at one element."""
    bericht = change(JW301_, "client", bsn="999900007", contactgegevens=(replace(CONTACT, soort="04", adres=None),))
    bericht = change(bericht, "client.toegewezen_producten.0", reden_wijziging="01", budget=0)
    assert [finding.code for finding in judge(bericht)] == ["CS002", "TR061", "TR006", "CD077", "CD078", "CS336"]


def test_a_retourbericht_is_not_judged() -> None:
    """A retourbericht repeats what was judged before; it breaks nothing, however wrong its content."""
    header = RetourHeader(
        bericht_code=JW302.CODE,
        afzender=MUNICIPALITY,
        ontvanger=PROVIDER,
        bericht_identificatie=IDENTIFICATIE,
        identificatie_retour="2",
        dagtekening_retour=DAY,
    )
    client = change(JW301_.client, "", bsn="999900007")
    assert judge(JW301(header=JW301_.header, client=client))
    assert judge(JW302(header=header, client=client)) == []


def test_a_declaration_answer_is_judged() -> None:
    """A JW325 answers as well, but is judged, by the rules that are about it alone."""
    assert [finding.code for finding in judge(change(JW325_, "declaratie_antwoord.clienten.0", bsn="999900007"))] == [
        "CS002"
    ]
    # What the provider declared is not judged again: a tariff that is missing, a period of years ago.
    old = replace(PRESTATIE, product_tarief=None, geleverd_volume=0)
    assert judge(change(JW325_, "declaratie_antwoord.clienten.0", prestaties=(old,))) == []


def test_no_finding_repeats_a_personal_value() -> None:
    """Neither message nor path tells a BSN or a name."""
    bericht = change(change(JW301_, "client", bsn="999900007"), "client.naam", naam_gebruik="6")
    told = [str(finding.as_json()) for finding in judge(bericht)]
    assert told
    assert not any("999900007" in text or "Wit" in text for text in told)


def test_one_value_at_two_places_is_two_places() -> None:
    """A program may put the same value in a list twice; both places are told."""
    prestatie = JW305_.client.start_producten[0]
    (finding,) = judge(change(JW305_, "client", start_producten=(prestatie, prestatie)))
    path = "/Bericht/Client/StartProducten/StartProduct"
    assert finding.paths == (f"{path}[1]", f"{path}[2]")


def _with_rule(monkeypatch: pytest.MonkeyPatch, check: Callable[[Klasse, Context], Breaches]) -> None:
    broken = rule("TR999", on=JW323.Prestatie)(check)
    monkeypatch.setattr(judge_module, "RULES", (broken,))
    judge_module._plan.cache_clear()


def test_a_rule_that_fails_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that raises an exception stops the judging, with its code: never "valid", and never a finding."""

    def fail(_: Klasse, __: Context) -> Breaches:
        """Fail.

        Fout: x. Goed: y.
        """
        yield dict[str, Klasse]().popitem()[1]

    try:
        _with_rule(monkeypatch, fail)
        with pytest.raises(RuleFailedError, match="TR999") as caught:
            judge(JW323_)
    finally:
        monkeypatch.undo()
        judge_module._plan.cache_clear()
    assert caught.value.code == "TR999"
    assert isinstance(caught.value, GatewayError)
    assert isinstance(caught.value.__cause__, KeyError)
    assert BSN not in str(caught.value)


def _declaration(prestaties: int) -> Bericht:
    many = tuple(
        replace(PRESTATIE, product_referentie=Referentie(referentie_nummer=str(number)), toewijzing_nummer=number)
        for number in range(prestaties)
    )
    return change(
        JW323_,
        "declaratie",
        clienten=(JW323.Client(bsn=BSN, prestaties=many),),
        totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=24000 * prestaties, debet_credit="D"),
    )


@pytest.mark.parametrize("right", [True, False])
def test_twice_the_prestaties_are_twice_the_work(right: bool) -> None:
    """A declaration is judged in time that grows with its size and no faster, right or full of mistakes."""
    few, many = (bericht if right else _all_alike(bericht) for bericht in (_declaration(5_000), _declaration(20_000)))
    # Four times the work; what a busy machine adds is allowed for, what a square would add (sixteen times) is not.
    assert min(_seconds(many) for _ in range(3)) < 8 * min(_seconds(few) for _ in range(3))


def _all_alike(bericht: Bericht) -> Bericht:
    wrong = replace(PRESTATIE, product_tarief=None)
    count = len(bericht.declaratie.clienten[0].prestaties) if isinstance(bericht, JW323) else 0
    return change(bericht, "declaratie.clienten.0", prestaties=tuple(replace(wrong) for _ in range(count)))


def _seconds(bericht: Bericht) -> float:
    start = process_time()
    judge(bericht)
    return process_time() - start
