"""`deadlines`: what is due, by whom and until when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from gateway.cli.installation import open_gateway
from gateway.cli.terminal import moment, show
from gateway.exchange.deadlines import Kind, State

if TYPE_CHECKING:
    from gateway.composition import Gateway
    from gateway.store.deadlines import DeadlineFilter, DeadlineRow

_PAGE: Final = 500
_STATES: Final = {State.OPEN: "open", State.OVERDUE: "te laat", State.MET: "voldaan", State.DROPPED: "vervallen"}
_KINDS: Final = {
    Kind.RETOUR: "retourbericht",
    Kind.DECLARATION: "declaratie-antwoord",
    Kind.ANSWER: "antwoord op verzoek",
    Kind.INVESTIGATION: "besluit na onderzoek",
    Kind.WOONPLAATSBEGINSEL: "woonplaatsbeginsel",
    Kind.START: "startbericht",
    Kind.STOP: "stopbericht",
}


class Format(StrEnum):
    """How the list is written."""

    TEXT = "text"
    JSON = "json"


Overdue: TypeAlias = Annotated[bool, typer.Option("--overdue", help="Alleen wat te laat is.")]
States: TypeAlias = Annotated[
    list[State] | None,
    typer.Option("--state", help="In welke staat; vaker te noemen.", show_default="open en overdue"),
]
Kinds: TypeAlias = Annotated[
    list[Kind] | None, typer.Option("--kind", help="Welk soort; vaker te noemen.", show_default="alle")
]
Owners: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--owner", metavar="CODE", help="Wie er iets moet doen; vaker te noemen.", show_default="iedereen"),
]
AsFormat: TypeAlias = Annotated[
    Format, typer.Option("--format", help="text: voor mensen; json: één object per regel, zoals GET /v1/deadlines.")
]


def deadlines(
    overdue: Overdue = False,
    state: States = None,
    kind: Kinds = None,
    owner: Owners = None,
    format: AsFormat = Format.TEXT,  # noqa: A002 - the name of the option
) -> None:
    """Toon wat er wanneer moet gebeuren, en door wie.

    Zonder keuze staat er wat nog openstaat of te laat is; wat het eerst moet, staat bovenaan.
    """
    from gateway.store.deadlines import DeadlineFilter

    states = tuple(state or (State.OPEN, State.OVERDUE))
    wanted = DeadlineFilter(
        states=(State.OVERDUE,) if overdue else states,
        kinds=tuple(kind or ()),
        owners=tuple(owner or ()),
        with_opt_out=False,  # nobody gives a reason here
    )
    with open_gateway() as gateway:
        found = sorted(_all(gateway, wanted), key=lambda row: (row.due_at, row.id))
    if format is Format.JSON:
        _as_json(found)
    else:
        show(("uiterlijk", "staat", "regel", "wat", "wie", "gemeente", "aanbieder", "bericht"), map(_row, found))


def _all(gateway: Gateway, wanted: DeadlineFilter) -> Iterator[DeadlineRow]:
    after = None
    while True:
        found, after = gateway.services.deadlines.listed(wanted, limit=_PAGE, after=after)
        yield from found
        if after is None:
            return


def _as_json(found: list[DeadlineRow]) -> None:
    from gateway.api.deadlines import deadline

    for row in found:
        typer.echo(json.dumps(deadline(row), ensure_ascii=False))


def _row(row: DeadlineRow) -> tuple[str, ...]:
    return (
        moment(row.due_at),
        _STATES[row.state],
        row.rule,
        f"{_KINDS[row.kind]}: {' of '.join(row.waits_for)}",
        row.owner,
        row.municipality,
        row.provider,
        str(row.message_id),
    )
