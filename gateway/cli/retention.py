"""`retention` and `hold`: what is kept for how long, and what is kept whatever the terms say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import open_gateway
from gateway.cli.terminal import bsn_from_input, moment, operator, say, show

if TYPE_CHECKING:
    from collections import Counter

    from gateway.exchange.retention import Term
    from gateway.services.retention import RetentionReport
    from gateway.store.holds import HoldRow

retention = typer.Typer(
    name="retention", no_args_is_help=True, help="Bewaartermijnen: wat hoe lang wordt bewaard, en het opruimen daarna."
)
hold = typer.Typer(
    name="hold", no_args_is_help=True, help="Bewaarplicht: wat blijft, ook als de bewaartermijn voorbij is."
)

_LONGEST: Final = 500  # what the column holds
_KINDS: Final = {"party": "partij", "message": "bericht", "person": "persoon"}


@retention.command("run")
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Alleen tellen; er wordt niets verwijderd.")] = False,
) -> None:
    """Verwijder wat lang genoeg is bewaard.

    Eerst gaat de inhoud van een bericht weg, en later, na een eigen termijn, ook dat het er was. Wat op iemand wacht
    en wat onder een bewaarplicht valt, blijft. De bezorger doet dit elke dag vanzelf.
    """
    with open_gateway() as gateway:
        report = gateway.services.retention.run(operator(), dry_run=dry_run)
    show(("wat", "type", "status", "aantal"), _rows(report))
    verb = "zou worden verwijderd" if dry_run else "is verwijderd"
    say(f"Van {report.content.total()} berichten {verb} de inhoud, van {report.record.total()} alles.")
    if report.held:
        say(f"{report.held} keer bleef iets staan door een bewaarplicht (`ijw-gateway hold list`).")


def _rows(report: RetentionReport) -> list[tuple[str, ...]]:
    return [*_counted("inhoud", report.content), *_counted("alles", report.record)]


def _counted(what: str, counts: Counter[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [(what, *key, str(count)) for key, count in sorted(counts.items())]


@retention.command("terms")
def terms() -> None:
    """Toon de bewaartermijnen die gelden; de eerste die past, geldt.

    Ze staan in het bestand van IJW_RETENTION_FILE, of zijn anders de gewone. Een termijn telt vanaf het laatste dat
    er met een bericht gebeurde.
    """
    with open_gateway() as gateway:
        found = gateway.services.retention.terms
    show(("types", "statussen", "inhoud", "alles"), [_term(term) for term in found.terms])


def _term(term: Term) -> tuple[str, ...]:
    return (
        " ".join(sorted(term.types)) or "alle",
        " ".join(sorted(term.statuses)) or "alle afgeronde",
        _days(term.content_days),
        _days(term.record_days),
    )


def _days(number: int | None) -> str:
    return "altijd" if number is None else f"{number} dagen"


@hold.command("add")
def add(
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help="Waarom; zonder persoonsgegevens.")],
    party: Annotated[
        str | None, typer.Option("--party", metavar="CODE", help="Alle berichten van en aan haar.")
    ] = None,
    message: Annotated[UUID | None, typer.Option("--message", metavar="ID", help="Eén bericht.")] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="-", help="Altijd -: het BSN wordt van de standaardinvoer gelezen."),
    ] = None,
) -> None:
    """Leg een bewaarplicht op: een partij, een bericht, of alles over een persoon.

    De laatste regel van de uitvoer is het id ervan. Ze geldt meteen, tot `ijw-gateway hold end`.
    """
    if [party, message, person].count(None) != 2:  # noqa: PLR2004 - exactly one of the three
        raise RefusedError("Noem één van --party, --message en --person.")
    if not 0 < len(reason.strip()) <= _LONGEST:
        raise typer.BadParameter(f"een reden heeft 1 tot en met {_LONGEST} tekens.", param_hint="--reason")
    bsn = "" if person is None else bsn_from_input("--person", person)
    with open_gateway() as gateway:
        holding = gateway.services.holding
        if party is not None:
            if not gateway.services.parties.exists(party):
                raise RefusedError(f"De partij {party} is hier niet bekend.")
            made = holding.hold_party(party, reason.strip(), operator())
        elif message is not None:
            made = holding.hold_message(message, reason.strip(), operator())
        else:
            made = holding.hold_person(bsn, reason.strip(), operator())
    typer.echo(str(made))


@hold.command("list")
def list_holds() -> None:
    """Toon de bewaarplichten, ook die welke voorbij zijn; van een persoon wordt niet getoond wie het is."""
    with open_gateway() as gateway:
        found = gateway.services.holding.listed()
    show(("id", "soort", "waarde", "reden", "opgelegd", "door", "voorbij"), [_row(each) for each in found])


def _row(found: HoldRow) -> tuple[str, ...]:
    return (
        str(found.id),
        _KINDS[found.kind],
        found.value or "",
        found.reason,
        moment(found.created_at),
        found.created_by,
        moment(found.ended_at),
    )


@hold.command("end")
def end(hold_id: Annotated[UUID, typer.Argument(metavar="ID", help="Het id uit `hold list`.")]) -> None:
    """Beëindig een bewaarplicht; bij de volgende ronde gaat weg waarvan de termijn al voorbij was."""
    with open_gateway() as gateway:
        if not gateway.services.holding.end(hold_id, operator()):
            raise RefusedError(f"Er is geen bewaarplicht {hold_id}; `ijw-gateway hold list` toont welke er zijn.")
    say("De bewaarplicht is voorbij.")
