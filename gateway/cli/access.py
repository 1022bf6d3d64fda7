"""`party` and `token`: who takes part, and who may speak for whom."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import open_gateway
from gateway.cli.terminal import moment, operator, say, show
from gateway.exchange.party import PartyKind
from gateway.services.caller import Scope
from gateway.services.clock import DUTCH_TIME, utc_now

if TYPE_CHECKING:
    from gateway.store.access import TokenRow

party = typer.Typer(name="party", no_args_is_help=True, help="Partijen: wie er meedoen aan de uitwisseling.")
token = typer.Typer(name="token", no_args_is_help=True, help="Tokens: wie er namens een partij mag werken.")

_LONGEST: Final = 200  # what the column holds
_KINDS: Final = {PartyKind.PROVIDER: "aanbieder", PartyKind.MUNICIPALITY: "gemeente"}


@party.command("add")
def add_party(
    code: Annotated[str, typer.Argument(metavar="CODE", help="AGB-code (8 cijfers) of CBS-code van een gemeente (4).")],
    name: Annotated[str, typer.Option("--name", metavar="NAAM", help="Hoe de partij heet.")],
) -> None:
    """Voeg een partij toe.

    De laatste regel van de uitvoer is haar code. De gemeenten uit de routetabellen doen al mee; die hoeven niet te
    worden toegevoegd.
    """
    if not 0 < len(name.strip()) <= _LONGEST:
        raise typer.BadParameter(f"een naam heeft 1 tot en met {_LONGEST} tekens.", param_hint="--name")
    with open_gateway() as gateway:
        gateway.services.parties.add(code, name.strip(), operator())
    typer.echo(code)


@party.command("list")
def list_parties() -> None:
    """Toon de partijen.

    Dat zijn die welke zijn toegevoegd, en de gemeenten uit de routetabellen.
    """
    with open_gateway() as gateway:
        found = gateway.services.parties.listed()
    show(("code", "soort", "naam"), [(each.code, _KINDS[each.kind], each.name) for each in found])


def _end(text: str) -> datetime:
    """Read when a token ends: a day counts to its end, as it is in the Netherlands."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("schrijf jjjj-mm-dd, of jjjj-mm-ddTuu:mm.") from None
    if len(text) <= len("jjjj-mm-dd"):
        given = datetime.combine(given.date() + timedelta(days=1), time())
    end = given if given.tzinfo else given.replace(tzinfo=DUTCH_TIME)
    if end <= utc_now():
        raise typer.BadParameter("dit moment is al voorbij.")
    return end.astimezone(UTC)


ForParties: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--party", metavar="CODE", help="Voor welke partij; voor meer partijen nog een keer te noemen."),
]
Scopes: TypeAlias = Annotated[
    list[Scope] | None,
    typer.Option(
        "--scope",
        metavar="BEREIK",
        help="exchange: aanbieden en ophalen voor de partijen; admin: alles lezen en beheren; monitor: meten.",
        show_default="exchange, als er een partij is",
    ),
]
Label: TypeAlias = Annotated[
    str, typer.Option("--label", metavar="TEKST", help="Waarvoor het token is, om het terug te vinden.")
]
Expires: TypeAlias = Annotated[
    datetime | None,
    typer.Option(
        "--expires",
        metavar="DATUM",
        parser=_end,
        help="Tot en met welke dag (jjjj-mm-dd) of tot welk moment het token geldt.",
        show_default="onbeperkt",
    ),
]


@token.command("create")
def create_token(parties: ForParties = None, scopes: Scopes = None, label: Label = "", expires: Expires = None) -> None:
    """Maak een token.

    De laatste regel van de uitvoer is het token. Het wordt maar één keer getoond: de gateway bewaart een afdruk.
    Wie het kwijt is, maakt een nieuw token en trekt het oude in.
    """
    wanted = frozenset(scopes or ([Scope.EXCHANGE] if parties else []))
    codes = frozenset(parties or ())
    _check_request(wanted, codes)
    if len(label) > _LONGEST:
        raise typer.BadParameter(f"een label heeft hoogstens {_LONGEST} tekens.", param_hint="--label")
    with open_gateway() as gateway:
        for code in sorted(codes):
            if not gateway.services.parties.exists(code):
                raise RefusedError(f"De partij {code} is hier niet bekend; voeg die toe met `ijw-gateway party add`.")
        made = gateway.services.access.create_token(
            label=label, scopes=wanted, parties=codes, expires_at=expires, actor=operator()
        )
    say("Bewaar dit token goed: het wordt maar één keer getoond.")
    typer.echo(made)


def _check_request(scopes: frozenset[Scope], parties: frozenset[str]) -> None:
    if not scopes:
        raise RefusedError("Noem een partij met --party, of een ander bereik met --scope admin of --scope monitor.")
    if Scope.EXCHANGE in scopes and not parties:
        raise RefusedError("Een token met het bereik exchange is voor minstens één partij; noem die met --party.")
    if Scope.EXCHANGE not in scopes and parties:
        raise RefusedError("Een partij hoort bij het bereik exchange; laat --party weg, of voeg --scope exchange toe.")
    if scopes >= {Scope.EXCHANGE, Scope.ADMIN}:
        raise RefusedError("Een beheerder verzendt voor niemand; maak voor admin en exchange twee tokens.")


@token.command("list")
def list_tokens() -> None:
    """Toon de tokens, zonder het geheime deel."""
    with open_gateway() as gateway:
        found = gateway.services.access.tokens()
    show(
        ("id", "label", "bereik", "partijen", "gemaakt", "geldig tot", "laatst gebruikt", "ingetrokken"),
        map(_row, found),
    )


def _row(found: TokenRow) -> tuple[str, ...]:
    return (
        found.id,
        found.label,
        " ".join(found.scopes),
        " ".join(found.parties),
        moment(found.created_at),
        moment(found.expires_at),
        moment(found.last_used_at),
        moment(found.revoked_at),
    )


@token.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="Het id uit `token list`.")],
) -> None:
    """Trek een token in; het werkt meteen niet meer."""
    with open_gateway() as gateway:
        if not gateway.services.access.revoke(token_id, operator()):
            raise RefusedError(f"Er is geen token {token_id}; `ijw-gateway token list` toont welke er zijn.")
    say("Het token is ingetrokken.")
