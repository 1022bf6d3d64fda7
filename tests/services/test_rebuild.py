"""Making anew what follows from the messages: the same as when they were taken."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from gateway.composition import Gateway
from gateway.services import rebuild as module
from gateway.store import lifecycle_tables as tables
from tests.berichten import OTHER_BSN, PROVIDER
from tests.gateways import ANSWERING, MANUAL, PLAIN, accepted, caller_for
from tests.services.books import allocations, dossiers, requests
from tests.verloop import (
    aanvraag,
    antwoord,
    declaratie,
    product,
    start,
    stop,
    toekenning,
    toewijzing,
    weigering,
    wijziging,
)


def everything(gateway: Gateway) -> Any:
    """Read all that follows from the messages, row by row."""
    with gateway.database.read() as connection:
        plain = [
            sorted(map(tuple, connection.execute(select(table)).all()), key=str)
            for table in (tables.declaration, tables.prestatie_reference)
        ]
    return plain, dossiers(gateway), allocations(gateway), requests(gateway)


@pytest.fixture
def full(gateway: Gateway) -> Gateway:
    """Give a gateway in which a lot went on."""
    everybody = caller_for(gateway, PROVIDER, PLAIN, MANUAL, ANSWERING)
    refused, declared, other = start("S0"), declaratie("D1", "RN1"), declaratie("D2", "RN2")
    for message in (
        aanvraag("V1", "R1"),
        antwoord("A1", "R1"),
        toewijzing("T1", product(referentie_aanbieder="R1")),
        refused,
        weigering(refused, "W1", "/Bericht/Client/StartProducten/StartProduct"),
        start("S1"),
        declared,
        other,
        toekenning(declared, "A2"),
        weigering(other, "A3", "/Bericht/Declaratie/DeclaratieNummer", "9333"),
        declaratie("D3", "RN3", municipality=ANSWERING),
        stop("E1"),
        aanvraag("V2", "R2", bsn=OTHER_BSN),
        antwoord("A4", "R2", "4"),
        antwoord("A5", "R9"),
        wijziging("V3", "R3", municipality=MANUAL),
        wijziging("V4", "R4", municipality=MANUAL, bsn=OTHER_BSN),
        antwoord("A6", "R4", municipality=MANUAL),
    ):
        accepted(gateway, everybody, message)
    return gateway


def test_the_same_comes_out(full: Gateway) -> None:
    """Every dossier, allocation, request and declaration is the same, with the same id."""
    before = everything(full)
    (*_, report) = full.rebuild.run()
    assert everything(full) == before
    assert (report.done, report.without_content) == (report.total, 0)
    assert not full.rebuild.needed()


@pytest.mark.parametrize("steps", [1, 3, 8])
def test_it_goes_on_where_it_was_stopped(full: Gateway, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Stopped halfway, and with a message taken meanwhile, it ends the same; until then nothing is judged."""
    monkeypatch.setattr(module, "_BATCH", 2)
    before = everything(full)
    going = full.rebuild.run()
    for _ in range(steps):
        next(going)
    assert full.rebuild.needed()
    assert "lifecycle" in {part.name for part in full.services.watch.health().parts}
    going.close()  # type: ignore[attr-defined]
    everybody = caller_for(full, PROVIDER, PLAIN)
    again = accepted(full, everybody, start("S1X"))
    assert again.message.findings == ()
    for _ in full.rebuild.run():
        pass
    plain, files, found, asked = everything(full)
    assert (plain, asked) == (before[0], before[3])
    assert {len(dossier.starts) for dossier in files} == {0, 3}
    assert found == before[2]
    assert "TR074" in {one.code for one in accepted(full, everybody, start("S1Y")).message.findings}


def test_a_gateway_from_before_has_to_make_it(full: Gateway) -> None:
    """What was never made is made from the messages; a gateway that has it all is left alone until then."""
    before = everything(full)
    with full.database.write() as connection:
        for table in (tables.prestatie_reference, tables.declaration, tables.request, tables.allocation):
            connection.execute(table.delete())
        connection.execute(tables.dossier.delete())
        connection.execute(insert(tables.rebuild).values(id=1, step="waiting"))
    for _ in full.rebuild.run():
        pass
    plain, files, found, asked = everything(full)
    assert sorted(files, key=str) == sorted(before[1], key=str)
    assert {nummer: row.state for nummer, row in found.items()} == {
        nummer: row.state for nummer, row in before[2].items()
    }
    assert asked.keys() == before[3].keys()
    assert len(plain[0]) == len(before[0][0])
