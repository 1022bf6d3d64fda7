"""What is known of the clients of a declaration: the same in any order, and put in order once for each."""

from __future__ import annotations

from datetime import date
from time import process_time
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier
from gateway.ijw.toewijzing import JW301
from gateway.rules.history import History
from gateway.rules.judge import judge_against
from tests.rules.builders import BSN, JW323_, MAART, PRESTATIE, PRODUCT, change
from tests.rules.histories import dossier, fact, with_dossiers
from tests.rules.test_declaratie_historie import ALLOCATED, TOTAL, credit, debit, declaration

LATER: Final = debit("B", MAART, geleverd_volume=9)
FACTS: Final[list[JW323.Prestatie | JW301.ToegewezenProduct]] = [
    ALLOCATED,
    replace(ALLOCATED, toewijzingsdatum=date(2026, 4, 9), omvang=replace(TOTAL, volume=20)),
    replace(ALLOCATED, toewijzing_nummer=300202, product=PRODUCT),
    PRESTATIE,
    LATER,
    credit("C1", PRESTATIE),
    credit("C2", LATER),
]


@settings(max_examples=60)
@given(data=st.data())
def test_the_order_of_arrival_means_nothing(data: st.DataObject) -> None:
    """Any permutation of the facts gives the same findings (OP080)."""
    chosen = data.draw(st.lists(st.sampled_from(FACTS), max_size=7))
    facts = [fact(klasse, bericht=number) for number, klasse in enumerate(chosen)]
    answered = {feit.bericht for feit in facts if data.draw(st.booleans())}
    shuffled = data.draw(st.permutations(facts))
    bericht = declaration(debit("X", geleverd_volume=12), debit("Y", MAART), credit("Z", LATER))
    first, second = (
        with_dossiers({BSN: dossier(*order, toegekend=frozenset(answered))}) for order in (facts, shuffled)
    )
    assert judge_against(bericht, first) == judge_against(bericht, second)


def _large(clients: int, each: int) -> tuple[JW323, History]:
    """Make a declaration for many clients who all have declared as much before, and each credits a part of that."""
    bsns = [f"9{number:08}" for number in range(clients)]
    known: dict[str, Dossier] = {}
    named: list[JW323.Client] = []
    for client, bsn in enumerate(bsns):
        numbers = range(client * each, client * each + each)
        past = [debit(f"P{number}", MAART, toewijzing_nummer=number) for number in numbers]
        allocated = [replace(ALLOCATED, toewijzing_nummer=number) for number in numbers]
        known[bsn] = dossier(*allocated, *(fact(one, bericht=7) for one in past), toegekend=frozenset({UUID(int=7)}))
        now = [debit(f"N{number}", toewijzing_nummer=number, geleverd_volume=25) for number in numbers]
        taken_back = [credit(f"C{number}", one) for number, one in list(zip(numbers, past, strict=True))[::2]]
        named.append(JW323.Client(bsn=bsn, prestaties=(*now, *taken_back)))
    return change(JW323_, "declaratie", clienten=tuple(named)), with_dossiers(known)


def _seconds(large: tuple[JW323, History]) -> float:
    start = process_time()
    judge_against(*large)
    return process_time() - start


@pytest.mark.parametrize(("clients", "each"), [(400, 2), (2, 400)], ids=["many clients", "large dossiers"])
def test_twice_the_prestaties_are_twice_the_work(clients: int, each: int) -> None:
    """A declaration is judged against its history in time that grows with both, and no faster."""
    small = _large(clients, each)
    large = _large(clients * 4, each) if clients > each else _large(clients, each * 4)
    assert len(judge_against(*small)) == clients * each // 2
    # Four times the work; a square would be sixteen times.
    assert min(_seconds(large) for _ in range(2)) < 8 * min(_seconds(small) for _ in range(2))
