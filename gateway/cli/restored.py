"""`restored`: what to do once after a backup was put back."""

from __future__ import annotations

from gateway.cli.installation import open_gateway
from gateway.cli.terminal import operator, say


def restored() -> None:
    """Maak een teruggezette reservekopie klaar voor gebruik; doe dit één keer, vóór het starten.

    Wat na de reservekopie is opgehaald, weet deze database niet. Daarom vervallen de uitgiften van toen, en krijgt
    alles wat wacht een merkteken: wie het ophaalt, ziet `redelivery` en weet dat het een herhaling kan zijn.
    """
    with open_gateway() as gateway:
        count = gateway.services.restoring.mark(operator())
    say(f"{count} wachtende berichten zijn gemerkt als mogelijk al afgeleverd; de uitgiften van toen zijn vervallen.")
