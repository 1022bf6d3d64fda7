"""`routes`: look at the route tables, without a database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from gateway.cli.terminal import say, show
from gateway.cli.validate import day

if TYPE_CHECKING:
    from gateway.services.route_explained import Explained

routes = typer.Typer(name="routes", help="De routetabellen: wat er met elke gemeente is afgesproken.")

Folder: TypeAlias = Annotated[
    Path | None,
    typer.Argument(metavar="[MAP]", help="De map met tabellen; zonder die van IJW_ROUTES_DIR.", show_default=False),
]
Code: TypeAlias = Annotated[str, typer.Argument(metavar="GEMEENTE", help="De CBS-code, zoals 0150.")]
On: TypeAlias = Annotated[
    date | None,
    typer.Option(
        "--on", metavar="DATUM", parser=day, help="Wat geldt op deze dag (jjjj-mm-dd).", show_default="vandaag"
    ),
]
InFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option("--folder", metavar="MAP", help="De map met tabellen; zonder die van IJW_ROUTES_DIR."),
]


@routes.command()
def check(folder: Folder = None) -> None:
    """Controleer de routetabellen, voordat ze in gebruik komen.

    Elke fout komt met bestand, regel en wat er verwacht wordt. Het eindigt met 0 als de tabellen goed zijn, anders
    met 1; wat geen bron noemt of nog stilstaat is geen fout, en wordt wel gemeld.
    """
    from gateway.cli.installation import load_routes, today
    from gateway.services.route_explained import sleeping, without_source

    book = load_routes(folder)
    for remark in (*without_source(book), *sleeping(book)):
        say(remark)
    table = book.on(today())
    regions = len({route.region for route in table})
    agreements = sum(len(source.contents.agreement) for source in book.sources)
    counted = (
        _counted(len(table), "gemeente", "gemeenten"),
        _counted(regions, "regio", "regio's"),
        _counted(agreements, "afspraak", "afspraken"),
    )
    typer.echo(f"Goed: {counted[0]} in {counted[1]}, en {counted[2]}.")


@routes.command(name="show")
def show_route(code: Code, on: On = None, folder: InFolder = None) -> None:
    """Toon wat er voor een gemeente geldt, waarom, en vanaf en tot wanneer."""
    from gateway.cli.installation import load_routes, today
    from gateway.services.route_explained import explained

    found = explained(load_routes(folder), code, on or today())
    if not found:
        raise typer.BadParameter(f"de gemeente {code} staat niet in de routetabellen.")
    columns = ("Wat", "Waarde", "Geldt", "Vanaf", "Tot en met", "Bron", "Plaats")
    show(columns, map(_row, found))


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _row(one: Explained) -> tuple[str, ...]:
    since, until = (str(end) if end else "" for end in (one.since, one.until))
    return one.what, one.value, "ja" if one.holds else "nee", since, until, one.why, one.where
