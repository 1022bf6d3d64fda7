"""What follows from the facts of a dossier, whatever order they came in."""

from __future__ import annotations

from datetime import date, time
from itertools import permutations
from uuid import UUID

import pytest

from gateway.ijw.dossier import Dossier, Feit, Verzoek, standing
from gateway.ijw.levering import JW305
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Product
from gateway.ijw.verzoek import JW319

APRIL = date(2026, 4, 1)


def start(status: str, day: int, number: int = 300201) -> Feit[JW305.StartProduct]:
    """Make a start, or the removal of one, of a message of April."""
    product = JW305.StartProduct(
        toewijzing_nummer=number, product=Product(categorie="45"), begindatum=APRIL, status_aanlevering=status
    )
    return Feit(UUID(int=day), APRIL.replace(day=day), f"M{day}", product)


def version(day: int, einddatum: date | None, message: int = 1) -> Feit[JW301.ToegewezenProduct]:
    """Make a version of an allocation that was settled on a day of April."""
    product = JW301.ToegewezenProduct(
        toewijzing_nummer=300201,
        toewijzingsdatum=APRIL.replace(day=day),
        toewijzingstijd=time(12),
        ingangsdatum=APRIL,
        einddatum=einddatum,
    )
    return Feit(UUID(int=message), APRIL.replace(day=day), f"M{message}", product)


@pytest.mark.parametrize(
    ("deliveries", "stands"),
    [
        ([("1", 1)], True),
        ([("1", 1), ("3", 5)], False),
        ([("1", 1), ("3", 1)], False),
        ([("1", 1), ("3", 5), ("1", 5)], True),
        ([("1", 1), ("3", 5), ("1", 8)], True),
        ([("1", 1), ("1", 2), ("3", 3)], False),
        ([("1", 1), ("1", 2), ("3", 3), ("1", 4), ("3", 4)], False),
        ([("1", 1), ("1", 2), ("3", 3), ("1", 4)], True),
        ([("3", 5)], False),
        ([("3", 1), ("3", 2), ("1", 5), ("3", 5), ("1", 5)], True),
    ],
    ids=lambda value: "-".join(f"{status}@{day}" for status, day in value) if isinstance(value, list) else "",
)
def test_a_removal_undoes_what_came_before_it(deliveries: list[tuple[str, int]], stands: bool) -> None:
    """What is delivered and removed is gone, what is delivered after that is there, in any order of arrival."""
    for order in permutations(deliveries):
        assert bool(standing([start(*delivery) for delivery in order])) is stands


def test_keys_stand_for_themselves() -> None:
    """A removal of one allocation's start leaves that of another."""
    found = standing([start("1", 1, 1), start("1", 1, 2), start("3", 2, 1)])
    assert [feit.klasse.toewijzing_nummer for feit in found] == [2]


def test_the_latest_version_is_the_one_settled_last() -> None:
    """The moment that the municipality settled an allocation decides, not its place (IV013)."""
    early, late = version(1, None), version(9, date(2026, 12, 31), message=2)
    for order in permutations([early, late]):
        dossier = Dossier(toewijzingen=order)
        assert dossier.toewijzing(300201) == late
        assert dossier.latest_toewijzingen() == [late]
    assert Dossier().toewijzing(300201) is None


def test_refused_messages_count_for_nothing() -> None:
    """What a retourbericht refused is left out."""
    refused = version(9, date(2026, 12, 31), message=2)
    dossier = Dossier(toewijzingen=(version(1, None), refused), geweigerd=frozenset({refused.bericht}))
    assert dossier.counting.toewijzing(300201) == version(1, None)


def antwoord(verzoek_antwoord: str) -> Feit[JW319.Antwoord]:
    """Make an answer to a request."""
    return Feit(UUID(int=5), APRIL, "M5", JW319.Antwoord(referentie_aanbieder="R1", verzoek_antwoord=verzoek_antwoord))


@pytest.mark.parametrize(
    ("verzoek", "is_open"),
    [
        (Verzoek("R1", "0384"), True),
        (Verzoek("R1", "0384", antwoorden=(antwoord("2"),)), True),
        (Verzoek("R1", "0384", antwoorden=(antwoord("2"), antwoord("1"))), False),
        (Verzoek("R1", "0384", toegewezen=(version(1, None),)), False),
        (Verzoek("R1", "0384", afgehandeld=True), False),
        (Verzoek("R1", "0384", antwoorden=(antwoord("2"),), afgehandeld=True), True),
        (Verzoek("R1", "0384", antwoorden=(antwoord("1"),), afgehandeld=True), False),
    ],
)
def test_a_request_is_open_until_it_is_allocated_or_refused(verzoek: Verzoek, is_open: bool) -> None:
    """Looking into it leaves a request open; an allocation, a refusal, or people who handled it outside close it."""
    assert verzoek.open is is_open
