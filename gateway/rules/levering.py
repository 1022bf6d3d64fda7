"""The TR rules of start and stop (JW305, JW307)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import TypeAlias, TypeVar

from gateway.ijw.codes import TIJDELIJK_BEEINDIGD, VERWIJDEREN
from gateway.ijw.dossier import Dossier, Feit, levering_key, nietig
from gateway.ijw.levering import JW305, JW307
from gateway.rules.history import HistoryContext
from gateway.rules.rule import Breaches, Context, Level, at, rule

_Client: TypeAlias = JW305.Client | JW307.Client
_Product: TypeAlias = JW305.StartProduct | JW307.StopProduct
P = TypeVar("P", bound=JW305.StartProduct | JW307.StopProduct)


@rule("TR018", on=JW307.StopProduct)
def tr018(product: JW307.StopProduct, _: Context) -> Breaches:
    """De Einddatum van een stop ligt op of na de Begindatum.

    Fout: Begindatum 2026-04-03 en Einddatum 2026-04-02. Goed: beide datums 2026-04-03.
    """
    if product.einddatum < product.begindatum:
        yield at(product, "einddatum", "begindatum")


@rule("TR019", on=_Client, about=_Product, retour="9019", level=Level.OVERSTIJGEND, absence=True)
def tr019(client: _Client, ctx: HistoryContext) -> Breaches:
    """Een start of stop met een ToewijzingNummer hoort bij een toewijzing van deze cliënt.

    Fout: ToewijzingNummer 300209, dat in geen JW301 voor deze cliënt stond. Goed: het nummer van de toewijzing.
    Lezing: Zonder ToewijzingNummer is de werkwijze taakgericht, en is er geen toewijzing (IV096). Een verwijderde
    toewijzing telt als niet verzonden (OP033x1). Wat zelf iets verwijdert wordt hierop niet getoetst (TR063).
    """
    dossier = ctx.history.dossier(client.bsn)
    numbers = {feit.klasse.toewijzing_nummer for feit in dossier.latest_toewijzingen() if not nietig(feit.klasse)}
    for product in _delivered(_producten(client)):
        if product.toewijzing_nummer is not None and product.toewijzing_nummer not in numbers:
            yield at(product, "toewijzing_nummer")


@rule("TR063", on=_Client, about=_Product, retour="9063", level=Level.OVERSTIJGEND, absence=True)
def tr063(client: _Client, ctx: HistoryContext) -> Breaches:
    """Wat met StatusAanlevering 3 wordt verwijderd, is eerder met dezelfde sleutel aangeleverd.

    Fout: een start van 3 april verwijderen die nooit is gemeld. Goed: een start van 3 april die er is.
    Lezing: Wat al is verwijderd telt als niet verzonden (OP033), en is niet nog een keer te verwijderen.
    """
    known = _known_keys(client, ctx.history.dossier(client.bsn))
    for product in _producten(client):
        if product.status_aanlevering == VERWIJDEREN and levering_key(product) not in known:
            yield at(product, "status_aanlevering")


@rule("TR071", on=JW305.Client, about=JW305.StartProduct, retour="9071", level=Level.OVERSTIJGEND)
def tr071(client: JW305.Client, ctx: HistoryContext) -> Breaches:
    """Een start die is gevolgd door een stop wordt niet meer verwijderd.

    Fout: StatusAanlevering 3 voor een start waarvan de stop is gemeld. Goed: eerst de stop verwijderen.
    Lezing: Ook een tijdelijke stop is een stop.
    """
    stopped = _stopped(ctx.history.dossier(client.bsn))
    for product in client.start_producten:
        if product.status_aanlevering == VERWIJDEREN and levering_key(product) in stopped:
            yield at(product, "status_aanlevering")


@rule("TR074", on=_Client, about=_Product, retour="9074", level=Level.OVERSTIJGEND)
def tr074(client: _Client, ctx: HistoryContext) -> Breaches:
    """Een eerste aanlevering (StatusAanlevering 1) heeft een sleutel die nog niet eerder is aangeleverd.

    Fout: twee keer dezelfde start melden. Goed: de eerste verwijderen, en daarna opnieuw melden.
    Lezing: Wat is verwijderd telt als niet verzonden (OP033). Dubbel binnen één bericht is TR101.
    """
    known = _known_keys(client, ctx.history.dossier(client.bsn)) - _removed(_producten(client))
    for product in _delivered(_producten(client)):
        if levering_key(product) in known:
            yield product


@rule("TR326", on=JW305.Client, about=JW305.StartProduct, retour="9326", level=Level.OVERSTIJGEND)
def tr326(client: JW305.Client, ctx: HistoryContext) -> Breaches:
    """Een start wordt pas gemeld als er geen actuele start bij de toewijzing is: een start zonder stop.

    Fout: een start van 1 mei terwijl die van 3 april nog loopt. Goed: eerst een (tijdelijke) stop van die van 3 april.
    Lezing: Wat hetzelfde bericht verwijdert loopt niet meer (IV008). Van twee starts bij één toewijzing in één bericht
    loopt steeds de andere nog. Zonder ToewijzingNummer is er geen toewijzing om bij te tellen.
    """
    dossier = ctx.history.dossier(client.bsn)
    stopped = _stopped(dossier)
    running = {
        start.toewijzing_nummer
        for start in _remaining(dossier.standing_starts(), client.start_producten)
        if levering_key(start) not in stopped
    }
    starts = [product for product in _delivered(client.start_producten) if product.toewijzing_nummer is not None]
    for together in _grouped(starts, lambda product: product.toewijzing_nummer).values():
        unstopped = [product for product in together if levering_key(product) not in stopped]
        for product in together:
            others = len(unstopped) - (levering_key(product) not in stopped)
            if others or product.toewijzing_nummer in running:
                yield product


@rule("TR382", on=JW307.Client, about=JW307.StopProduct, retour="9069", level=Level.OVERSTIJGEND, absence=True)
def tr382(client: JW307.Client, ctx: HistoryContext) -> Breaches:
    """Een stop neemt ToewijzingNummer, Product en Begindatum over van de start die zij beëindigt.

    Fout: Begindatum 2026-04-04 bij een start van 2026-04-03. Goed: beide 2026-04-03.
    Lezing: Zonder een start die nog geldt, is er niets om over te nemen (OP295).
    """
    started = {levering_key(feit.klasse) for feit in ctx.history.dossier(client.bsn).standing_starts()}
    for product in _delivered(client.stop_producten):
        if _key_of_start(product) not in started:
            yield at(product, "begindatum")


@rule("TR413", on=JW307.Client, about=JW307.StopProduct, retour="9413", level=Level.OVERSTIJGEND)
def tr413(client: JW307.Client, ctx: HistoryContext) -> Breaches:
    """Na een tijdelijke stop (RedenBeeindiging 20) volgt voor dezelfde start geen tweede tijdelijke stop.

    Fout: twee stops met reden 20 bij de start van 3 april. Goed: na de tijdelijke een definitieve stop, met reden 31.
    Lezing: Ook twee tijdelijke stops in één bericht zijn er twee. Zonder ToewijzingNummer telt het Product (IV096).
    """
    known = {_start_of(stop) for stop in _standing_stops(client, ctx) if _temporary(stop)}
    for start, together in _grouped(filter(_temporary, _delivered(client.stop_producten)), _start_of).items():
        if start in known or len(together) > 1:
            yield from together


@rule("TR414", on=JW307.Client, about=JW307.StopProduct, retour="9414", level=Level.OVERSTIJGEND)
def tr414(client: JW307.Client, ctx: HistoryContext) -> Breaches:
    """Een stop na een eerdere stop van dezelfde start heeft een Einddatum op of na de Einddatum van die eerdere.

    Fout: tijdelijk gestopt op 2026-04-20 en definitief op 2026-04-19. Goed: definitief op 2026-04-20.
    Lezing: Van een tijdelijke en een definitieve stop in één bericht is de tijdelijke de eerdere (OP377).
    """
    known = _latest(_standing_stops(client, ctx))
    delivered = _delivered(client.stop_producten)
    earlier_here = _latest(filter(_temporary, delivered))
    for product in delivered:
        start = _start_of(product)
        earlier = [known.get(start), None if _temporary(product) else earlier_here.get(start)]
        if any(einddatum is not None and product.einddatum < einddatum for einddatum in earlier):
            yield at(product, "einddatum")


@rule("TR415", on=JW307.Client, about=JW307.StopProduct, retour="9415", level=Level.OVERSTIJGEND)
def tr415(client: JW307.Client, ctx: HistoryContext) -> Breaches:
    """Na een definitieve stop volgt voor dezelfde start geen andere stop.

    Fout: twee stops met reden 31 bij de start van 3 april. Goed: de eerste verwijderen, en dan de tweede melden.
    Lezing: Wat hetzelfde bericht verwijdert telt niet meer (IV008); twee definitieve stops in één bericht zijn er twee.
    Een tijdelijke stop in hetzelfde bericht gaat vooraf aan de definitieve (OP377).
    """
    ended = {_start_of(stop) for stop in _standing_stops(client, ctx) if not _temporary(stop)}
    for start, together in _grouped(_delivered(client.stop_producten), _start_of).items():
        final = [product for product in together if not _temporary(product)]
        if start in ended:
            yield from together
        elif len(final) > 1:
            yield from final


def _producten(client: _Client) -> tuple[_Product, ...]:
    return client.start_producten if isinstance(client, JW305.Client) else client.stop_producten


def _delivered(producten: Iterable[P]) -> list[P]:
    return [product for product in producten if product.status_aanlevering != VERWIJDEREN]


def _removed(producten: Iterable[_Product]) -> set[Hashable]:
    return {levering_key(product) for product in producten if product.status_aanlevering == VERWIJDEREN}


def _known_keys(client: _Client, dossier: Dossier) -> set[Hashable]:
    """Give the keys of what stands of the same kind as what the client's message delivers."""
    if isinstance(client, JW305.Client):
        return {levering_key(feit.klasse) for feit in dossier.standing_starts()}
    return {levering_key(feit.klasse) for feit in dossier.standing_stops()}


