"""Agreements as values: any message can be held against any of them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import resources
from gateway.errors import RuleFailedError
from gateway.exchange.agreement import Agreement, Situation, held_against
from gateway.exchange.agreement_checks import Pause, days_later, months_later
from gateway.ijw.dossier import Dossier
from gateway.ijw.elementen import elements
from gateway.services.agreement_file import KINDS
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.schemas import Schemas
from tests.exchange.agreed import awake, known, lists
from tests.rules.builders import BERICHTEN, DAY, GESTOPT, NIEUW, TOEGEWEZEN, add, copy
from tests.strategies import berichten

_TYPES = ("JW301", "JW305", "JW315", "JW317", "JW323")


@cache
def _codec() -> Codec:
    return Codec(Schemas(resources.schemas_dir()), lists().meaning)


@cache
def _every_agreement() -> tuple[Agreement, ...]:
    """Give all agreements of the tables that ship, each of them awake."""
    sleeping = {
        "DUURZAAM_1_JAAR": "45",
        "DYSLEXIE_DIAGNOSTIEK": "45A04",
        "DYSLEXIE_BEHANDELING": "45A04",
        "MEDICATIECONTROLE": "45",
        "MULTISYSTEEM_6_MAANDEN": "45A04",
        "TRAUMA_3_MAANDEN": "45A04",
        "CONSULTATIE": "45A04",
    }
    with TemporaryDirectory() as folder:
        book = awake(Path(folder), **{f"IJSSELLAND_{name}": product for name, product in sleeping.items()})
    return tuple({one.code: one for route in book.on(DAY) for one in route.agreements}.values())


def test_every_kind_of_check_is_in_the_tables_that_ship() -> None:
    """What is said below of all agreements is said of every kind."""
    kinds = {type(agreement.check).__name__ for agreement in _every_agreement()}
    assert len(kinds) == len(KINDS)


@pytest.mark.parametrize("message_type", _TYPES)
@given(data=st.data())
def test_any_message_can_be_held_against_them(message_type: str, data: st.DataObject) -> None:
    """Whatever dates and numbers a message has, what it breaks is found at places that are in it."""
    bericht = _codec().read(Document(data.draw(berichten(message_type)))).bericht
    assert bericht is not None
    dossier = known(TOEGEWEZEN, field="toewijzingen")
    places = {path for _, path in elements(bericht)}
    for known_before in (Dossier(), dossier, known(GESTOPT, field="stops")):
        for finding in held_against(_every_agreement(), Situation(bericht, frozenset(), known_before)):
            assert finding.source == "gateway"
            assert finding.path == finding.paths[0]
            assert all(path in places or path.rpartition("/")[0] in places for path in finding.paths)


def test_a_finding_names_each_place_once() -> None:
    """Of two products that break one agreement each is a finding of its own, at its own place."""
    (agreement,) = (one for one in _every_agreement() if one.code == "IJSSELLAND-STANDAARDBUDGET")
    wrong = copy(NIEUW, omvang=None, budget=123)
    message = add(BERICHTEN["JW317"], "client.verzoek.nieuwe_producten", wrong, copy(wrong, product=None))
    count = len(message.client.verzoek.nieuwe_producten)  # type: ignore[attr-defined]
    found = held_against([agreement], Situation(message))
    assert [finding.path for finding in found] == [
        f"/Bericht/Client/Verzoek/NieuweProducten/NieuwProduct[{number}]/Budget" for number in (count - 1, count)
    ]


def test_a_check_that_fails_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named by the agreement's code, and never reads as in order."""
    monkeypatch.setattr(Pause, "breaches", lambda *_: 1 / 0)
    agreement = Agreement("REGIO-EEN", "Zo is het.", "Stuk", Pause(8))
    with pytest.raises(RuleFailedError) as caught:
        held_against([agreement], Situation(BERICHTEN["JW305"]))
    assert caught.value.code == "REGIO-EEN"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 6), 24, date(2028, 5, 6)),
        (date(9999, 12, 1), 1, date.max),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    """The same day of a later month, or its last; there is no day after the last."""
    assert months_later(day, months) == expected


def test_days_later() -> None:
    """Days are counted as they come; there is no day after the last."""
    assert days_later(date(2026, 2, 27), 2) == date(2026, 3, 1)
    assert days_later(date(9999, 12, 30), 56) == date.max
