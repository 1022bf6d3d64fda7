"""The TR rules of the declaration (JW323) that look at what was allocated and declared before.

A credit repeats what was declared and granted (IV091); it is compared with that, and not with the allocation as it is
by now, for it cannot be contested (IV085).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from typing import TypeAlias

from gateway.ijw.codes import MINUUT, REDEN_VERWIJDERD, UUR
from gateway.ijw.declaratie import JW323
from gateway.ijw.toewijzing import JW301
from gateway.rules.declared import is_debit
from gateway.rules.doubles import doubles
from gateway.rules.history import HistoryContext, Tarief
from gateway.rules.rule import Breaches, Level, at, rule
from gateway.rules.volume import delivered, fits, most_in, most_in_all

_Used: TypeAlias = Callable[[JW323.Prestatie], int]


@rule("TR307", on=JW323.Client, about=JW323.Prestatie, retour="9307", level=Level.OVERSTIJGEND)
def tr307(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """De Begindatum van een ProductPeriode ligt op of na de Ingangsdatum van de toewijzing.

    Fout: ProductPeriode vanaf 1 april bij een toewijzing vanaf 8 april. Goed: ProductPeriode vanaf 8 april.
    Lezing: Een credit herhaalt de debetprestatie, en wordt niet opnieuw tegen de toewijzing gehouden (IV085, IV091).
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        if prestatie.product_periode.begindatum < toegewezen.ingangsdatum:
            yield at(prestatie.product_periode, "begindatum")


