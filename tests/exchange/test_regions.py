"""The agreements of the other regions, each named after its source."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gateway.ijw.dossier import Dossier
from tests.exchange.agreed import book, broken, known
from tests.rules.builders import BERICHTEN, DAY, GESTART, GESTOPT, change, copy

_STOPPED = date(2026, 3, 2)
_TEMPORARY = copy(GESTOPT, einddatum=_STOPPED, reden_beeindiging="20")


@pytest.mark.parametrize(("weeks", "days", "late"), [(8, 0, False), (8, 1, True), (0, 1, False), (20, 0, True)])
def test_handreiking_casusregie_rijnmond_pause(weeks: int, days: int, late: bool) -> None:
    """A provider resumes within eight weeks after a temporary stop; a day later the claim has lapsed."""
    begin = _STOPPED + timedelta(weeks=weeks, days=days)
    start = change(BERICHTEN["JW305"], "client", start_producten=(copy(GESTART, begindatum=begin),))
    found = broken("RIJNMOND-PAUZE-8-WEKEN", start, municipality="0599", dossier=known(_TEMPORARY, field="stops"))
    assert [finding.path for finding in found] == (
        ["/Bericht/Client/StartProducten/StartProduct/Begindatum"] if late else []
    )


@pytest.mark.parametrize(
    "dossier",
    [
        Dossier(),
        known(copy(_TEMPORARY, reden_beeindiging="31"), field="stops"),
        known(copy(_TEMPORARY, toewijzing_nummer=1), field="stops"),
        known(_TEMPORARY, copy(_TEMPORARY, status_aanlevering="3"), field="stops"),
        known(_TEMPORARY, copy(_TEMPORARY, einddatum=DAY - timedelta(7)), field="stops"),
        known(copy(_TEMPORARY, einddatum=DAY + timedelta(7)), field="stops"),
    ],
)
def test_handreiking_casusregie_rijnmond_no_pause(dossier: Dossier) -> None:
    """Only the last temporary stop before the start, of the same allocation and not removed since, is a pause."""
    start = change(BERICHTEN["JW305"], "client", start_producten=(copy(GESTART, begindatum=DAY),))
    assert not broken("RIJNMOND-PAUZE-8-WEKEN", start, municipality="0599", dossier=dossier)
    removed = change(start, "client.start_producten.0", status_aanlevering="3")
    paused = known(_TEMPORARY, field="stops")
    assert not broken("RIJNMOND-PAUZE-8-WEKEN", removed, municipality="0599", dossier=paused)


def test_agreements_stay_in_their_region() -> None:
    """Every municipality of a region has the agreements of that region, and no other."""
    for route in book().on(DAY):
        prefix = {"IJsselland": "IJSSELLAND-", "Rijnmond": "RIJNMOND-"}.get(route.region)
        assert all(prefix and agreement.code.startswith(prefix) for agreement in route.agreements)
        assert bool(route.agreements) == bool(prefix)


def test_no_agreement_that_ships_refuses() -> None:
    """What regions agreed is advice, with its source."""
    for route in book().on(DAY):
        assert not any(agreement.refuses for agreement in route.agreements)
        assert all(agreement.source for agreement in route.agreements)
