"""Messages that follow each other: a request, its answers, an allocation in versions, starts, stops, declarations."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any, Final, TypeVar, cast

from msgspec.structs import replace

from gateway.exchange.afwijzing import refusal_with_codes
from gateway.ijw.bericht import Bericht
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.finding import Finding
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Referentie
from gateway.ijw.verzoek import JW315, JW317, JW319
from tests.berichten import BSN, MUNICIPALITY, PROVIDER, answer_to, heenbericht

B = TypeVar("B", bound=Bericht)

NUMMER: Final = 300201
INGANG: Final = date(2026, 4, 1)
EINDE: Final = date(2026, 7, 14)
BEGIN: Final = date(2026, 4, 3)


def _made(kind: type[B], identificatie: str, day: date, sides: dict[str, Any]) -> B:
    between = {"provider": PROVIDER, "municipality": MUNICIPALITY, "bsn": BSN} | sides
    made = heenbericht(kind.TYPE, identificatie, **between)
    mark = replace(made.header.bericht_identificatie, dagtekening=day)
    return cast("B", replace(made, header=replace(made.header, bericht_identificatie=mark)))


def product(nummer: int = NUMMER, settled: date = INGANG, **changes: Any) -> JW301.ToegewezenProduct:
    """Make a version of an allocation, settled on a day."""
    (made,) = cast("JW301", heenbericht("JW301")).client.toegewezen_producten
    return replace(made, toewijzing_nummer=nummer, toewijzingsdatum=settled, toewijzingstijd=time(10), **changes)


def toewijzing(identificatie: str, *products: JW301.ToegewezenProduct, day: date = INGANG, **sides: Any) -> JW301:
    """Make a JW301 with these products, or one of its own."""
    made = _made(JW301, identificatie, day, sides)
    return replace(made, client=replace(made.client, toegewezen_producten=products or (product(),)))


def start(
    identificatie: str,
    begin: date = BEGIN,
    *,
    day: date | None = None,
    status: str = "1",
    nummer: int = NUMMER,
    **sides: Any,
) -> JW305:
    """Make a JW305 of a delivery that began on a day."""
    made = _made(JW305, identificatie, day or begin, sides)
    (one,) = made.client.start_producten
    one = replace(one, toewijzing_nummer=nummer, begindatum=begin, status_aanlevering=status)
    return replace(made, client=replace(made.client, start_producten=(one,)))


def stop_product(
    eind: date = EINDE, reden: str = "31", *, begin: date = BEGIN, status: str = "1", nummer: int = NUMMER
) -> JW307.StopProduct:
    """Make the stop of a delivery, for a while where the reason is 20."""
    (made,) = cast("JW307", heenbericht("JW307")).client.stop_producten
    return replace(
        made,
        toewijzing_nummer=nummer,
        begindatum=begin,
        einddatum=eind,
        reden_beeindiging=reden,
        status_aanlevering=status,
    )


def stop(identificatie: str, *stops: JW307.StopProduct, day: date | None = None, **sides: Any) -> JW307:
    """Make a JW307 with these stops, or a definite one."""
    stops = stops or (stop_product(),)
    made = _made(JW307, identificatie, day or max(each.einddatum for each in stops), sides)
    return replace(made, client=replace(made.client, stop_producten=stops))


def aanvraag(identificatie: str, reference: str, *, day: date = INGANG, **sides: Any) -> JW315:
    """Make a JW315 that asks for one product."""
    return _made(JW315, identificatie, day, sides | {"reference": reference})


def wijziging(identificatie: str, reference: str, *, day: date = INGANG, **sides: Any) -> JW317:
    """Make a JW317 that asks to change the allocation."""
    return _made(JW317, identificatie, day, sides | {"reference": reference})


def antwoord(
    identificatie: str, reference: str, reden: str | None = None, gemeente: str | None = None, **rest: Any
) -> JW319:
    """Make a JW319: looked into without a reason, rejected with one; reason 8 names another municipality."""
    made = _made(JW319, identificatie, rest.pop("day", INGANG), rest | {"reference": reference})
    other = JW319.Woonplaatsbeginsel(gemeente=gemeente) if gemeente else None
    changed = replace(
        made.antwoord,
        verzoek_antwoord="1" if reden else "2",
        reden_afwijzing_verzoek=reden,
        woonplaatsbeginsel=other,
    )
    return replace(made, antwoord=changed)


def declaratie(identificatie: str, reference: str = "RN001", **sides: Any) -> JW323:
    """Make a JW323 of April with one Prestatie."""
    made = _made(JW323, identificatie, date(2026, 5, 6), sides)
    (client,) = made.declaratie.clienten
    (prestatie,) = client.prestaties
    prestatie = replace(prestatie, product_referentie=Referentie(referentie_nummer=reference))
    declared = replace(
        made.declaratie, declaratie_nummer=f"D{identificatie}", clienten=(replace(client, prestaties=(prestatie,)),)
    )
    return replace(made, declaratie=declared)


def weigering(heen: Bericht, identificatie: str, path: str, code: str = "9063") -> Bericht:
    """Make the retourbericht, or the JW325, that refuses a message for one thing in it."""
    day = heen.header.bericht_identificatie.dagtekening + timedelta(days=1)
    answer = refusal_with_codes(heen, identificatie, day, [Finding("history", code, "", path, retourcode=code)])
    assert answer is not None
    return answer


def toekenning(heen: JW323, identificatie: str) -> JW325:
    """Make the JW325 that grants a declaration."""
    return cast("JW325", answer_to(heen, identificatie))
