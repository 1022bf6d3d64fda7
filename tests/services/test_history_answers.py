"""What contradicts earlier messages, from post to answer: the right code at the right class (IV028, IV087)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec import structs

from gateway.composition import Gateway
from gateway.exchange.afwijzing import technical_refusal
from gateway.ijw.bericht import Bericht, Kant
from gateway.ijw.berichten import ANTWOORD_MET
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.klasse import Klasse, velden
from gateway.ijw.typen import GeslotenPeriode
from gateway.rules.judge import judge
from gateway.rules.rule import Level
from gateway.rules.table import RULES
from gateway.services.caller import Caller
from gateway.services.drafting import Candidate
from gateway.services.settling import Accepted
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from tests.berichten import OTHER_PROVIDER, PROVIDER, answer_to, xml
from tests.gateways import GUARDED, LENIENT, PLAIN, Clock, accepted, caller_for, content_of, open_gateway, start_afresh
from tests.rules.builders import DAY, MAART, change, dated
from tests.services.history_cases import (
    ANSWER,
    CASES,
    DECLARATIE,
    DECLARED,
    ELSEWHERE,
    FIRST,
    ONE,
    ROOMY,
    Case,
    allocated,
    credit,
    debit,
    declared,
)

RIGHT = ("0200",)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose clock stands at noon of the day that the messages bear, for all tests here."""
    noon = Clock(datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC))
    opened = open_gateway(tmp_path_factory.mktemp("history"), clock=noon)
    yield opened
    opened.close()


@pytest.fixture
def embedded(opened: Gateway) -> Gateway:
    """Give that gateway without anything in it."""
    start_afresh(opened)
    return opened


@pytest.fixture
def everybody(embedded: Gateway) -> Caller:
    """Give somebody who may act for all."""
    return caller_for(embedded, PROVIDER, GUARDED, PLAIN, LENIENT)


def numbered(messages: Sequence[Bericht], municipality: str) -> Iterator[Bericht]:
    """Give messages with an Identificatie of their own, from or to a municipality."""
    for number, bericht in enumerate(messages, 1):
        side = "afzender" if bericht.AFZENDER is Kant.GEMEENTE else "ontvanger"
        own = change(bericht, "header", **{side: municipality})
        yield change(own, "header.bericht_identificatie", identificatie=f"M{number}")


def send(gateway: Gateway, caller: Caller, case: Case, municipality: str = GUARDED) -> MessageRow:
    """Send what was known, which is all right, and then the message of the case; give that as it is kept."""
    *known, last = numbered((*case.known, case.bericht), municipality)
    for bericht in known:
        row = accepted(gateway, caller, bericht).message
        assert (row.status, row.findings) == ("queued", ()), bericht.TYPE
    return accepted(gateway, caller, last).message


def answer_of(gateway: Gateway, row: MessageRow) -> Bericht | None:
    """Give the answer that the gateway made to a message."""
    waiting = gateway.services.queueing.waiting(row.sender, limit=100, types=[ANTWOORD_MET[row.type].TYPE])
    for answer in waiting:
        if answer.origin == "gateway":
            bericht = gateway.codec.read(Document(content_of(gateway, answer.id))).bericht
            header: Any = bericht and bericht.header
            named = header.declaratie_identificatie if isinstance(bericht, JW325) else header.bericht_identificatie
            if named.identificatie == row.identificatie:
                return bericht
    return None