@rule("TR308", on=JW323.Client, about=JW323.Prestatie, retour="9308", level=Level.OVERSTIJGEND)
def tr308(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """De Einddatum van een ProductPeriode ligt op of voor de Einddatum van de toewijzing, als die er een heeft.

    Fout: ProductPeriode tot en met 30 juni bij een toewijzing tot en met 17 juni. Goed: tot en met 17 juni.
    Lezing: Een credit herhaalt de debetprestatie, ook als de toewijzing intussen is ingekort (IV085, IV091).
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        if toegewezen.einddatum is not None and prestatie.product_periode.einddatum > toegewezen.einddatum:
            yield at(prestatie.product_periode, "einddatum")


@rule("TR314", on=JW323.Declaratie, about=JW323.Prestatie, retour="8021", level=Level.OVERSTIJGEND)
def tr314(declaratie: JW323.Declaratie, ctx: HistoryContext) -> Breaches:
    """Elke prestatie van een aanbieder heeft een eigen ReferentieNummer, in het bericht en over alle berichten heen.

    Fout: ReferentieNummer RN001 van een eerdere declaratie, ook bij een andere gemeente. Goed: RN002.
    Lezing: Het nummer van een afgewezen prestatie is gebruikt. Een declaratie die als geheel is afgekeurd telt als
    niet verzonden (IV087).
    """
    for client in declaratie.clienten:
        for prestatie in client.prestaties:
            if prestatie.product_referentie.referentie_nummer in ctx.history.referenties:
                yield at(prestatie.product_referentie, "referentie_nummer")
    referenties = (prestatie.product_referentie for client in declaratie.clienten for prestatie in client.prestaties)
    for same in doubles(referenties, lambda referentie: referentie.referentie_nummer):
        yield [place for referentie in same for place in at(referentie, "referentie_nummer")]


@rule("TR318", on=JW323.Declaratie, retour="8214", level=Level.OVERSTIJGEND)
def tr318(declaratie: JW323.Declaratie, ctx: HistoryContext) -> Breaches:
    """Een DeclaratiePeriode ligt niet voor de laatste DeclaratiePeriode die bij de gemeente is ingediend.

    Fout: april declareren nadat mei is gedeclareerd. Goed: april als prestatie in een tweede declaratie over mei.
    Lezing: Of er in een overgeslagen maand zorg was is niet te zien; een maand overslaan mag dus, en een tweede
    declaratie over dezelfde maand ook (IV090).
    """
    begin = declaratie.declaratie_periode.begindatum
    if any(
        earlier.gemeente == ctx.gemeente and earlier.periode.begindatum > begin for earlier in ctx.history.declaraties
    ):
        yield at(declaratie, "declaratie_periode")


@rule("TR321", on=JW323.Client, about=JW323.Prestatie, retour="9321", level=Level.OVERSTIJGEND)
def tr321(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Het GeleverdVolume van een prestatie past in de toegewezen Omvang, gerekend over de ProductPeriode.

    Fout: 13 uur in vier kalenderweken bij 3 uur per week. Goed: 12 uur, of 720 minuten.
    Lezing: Minuten, uren, etmalen, dagdelen en stuks 84 zijn inspanningsgericht: per week telt elke kalenderweek waarin
    de periode valt (IV077). Stuks 82 en euro's zijn outputgericht: per week tellen de zondagen, met één erbij in de
    periode met de laatste zondag van een toewijzing die niet op zondag eindigt; is er geen zondag, dan telt de laatste
    dag. Per maand telt ook een onvolledige maand (IV078). Past de eenheid niet, dan is er niets te vergelijken (TR341).
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        if toegewezen.omvang is None:
            continue
        volume, most = delivered(prestatie, toegewezen.omvang), most_in(prestatie.product_periode, toegewezen)
        if volume is not None and most is not None and volume > most:
            yield at(prestatie, "geleverd_volume")


@rule("TR322", on=JW323.Client, about=JW323.Prestatie, retour="9322", level=Level.OVERSTIJGEND)
def tr322(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Alle prestaties op een toewijzing samen passen in de toegewezen Omvang, gerekend over de hele looptijd.

    Fout: 37 uur op een toewijzing van 3 uur per week voor 12 weken. Goed: 36 uur.
    Lezing: Wat is afgewezen of gecrediteerd telt niet mee, ook als dit bericht crediteert (OP366). De prestaties van
    het bericht tellen op volgorde van hun ProductPeriode: fout is die er niet meer bij past. Een Omvang per dag, week
    of maand zonder Einddatum heeft geen totaal.
    """

    def room(toegewezen: JW301.ToegewezenProduct) -> tuple[int, _Used] | None:
        most, omvang = most_in_all(toegewezen), toegewezen.omvang
        if most is None or omvang is None:
            return None
        # What is in another unit, and breaks TR341, takes no room.
        return most, lambda prestatie: delivered(prestatie, omvang) or 0

    for prestatie in _beyond(client, ctx, room):
        yield at(prestatie, "geleverd_volume")


@rule("TR323", on=JW323.Client, about=JW323.Prestatie, retour="8017", level=Level.OVERSTIJGEND, absence=True)
def tr323(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Een creditprestatie neemt een eerdere debetprestatie van de cliënt terug, die is toegekend.

    Fout: crediteren voor de JW325 er is, of wat daarin is afgewezen. Goed: crediteren wat is toegekend.
    Lezing: De creditprestatie is gelijk aan de debetprestatie, op ReferentieNummer, VorigReferentieNummer en
    DebetCredit na (IV091): een deel crediteren kan niet (OP366).
    """
    declared = ctx.declared(client)
    for prestatie in client.prestaties:
        if not is_debit(prestatie) and _known(client, ctx) and not declared.is_granted(prestatie):
            yield at(prestatie.product_referentie, "vorig_referentie_nummer")


@rule("TR333", on=JW323.Declaratie, retour="9333", level=Level.OVERSTIJGEND)
def tr333(declaratie: JW323.Declaratie, ctx: HistoryContext) -> Breaches:
    """Elke declaratie van een aanbieder heeft een eigen DeclaratieNummer.

    Fout: DeclaratieNummer DN001 van een eerdere declaratie, ook bij een andere gemeente. Goed: DN002.
    Lezing: Een declaratie die als geheel is afgekeurd telt als niet verzonden (IV087).
    """
    if any(earlier.declaratie_nummer == declaratie.declaratie_nummer for earlier in ctx.history.declaraties):
        yield at(declaratie, "declaratie_nummer")


@rule("TR338", on=JW323.Client, about=JW323.Prestatie, retour="9338", level=Level.OVERSTIJGEND, absence=True)
def tr338(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Het ToewijzingNummer van een prestatie is dat van een toewijzing van de cliënt.

    Fout: ToewijzingNummer 300209, dat in geen JW301 voor deze cliënt stond. Goed: het nummer van de toewijzing.
    """
    known = ctx.declared(client).toewijzingen
    for prestatie in client.prestaties:
        if known and prestatie.toewijzing_nummer not in known:
            yield at(prestatie, "toewijzing_nummer")


@rule("TR339", on=JW323.Client, about=JW323.Prestatie, retour="9339", level=Level.OVERSTIJGEND)
def tr339(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """ProductCategorie van een prestatie is de Categorie van de toewijzing, als die er een heeft.

    Fout: ProductCategorie 46 bij een toewijzing van Categorie 45. Goed: 45, of elke categorie bij een generieke.
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        if toegewezen.product is not None and prestatie.product_categorie != toegewezen.product.categorie:
            yield at(prestatie, "product_categorie")


@rule("TR340", on=JW323.Client, about=JW323.Prestatie, retour="9340", level=Level.OVERSTIJGEND)
def tr340(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """ProductCode van een prestatie is de Code van de toewijzing, als die er een heeft.

    Fout: ProductCode 45A05 bij een toewijzing van Code 45A04. Goed: 45A04, of elke code bij alleen een Categorie.
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        code = toegewezen.product and toegewezen.product.code
        if code is not None and prestatie.product_code != code:
            yield at(prestatie, "product_code")


@rule("TR341", on=JW323.Client, about=JW323.Prestatie, retour="9341", level=Level.OVERSTIJGEND)
def tr341(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Eenheid van een prestatie is die van de toewijzing; wat in uren is toegewezen mag ook in minuten.

    Fout: minuten (01) bij een toewijzing in dagdelen (16). Goed: minuten (01) bij een toewijzing in uren (04).
    Lezing: Zonder Omvang gelden de eenheden van het contract, voor zover daarvan een tabel bekend is.
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        if toegewezen.omvang is not None:
            right = fits(prestatie.eenheid, toegewezen.omvang.eenheid)
        else:
            contract = ctx.tarieven(prestatie.product_code)
            right = not contract or any(fits(prestatie.eenheid, tarief.eenheid) for tarief in contract)
        if not right:
            yield at(prestatie, "eenheid")


@rule("TR369", on=JW323.Client, about=JW323.Prestatie, retour="9369", level=Level.OVERSTIJGEND)
def tr369(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Alle prestaties op een toewijzing met een Budget passen samen in dat Budget.

    Fout: 8001 euro op een Budget van 8000 euro. Goed: 8000 euro.
    Lezing: Een Budget is geld: IngediendBedrag telt, dat bij Eenheid 83 ook het GeleverdVolume is. Wat is afgewezen of
    gecrediteerd telt niet mee, ook als dit bericht crediteert (OP366). De prestaties van het bericht tellen op volgorde
    van hun ProductPeriode: fout is die er niet meer bij past.
    """

    def room(toegewezen: JW301.ToegewezenProduct) -> tuple[int, _Used] | None:
        return None if toegewezen.budget is None else (toegewezen.budget, lambda one: one.ingediend_bedrag.bedrag)

    for prestatie in _beyond(client, ctx, room):
        yield at(prestatie, "geleverd_volume", "ingediend_bedrag")


@rule("TR384", on=JW323.Client, about=JW323.Prestatie, retour="9384", level=Level.OVERSTIJGEND)
def tr384(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Op een verwijderde toewijzing (RedenWijziging 13) wordt niet gedeclareerd.

    Fout: april declareren op een toewijzing die is verwijderd. Goed: declareren op de toewijzing die ervoor kwam.
    Lezing: Crediteren mag wel; dat neemt terug. Verder wordt een prestatie op zo'n toewijzing niet getoetst.
    """
    known = ctx.declared(client).toewijzingen
    for prestatie in client.prestaties:
        toegewezen = known.get(prestatie.toewijzing_nummer)
        if toegewezen is not None and toegewezen.reden_wijziging == REDEN_VERWIJDERD and is_debit(prestatie):
            yield at(prestatie, "toewijzing_nummer")


@rule("TR387", on=JW323.Client, about=JW323.Prestatie, retour="9387", level=Level.OVERSTIJGEND)
def tr387(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Een ProductPeriode begint op de eerste dag van de maand, of op de Ingangsdatum van de toewijzing in die maand.

    Fout: vanaf 9 april bij een toewijzing vanaf 8 april. Goed: vanaf 8 april, en in mei vanaf 1 mei.
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        begin = prestatie.product_periode.begindatum
        same_month = (begin.year, begin.month) == (toegewezen.ingangsdatum.year, toegewezen.ingangsdatum.month)
        if begin.day != (toegewezen.ingangsdatum.day if same_month else 1):
            yield at(prestatie.product_periode, "begindatum")


@rule("TR388", on=JW323.Client, about=JW323.Prestatie, retour="9388", level=Level.OVERSTIJGEND)
def tr388(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Een ProductPeriode eindigt op de laatste dag van de maand, of op de Einddatum van de toewijzing in die maand.

    Fout: tot en met 16 juni bij een toewijzing tot en met 17 juni. Goed: tot en met 17 juni, en in mei tot en met 31.
    """
    for prestatie, toegewezen in _allocated(client, ctx):
        end, last = prestatie.product_periode.einddatum, toegewezen.einddatum
        same_month = last is not None and (end.year, end.month) == (last.year, last.month)
        if end.day != (last.day if last is not None and same_month else monthrange(end.year, end.month)[1]):
            yield at(prestatie.product_periode, "einddatum")


@rule("TR389", on=JW323.Client, about=JW323.Prestatie, retour="9389", level=Level.OVERSTIJGEND)
def tr389(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Wat is gedeclareerd wordt niet nog eens gedeclareerd voor het is gecrediteerd.

    Fout: april van dezelfde toewijzing en code opnieuw declareren. Goed: met de creditprestatie in hetzelfde bericht.
    Lezing: Credits gaan voor (OP366), maar een credit die zelf wordt afgewezen neemt niets terug. Wat is afgewezen mag
    opnieuw, want dat wordt nooit gecrediteerd (IV085); wat nog niet is beantwoord niet. Dubbel binnen één bericht is
    TR416.
    """
    counting = ctx.declared(client).counting
    before = {_levering(prestatie) for known in counting.values() for prestatie in known}
    for prestatie in client.prestaties:
        if is_debit(prestatie) and _levering(prestatie) in before:
            yield prestatie


@rule("TR390", on=JW323.Client, about=JW323.Prestatie, retour="9390", level=Level.OVERSTIJGEND)
def tr390(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Een prestatie wordt één keer gecrediteerd.

    Fout: een creditprestatie voor RN001, die al is gecrediteerd. Goed: een creditprestatie die nog niet is gestuurd.
    Lezing: Een creditprestatie die is afgewezen heeft niets gecrediteerd. Dubbel binnen één bericht is TR315.
    """
    declared = ctx.declared(client)
    for prestatie in client.prestaties:
        if not is_debit(prestatie) and declared.is_credited(prestatie):
            yield at(prestatie.product_referentie, "vorig_referentie_nummer")


@rule("TR418", on=JW323.Client, about=JW323.Prestatie, retour="0611", level=Level.OVERSTIJGEND)
def tr418(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """ProductTarief van een prestatie is het tarief dat het contract voor de ProductCode noemt.

    Fout: 16 euro per uur waar het contract 15 euro noemt. Goed: 15 euro, of bij minuten 0,25 euro.
    Lezing: Zonder tabel van tarieven van de gemeente met de aanbieder staat deze regel uit, en van een product dat er
    niet in staat is geen tarief bekend. Een tarief telt als het op een dag van de ProductPeriode geldt.
    """
    for prestatie in client.prestaties:
        if not is_debit(prestatie) or not _known(client, ctx):
            continue
        expected = {amount for tarief in ctx.tarieven(prestatie.product_code) for amount in _amount(tarief, prestatie)}
        if expected and prestatie.product_tarief not in expected:
            yield at(prestatie, "product_tarief")


def _amount(tarief: Tarief, prestatie: JW323.Prestatie) -> Iterator[int]:
    """Give what a tariff makes of one unit of a Prestatie, in cents, if it is about that unit and those days."""
    periode = prestatie.product_periode
    if tarief.valid_from is not None and tarief.valid_from > periode.einddatum:
        return
    if tarief.valid_until is not None and tarief.valid_until < periode.begindatum:
        return
    if tarief.eenheid == prestatie.eenheid:
        yield tarief.tarief
    elif (tarief.eenheid, prestatie.eenheid) == (UUR, MINUUT):
        yield (tarief.tarief + 30) // 60  # Rounded by halves upward (IV081).


def _known(client: JW323.Client, ctx: HistoryContext) -> bool:
    """Tell whether a client is known; what is below one that is not is judged no further (IV087)."""
    return bool(ctx.declared(client).toewijzingen)


def _allocated(client: JW323.Client, ctx: HistoryContext) -> Iterator[tuple[JW323.Prestatie, JW301.ToegewezenProduct]]:
    """Give the debit Prestaties with the latest version of their allocation, where that is known and not removed."""
    known = ctx.declared(client).toewijzingen
    for prestatie in client.prestaties:
        toegewezen = known.get(prestatie.toewijzing_nummer)
        if toegewezen is not None and is_debit(prestatie) and toegewezen.reden_wijziging != REDEN_VERWIJDERD:
            yield prestatie, toegewezen


def _beyond(
    client: JW323.Client,
    ctx: HistoryContext,
    room: Callable[[JW301.ToegewezenProduct], tuple[int, _Used] | None],
) -> Iterator[JW323.Prestatie]:
    """Give the Prestaties that do not fit any more beside what was declared before, in the order of the message.

    `room` gives what an allocation has in all, and how much of it a Prestatie takes; None is without limit.
    """
    counting = ctx.declared(client).counting
    used: dict[int, int] = {}
    beyond: set[int] = set()
    for prestatie, toegewezen in sorted(_allocated(client, ctx), key=lambda pair: pair[0].product_periode.begindatum):
        found = room(toegewezen)
        if found is None:
            continue
        number, (most, use) = toegewezen.toewijzing_nummer, found
        if number not in used:
            used[number] = sum(use(earlier) for earlier in counting.get(number, ()))
        if used[number] + use(prestatie) > most:
            beyond.add(id(prestatie))
        else:
            used[number] += use(prestatie)
    yield from (prestatie for prestatie in client.prestaties if id(prestatie) in beyond)


def _levering(prestatie: JW323.Prestatie) -> tuple[object, ...]:
    """Give what is declared once: an allocation's product in a period."""
    return (
        prestatie.toewijzing_nummer,
        prestatie.product_categorie,
        prestatie.product_code,
        prestatie.product_periode,
    )
