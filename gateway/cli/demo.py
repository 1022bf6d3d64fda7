"""`demo`: fictional parties play an exchange through the same services as real ones do."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.installation import load_settings, open_gateway


def demo(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Vertel wat er zou gebeuren, en verander niets.")] = False,
) -> None:
    """Speel een uitwisseling na met fictieve partijen.

    Dat kan alleen in een lege database. Twee aanbieders en een gemeente sturen elkaar berichten over kinderen die
    niet bestaan: van verzoek tot declaratie. Aan het einde staat er een bericht in een wachtrij, en een verzoek
    open. Daarna vertelt de demo welke tokens er zijn gemaakt en wat er te bekijken is. Zijn er al berichten, dan
    weigert de demo.
    """
    from gateway.cli.demo_stage import perform, tell_plan

    if dry_run:
        tell_plan(load_settings())
        return
    with open_gateway() as gateway:
        perform(gateway)