def _remaining(standing: Iterable[Feit[P]], producten: Iterable[_Product]) -> list[P]:
    """Give what stands after the message has removed what it removes: that counts first (IV008)."""
    removed = _removed(producten)
    return [feit.klasse for feit in standing if levering_key(feit.klasse) not in removed]


def _standing_stops(client: JW307.Client, ctx: HistoryContext) -> list[JW307.StopProduct]:
    return _remaining(ctx.history.dossier(client.bsn).standing_stops(), client.stop_producten)


def _stopped(dossier: Dossier) -> set[Hashable]:
    """Give the keys of the starts that a stop followed."""
    return {_key_of_start(feit.klasse) for feit in dossier.standing_stops()}


def _key_of_start(stop: JW307.StopProduct) -> Hashable:
    """Give the key of the start that a stop ends, as `levering_key` gives it."""
    return stop.toewijzing_nummer, stop.product, stop.begindatum


def _start_of(stop: JW307.StopProduct) -> Hashable:
    """Give what stops share that end the same start; without an allocation its product stands for it (IV096)."""
    return stop.toewijzing_nummer, stop.product if stop.toewijzing_nummer is None else None, stop.begindatum


def _temporary(stop: JW307.StopProduct) -> bool:
    return stop.reden_beeindiging == TIJDELIJK_BEEINDIGD


def _latest(stops: Iterable[JW307.StopProduct]) -> dict[Hashable, date]:
    """Give the last Einddatum of the stops of each start."""
    latest: dict[Hashable, date] = {}
    for stop in stops:
        start = _start_of(stop)
        latest[start] = max(stop.einddatum, latest.get(start, stop.einddatum))
    return latest


def _grouped(producten: Iterable[P], key: Callable[[P], Hashable]) -> dict[Hashable, list[P]]:
    groups: dict[Hashable, list[P]] = {}
    for product in producten:
        groups.setdefault(key(product), []).append(product)
    return groups
