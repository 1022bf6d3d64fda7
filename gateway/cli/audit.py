"""`audit`: is the trail whole, and what is kept of the traces of one person."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import open_gateway
from gateway.cli.terminal import bsn_from_input, operator, say

audit = typer.Typer(
    name="audit", no_args_is_help=True, help="Het auditspoor: wie bij welke gegevens kwam, en wat beheerders deden."
)

_ANCHOR: Final = re.compile(r"([0-9]{1,10}):([0-9a-f]{64})")


def _anchor(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("schrijf het zoals `audit verify` het toont: nummer:hash.", param_hint="--anchor")
    return int(found[1]), found[2]


@audit.command("verify")
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(
            "--anchor",
            metavar="NUMMER:HASH",
            help="Een regel die u eerder elders noteerde; die moet er nog net zo staan.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Ga na of het auditspoor nog heel is.

    Elke regel is met een hash aan de vorige geketend. Getoond wordt welke regels ontbreken of zijn veranderd; is er
    iets mis, dan eindigt de opdracht met 1. De laatste regel van de uitvoer is nummer:hash van de laatste regel van
    het spoor. Noteer die af en toe buiten deze machine, en geef hem later mee met --anchor: dan blijkt ook of het
    hele spoor opnieuw is geschreven, of er aan het eind iets af is.
    """
    noted = _anchor(anchor)
    with open_gateway() as gateway:
        verdict = gateway.services.audit.verify(noted)
    for flaw in verdict.flaws:
        typer.echo(f"✗ regel {flaw.number}: {flaw.says}")
    if verdict.flaws:
        say(f"Het auditspoor is niet heel: {len(verdict.flaws)} keer is er iets mis, in {verdict.entries} regels.")
    else:
        say(f"Het auditspoor is heel: {verdict.entries} regels.")
    typer.echo(verdict.last)
    raise typer.Exit(1 if verdict.flaws else 0)


@audit.command("export")
def export(
    bsn: Annotated[
        str, typer.Option("--bsn", metavar="-", help="Altijd -: het BSN wordt van de standaardinvoer gelezen.")
    ],
    output: Annotated[Path, typer.Option("--output", metavar="BESTAND", help="Waar het overzicht komt te staan.")],
) -> None:
    """Maak een overzicht van wat er over een persoon is vastgelegd, voor een inzageverzoek (AVG).

    Het BSN staat op de standaardinvoer, zodat het in geen geschiedenis of proceslijst komt. Het overzicht noemt de
    berichten over deze persoon, en wie ze wanneer inzag of kreeg; het is alleen voor de eigenaar leesbaar. Dat het
    is gemaakt, komt zelf in het auditspoor.
    """
    number = bsn_from_input("--bsn", bsn)
    from gateway.cli.person_file import lines

    with open_gateway() as gateway:
        found = gateway.services.audit.about(number, operator())
    try:
        with open(output, "x", encoding="utf-8", opener=_owner_only) as file:
            file.writelines(f"{line}\n" for line in lines(found))
    except OSError as error:
        raise RefusedError(f"Het overzicht is niet te schrijven: {error.strerror} ({output}).") from None
    say(f"{len(found.messages)} berichten en {len(found.entries)} regels van het auditspoor staan in {output}.")


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