def codes_in(element: Klasse, path: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each class that bears codes, with its codes."""
    for veld in velden(type(element)):
        value = getattr(element, veld.field)
        if veld.field == "retour_codes":
            yield path, value
        elif isinstance(value, Klasse):
            yield from codes_in(value, f"{path}/{veld.name}".lstrip("/"))
        elif veld.item and veld.item.klasse:
            for item in value:
                yield from codes_in(item, f"{path}/{veld.name}/{veld.item.name}")


def wrong_in(answer: Bericht) -> dict[str, tuple[str, ...]]:
    """Give the codes of an answer by class, without those that say that all is right."""
    return {path: codes for path, codes in codes_in(answer) if codes != RIGHT}


def test_every_rule_against_earlier_messages_has_a_case() -> None:
    """All of the level are in the table of cases, but for what cannot be answered so."""
    codes = {rule.code for rule in RULES if rule.level is Level.OVERSTIJGEND}
    assert {case.code for case in CASES} == codes - ELSEWHERE


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.bericht.TYPE}")
def test_enforced(embedded: Gateway, everybody: Caller, case: Case) -> None:
    """The message is taken, refused for this rule alone, and answered with its code at the class concerned."""
    row = send(embedded, everybody, case)
    assert [finding.code for finding in row.findings] == [case.code]
    assert (row.status, row.findings[0].source) == ("rejected", "history")
    answer = answer_of(embedded, row)
    assert answer is not None
    assert wrong_in(answer) == case.codes
    assert judge(answer) == []
    forward = embedded.services.queueing.waiting(row.recipient, limit=100, types=[ANTWOORD_MET[row.type].TYPE])
    assert row.id not in {message.id for message in forward}


def test_a_refused_message_counts_for_nothing(embedded: Gateway, everybody: Caller) -> None:
    """What breaks a rule may be sent again when what it missed has come."""
    (case,) = [case for case in CASES if case.code == "TR019"]
    send(embedded, everybody, case)
    (allocation,) = numbered([ONE], GUARDED)
    accepted(embedded, everybody, allocation)
    again = change(case.bericht, "header", ontvanger=GUARDED)
    row = accepted(embedded, everybody, change(again, "header.bericht_identificatie", identificatie="M9")).message
    assert (row.status, row.findings) == ("queued", ())


@pytest.mark.parametrize("case", DECLARATIE, ids=lambda case: case.code)
def test_a_declaration_is_granted_in_part(embedded: Gateway, everybody: Caller, case: Case) -> None:
    """Beside a Prestatie that is right only the wrong one is refused, and the amounts add up (TR342)."""
    good = debit("GOED", MAART, toewijzing_nummer=300299, volume=3)
    allocation = change(allocated(structs.replace(ROOMY, toewijzing_nummer=300299)), "client", bsn="999900055")
    bericht = case.bericht
    assert isinstance(bericht, JW323)
    total = bericht.declaratie.totaal_ingediend_bedrag
    signed = 4500 + (total.totaal_bedrag if total.debet_credit == "D" else -total.totaal_bedrag)
    together = change(
        bericht,
        "declaratie",
        clienten=(*bericht.declaratie.clienten, JW323.Client(bsn="999900055", prestaties=(good,))),
        totaal_ingediend_bedrag=structs.replace(
            total, totaal_bedrag=abs(signed), debet_credit="D" if signed >= 0 else "C"
        ),
    )
    row = send(embedded, everybody, replace(case, known=(allocation, *case.known), bericht=together))
    answer = answer_of(embedded, row)
    assert isinstance(answer, JW325)
    assert answer.declaratie_antwoord is not None
    assert wrong_in(answer) == case.codes
    assert judge(answer) == []
    if ANSWER in case.codes:
        assert row.status == "rejected"
        assert answer.declaratie_antwoord.totaal_toegekend_bedrag.totaal_bedrag == 0
    else:
        assert row.status == "queued"
        assert answer.declaratie_antwoord.totaal_toegekend_bedrag.totaal_bedrag == 4500
        assert [client.bsn for client in answer.declaratie_antwoord.clienten] == [bericht.declaratie.clienten[0].bsn]


def test_a_declaration_with_nothing_wrong_is_granted_in_full(embedded: Gateway, everybody: Caller) -> None:
    """Its answer has 8001 and no clients; a correction with its credit is granted too."""
    corrected = declared("DN002", credit("C", debit("A")), debit("B", volume=10))
    allocation, *declarations = numbered([ONE, FIRST, corrected], GUARDED)
    accepted(embedded, everybody, allocation)
    for declaration in declarations:
        answer = answer_of(embedded, accepted(embedded, everybody, declaration).message)
        assert isinstance(answer, JW325)
        assert wrong_in(answer) == {ANSWER: ("8001",)}
        assert judge(answer) == []


ADVISED = list({case.bericht.TYPE: case for case in reversed(CASES)}.values())


@pytest.mark.parametrize("case", ADVISED, ids=lambda case: f"{case.code}-{case.bericht.TYPE}")
def test_advised(embedded: Gateway, everybody: Caller, case: Case) -> None:
    """Where contradictions advise, the message goes on with the finding, and nothing is refused."""
    row = send(embedded, everybody, case, PLAIN)
    assert [finding.code for finding in row.findings] == [case.code]
    assert row.status == "queued"


def test_not_looked_at(embedded: Gateway, everybody: Caller) -> None:
    """Where a municipality wants no such checks there are no findings."""
    (case,) = [case for case in CASES if case.code == "TR019"]
    row = send(embedded, everybody, case, LENIENT)
    assert (row.status, row.findings) == ("queued", ())


@pytest.mark.parametrize(
    ("code", "field", "value"),
    [
        ("TR366", "product_referentie", debit("RN009").product_referentie),
        ("TR367", "geleverd_volume", 15),
        ("TR371", "", None),
        ("TR376", "", None),
    ],
)
def test_an_answer_is_compared_with_its_declaration(
    embedded: Gateway, everybody: Caller, code: str, field: str, value: object
) -> None:
    """A JW325 that says something else than was declared is taken, with the finding: nothing answers it."""
    allocation, declaration = numbered([ONE, FIRST], PLAIN)
    accepted(embedded, everybody, allocation)
    accepted(embedded, everybody, declaration)
    assert isinstance(declaration, JW323)
    total = declaration.declaratie.totaal_ingediend_bedrag
    fields: dict[str, Any] = {"retour_codes": ("9321",)} | ({field: value} if field else {})
    refused = structs.replace(debit("A"), **fields)
    body = JW325.DeclaratieAntwoord(
        declaratie_nummer="DN009" if code == "TR376" else "DN001",
        totaal_ingediend_bedrag=total,
        totaal_toegekend_bedrag=structs.replace(total, totaal_bedrag=0),
        clienten=(structs.replace(declaration.declaratie.clienten[0], prestaties=(refused,), retour_codes=RIGHT),),
        retour_codes=RIGHT,
    )
    answer = change(dated(answer_to(declaration, "A1"), DAY), "", declaratie_antwoord=body)
    if code == "TR371":
        answer = change(answer, "header.xsd_versie_declaratie", bericht_xsd_versie="1.0.1")
    row = accepted(embedded, everybody, answer).message
    assert [(finding.code, finding.retourcode is None) for finding in row.findings] == [
        (code, code in ("TR371", "TR376"))
    ]
    assert row.status == "queued"


def test_a_refused_declaration_is_gone_for_what_comes_with_its_answer(embedded: Gateway, everybody: Caller) -> None:
    """In one and the same transaction too it is no longer the latest one; the one before it is (TR318)."""
    february = GeslotenPeriode(begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28))
    declarations = [
        declared("DN001", debit("A", MAART), periode=MAART),
        declared("DN002", debit("B")),
        declared("DN003", debit("B", february), periode=february),
    ]
    allocation, *known, last = numbered(
        [allocated(structs.replace(ROOMY, ingangsdatum=february.begindatum)), *declarations], PLAIN
    )
    for bericht in (allocation, *known):
        accepted(embedded, everybody, bericht)
    refusal = technical_refusal(known[-1], "A1", DAY)
    assert refusal is not None
    prepared = [embedded.services.intake.prepare(Document(xml(one)), everybody) for one in (refusal, last)]
    results = embedded.services.intake.settle([one for one in prepared if isinstance(one, Candidate)])
    found = [result.message.findings for result in results if isinstance(result, Accepted)]
    assert [[finding.code for finding in findings] for findings in found] == [[], ["TR318"]]


def test_a_tariff_of_the_contract(embedded: Gateway) -> None:
    """A provider with a table of tariffs is held to it (TR418); elsewhere here the rule is off."""
    caller = caller_for(embedded, OTHER_PROVIDER, GUARDED)
    allocation, declaration = numbered([ONE, FIRST], GUARDED)
    accepted(embedded, caller, change(allocation, "header", ontvanger=OTHER_PROVIDER))
    row = accepted(embedded, caller, change(declaration, "header", afzender=OTHER_PROVIDER)).message
    assert [finding.code for finding in row.findings] == ["TR418"]
    answer = answer_of(embedded, row)
    assert answer is not None
    assert wrong_in(answer) == {DECLARED: ("0611",)}


def test_more_wrong_than_anyone_reads(embedded: Gateway, everybody: Caller) -> None:
    """Every wrong Prestatie is refused, also beyond those whose findings are kept to be read."""
    wrong = [debit(f"W{number}", toewijzing_nummer=number) for number in range(1, 1_101)]
    allocation, declaration = numbered([ONE, declared("DN001", *wrong, debit("GOED"))], GUARDED)
    accepted(embedded, everybody, allocation)
    row = accepted(embedded, everybody, declaration).message
    assert (row.status, {finding.code for finding in row.findings}, len(row.findings)) == ("queued", {"TR338"}, 1_000)
    answer = answer_of(embedded, row)
    assert isinstance(answer, JW325)
    assert answer.declaratie_antwoord is not None
    assert answer.declaratie_antwoord.totaal_toegekend_bedrag.totaal_bedrag == 24_000
    assert [len(client.prestaties) for client in answer.declaratie_antwoord.clienten] == [1_100]
    assert judge(answer) == []
