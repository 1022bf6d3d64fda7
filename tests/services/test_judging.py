"""Messages that break a rule, or contradict a list: kept, answered, and not delivered."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from gateway.api.receipts import leased, receipt
from gateway.composition import Gateway
from gateway.errors import RuleFailedError
from gateway.exchange.refusal import Refused
from gateway.ijw.bericht import Bericht
from gateway.ijw.levering import JW306
from gateway.ijw.verzoek import JW316
from gateway.services.caller import Caller
from gateway.store.lifecycle_tables import rebuild
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from tests.berichten import BSN, MUNICIPALITY, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht, post_of, xml
from tests.gateways import (
    IMPATIENT,
    LENIENT,
    OWN_PRODUCT,
    PLAIN,
    STRICT,
    Clock,
    accepted,
    admin_of,
    caller_for,
    content_of,
    refused,
)
from tests.rules.builders import CATEGORY, change

_WRONG = post_of("JW305").replace(b"StatusAanlevering>1<", b"StatusAanlevering>2<")


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give a provider's caller."""
    return caller_for(gateway, PROVIDER)


def waiting(gateway: Gateway, party: str) -> list[MessageRow]:
    """Give what waits for a party."""
    return gateway.services.queueing.waiting(party, limit=10, types=[])


def read(gateway: Gateway, row: MessageRow) -> Bericht:
    """Read a message that is kept."""
    bericht = gateway.codec.read(Document(content_of(gateway, row.id))).bericht
    assert bericht is not None
    return bericht


def test_a_broken_rule_is_answered(gateway: Gateway, provider: Caller) -> None:
    """A message that breaks a rule is kept as rejected, goes no further, and its sender gets a header with 0001."""
    refusal = refused(gateway, provider, _WRONG)
    assert (refusal.kind, refusal.code) == (Refused.RULES_VIOLATED, "BRS28")
    assert [(found.source, found.code, found.retourcode) for found in refusal.findings] == [("rule", "CS058", "0001")]
    assert refusal.findings[0].line == _WRONG.count(b"\n", 0, _WRONG.index(b"Aanlevering>2<")) + 1
    assert refusal.message_id is not None
    detail = gateway.services.inquiry.detail(refusal.message_id, admin_of(gateway))
    assert detail is not None
    assert (detail.message.status, detail.message.findings) == ("rejected", refusal.findings)
    assert [happening.kind for happening in detail.timeline] == ["accepted", "rejected", "answered"]
    assert not waiting(gateway, MUNICIPALITY)
    (retour,) = waiting(gateway, PROVIDER)
    assert (retour.type, retour.answers, retour.origin) == ("JW306", refusal.message_id, "gateway")
    assert retour.identificatie.startswith("GW")
    answer = read(gateway, retour)
    assert isinstance(answer, JW306)
    assert (answer.header.retour_codes, answer.header.xslt_versie, answer.client) == (("0001",), None, None)


def test_a_broken_rule_is_answered_the_same_again(gateway: Gateway, provider: Caller) -> None:
    """The same bytes give the same refusal and no second answer; other bytes find the Identificatie used."""
    first = refused(gateway, provider, _WRONG)
    assert refused(gateway, provider, _WRONG) == first
    assert len(waiting(gateway, PROVIDER)) == 1
    assert refused(gateway, provider, post_of("JW305")).kind is Refused.IDENTIFICATIE_USED


def test_a_rejected_declaration_is_answered_by_a_jw325(gateway: Gateway, provider: Caller) -> None:
    """A JW323 that breaks a rule is answered by the header of a JW325 with 0001 (IV087)."""
    wrong = post_of("JW323").replace(b">24000</ijw:TotaalBedrag>", b">24001</ijw:TotaalBedrag>")
    assert [found.code for found in refused(gateway, provider, wrong).findings] == ["TR358"]
    (answer,) = waiting(gateway, PROVIDER)
    assert answer.type == "JW325"
    assert read(gateway, answer).header.retour_codes == ("0001",)  # type: ignore[union-attr]


def test_a_rejected_request_asks_nothing(gateway: Gateway, provider: Caller) -> None:
    """An answer to a request that was rejected belongs to no message: the request was never made."""
    municipality = caller_for(gateway, MUNICIPALITY)
    wrong = xml(heenbericht("JW317", reference="V1")).replace(b"2026-12-31", b"2026-01-01")
    assert refused(gateway, provider, wrong).kind is Refused.RULES_VIOLATED
    answer = accepted(gateway, municipality, heenbericht("JW319", reference="V1"))
    detail = gateway.services.inquiry.detail(answer.message.id, admin_of(gateway))
    assert detail is not None
    assert detail.related == []


def test_a_retourbericht_is_not_judged(gateway: Gateway, provider: Caller) -> None:
    """A retourbericht repeats a message that was judged before, and is taken."""
    heen = heenbericht("JW305")
    accepted(gateway, provider, heen)
    accepted(gateway, caller_for(gateway, MUNICIPALITY), answer_to(heen))


@pytest.mark.parametrize(
    ("municipality", "status", "codes"),
    [(PLAIN, "queued", ["TR135"]), (LENIENT, "queued", []), (STRICT, "rejected", ["TR135"])],
)
def test_a_date_to_come(gateway: Gateway, clock: Clock, municipality: str, status: str, codes: list[str]) -> None:
    """What contradicts the day or a list is told, left alone or refused, as the municipality chose; it is taken."""
    provider = caller_for(gateway, PROVIDER)
    clock.now -= timedelta(days=clock.now.timetuple().tm_yday)  # in the year before the message
    taken = accepted(gateway, provider, heenbericht("JW305", municipality=municipality))
    assert (taken.new, taken.message.status) == (True, status)
    assert [found.code for found in taken.message.findings if found.source == "reference"] == codes
    assert bool(waiting(gateway, municipality)) == (status == "queued")
    answers = waiting(gateway, PROVIDER)
    assert [read(gateway, row).header.retour_codes for row in answers] == (  # type: ignore[union-attr]
        [("8848",)] if status == "rejected" else []
    )


def test_a_rule_that_fails_judges_nothing(gateway: Gateway, provider: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that cannot be judged is our failure: it is raised, and nothing is kept."""

    def fail(*_: object) -> None:
        raise RuleFailedError("CS058")

    monkeypatch.setattr("gateway.services.judging.judge", fail)
    with pytest.raises(RuleFailedError):
        accepted(gateway, provider, post_of("JW305"))
    monkeypatch.undo()
    assert accepted(gateway, provider, post_of("JW305")).new


@pytest.mark.parametrize(
    ("municipality", "first_day", "codes"),
    [
        (STRICT, "2026-04-01", []),
        (STRICT, "2026-05-01", ["TR381"]),
        (STRICT, "2026-03-31", ["TR381"]),
        (PLAIN, "2026-04-01", ["TR381"]),
        (LENIENT, "2026-04-01", []),
    ],
)
def test_a_product_of_a_municipality_s_own(
    gateway: Gateway, provider: Caller, municipality: str, first_day: str, codes: list[str]
) -> None:
    """A code of the municipality's own is right there while it holds, posted or only checked; nowhere else."""
    message = xml(heenbericht("JW315", municipality=municipality)).replace(b"45A04", OWN_PRODUCT.encode())
    message = message.replace(b"ToewijzingIngangsdatum>2026-04-01<", f"ToewijzingIngangsdatum>{first_day}<".encode())
    _, checked = gateway.services.intake.read(Document(message))
    kept = accepted(gateway, provider, message).message
    assert [found.code for found in checked.findings] == [found.code for found in kept.findings] == codes
    assert kept.status == ("rejected" if codes and municipality == STRICT else "queued")


def _for_budget(municipality: str, cents: int, until: str = "2026-12-31") -> bytes:
    """Make a JW315 that asks for a budget."""
    omvang = re.compile(rb"<ijw315:Omvang>.*?</ijw315:Omvang>|<jw315:Omvang>.*?</jw315:Omvang>", re.DOTALL)
    message = xml(heenbericht("JW315", municipality=municipality)).replace(b"2026-12-31", until.encode())
    message, count = omvang.subn(f"<jw315:Budget>{cents}</jw315:Budget>".encode(), message)
    assert count == 1
    return message.replace(b"<jw315:Code>45A04</jw315:Code>", b"").replace(b"<ijw:Code>45A04</ijw:Code>", b"")


@pytest.mark.parametrize(("cents", "codes"), [(100_000, []), (150_000, ["PROEF-BUDGET"])])
def test_an_agreement_is_advice(gateway: Gateway, provider: Caller, cents: int, codes: list[str]) -> None:
    """A message that breaks an agreement of the region is delivered, and both sides see why it is a point to raise."""
    message = _for_budget(PLAIN, cents)
    kept = accepted(gateway, provider, message).message
    assert [finding.code for finding in kept.findings] == codes
    assert kept.status == "queued"
    (queued,) = waiting(gateway, PLAIN)
    assert queued.findings == kept.findings
    if codes:
        (finding,) = kept.findings
        assert (finding.source, finding.retourcode) == ("gateway", None)
        assert b"<jw315:Budget>" in message.splitlines()[(finding.line or 0) - 1]
        assert not waiting(gateway, PROVIDER)


def test_an_agreement_that_refuses(gateway: Gateway, provider: Caller) -> None:
    """Where the table says so a message is refused, with the code of the table at the class concerned."""
    kept = accepted(gateway, provider, _for_budget(IMPATIENT, 100_000, "2027-04-01")).message
    assert (kept.status, [finding.code for finding in kept.findings]) == ("rejected", ["PROEF-WEIGERT"])
    assert not waiting(gateway, IMPATIENT)
    (retour,) = waiting(gateway, PROVIDER)
    answer = read(gateway, retour)
    assert isinstance(answer, JW316)
    assert answer.client is not None
    assert answer.client.aangevraagde_producten[0].retour_codes == ("0233",)
    accepted(gateway, provider, xml(heenbericht("JW315", "2", municipality=IMPATIENT)))


def _allocated(budget: int, bsn: str = BSN) -> Bericht:
    """Make a JW301 with a budget for the other provider."""
    heen = heenbericht("JW301", provider=OTHER_PROVIDER, bsn=bsn)
    return change(heen, "client.toegewezen_producten.0", product=CATEGORY, omvang=None, budget=budget)


@pytest.mark.parametrize(
    ("allocated", "codes"),
    [
        (_allocated(100_000), ["PROEF-EEN"]),
        (_allocated(200_000), []),
        (_allocated(100_000, "999900018"), []),
        (None, []),
    ],
)
def test_what_other_providers_do_is_the_municipality_s(
    gateway: Gateway, provider: Caller, allocated: Bericht | None, codes: list[str]
) -> None:
    """A second budget at another provider is told to the municipality, and never to the provider that asks."""
    municipality = caller_for(gateway, MUNICIPALITY)
    if allocated:
        accepted(gateway, municipality, allocated)
    message = _for_budget(PLAIN, 100_000, "2026-05-31")
    first, again = (accepted(gateway, provider, message).message for _ in range(2))
    assert [[finding.code for finding in kept.private] for kept in (first, again)] == [codes, codes]
    assert (first.findings, again.findings) == ((), ())
    found = gateway.services.inquiry.detail(first.id, municipality)
    assert found is not None
    for reader, seen in ((provider, []), (municipality, codes), (admin_of(gateway), codes)):
        assert [one["code"] for one in receipt(found.message, reader)["findings"]] == seen
    (lease,) = gateway.services.queueing.lease(PLAIN, municipality, limit=1, seconds=60, types=["JW315"])
    assert [one["code"] for one in leased(lease, municipality)["message"]["findings"]] == codes


def test_a_pause_that_is_too_long(gateway: Gateway, provider: Caller) -> None:
    """What an agreement asks of earlier messages is seen in the client's dossier."""
    stop = change(heenbericht("JW307"), "client.stop_producten.0", reden_beeindiging="20", einddatum=date(2026, 4, 10))
    accepted(gateway, caller_for(gateway, MUNICIPALITY), heenbericht("JW301"))
    accepted(gateway, provider, heenbericht("JW305", "1"))
    accepted(gateway, provider, stop)
    for number, day, codes in (("2", date(2026, 6, 5), []), ("3", date(2026, 6, 6), ["PROEF-PAUZE"])):
        start = change(heenbericht("JW305", number), "client.start_producten.0", begindatum=day)
        kept = accepted(gateway, provider, start).message
        assert [finding.code for finding in kept.findings if finding.source == "gateway"] == codes


def test_half_a_dossier_is_no_reason(gateway: Gateway, provider: Caller) -> None:
    """As long as dossiers are being made anew, only what the message itself tells is advised upon."""
    municipality = caller_for(gateway, MUNICIPALITY)
    accepted(gateway, municipality, _allocated(100_000))
    with gateway.database.write() as connection:
        connection.execute(insert(rebuild).values(id=1, step="waiting"))
    kept = accepted(gateway, provider, _for_budget(PLAIN, 100_000, "2026-05-31")).message
    assert (kept.findings, kept.private) == ((), ())
    wrong = _for_budget(PLAIN, 150_000).replace(b">1</ijw:Identificatie>", b">2</ijw:Identificatie>")
    assert [finding.code for finding in accepted(gateway, provider, wrong).message.findings] == ["PROEF-BUDGET"]


def test_a_broken_rule_comes_before_an_agreement(gateway: Gateway, provider: Caller) -> None:
    """A message that is refused by the standard is not also told what the region agreed."""
    wrong = (
        _for_budget(PLAIN, 150_000).replace(b"Geboortedatum>", b"Geboortedatum>").replace(b"2010-02-14", b"1880-01-01")
    )
    assert {finding.source for finding in refused(gateway, provider, wrong).findings} == {"rule"}


def test_an_agreement_that_cannot_be_judged(
    gateway: Gateway, provider: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our failure: nothing is kept, and the log has the code of the agreement."""

    def fails(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("gateway.exchange.agreement_checks.AllowedBudgets.breaches", fails)
    with pytest.raises(RuleFailedError) as caught:
        accepted(gateway, provider, _for_budget(PLAIN, 100_000))
    assert caught.value.code == "PROEF-BUDGET"
    assert not waiting(gateway, PLAIN)
