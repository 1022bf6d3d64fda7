"""`endpoint`, `certificate` and `mandate`: how messages reach other systems, and who they come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import open_gateway
from gateway.cli.terminal import moment, say, show

if TYPE_CHECKING:
    from gateway.composition import Gateway
    from gateway.services.certificates import Key
    from gateway.store.endpoints import EndpointRow, EndpointState

endpoint = typer.Typer(
    name="endpoint", no_args_is_help=True, help="Adressen waar berichten heen gaan: het GGk, en webhooks."
)
certificate = typer.Typer(
    name="certificate", no_args_is_help=True, help="Certificaten waarmee iemand zonder token binnenkomt."
)
mandate = typer.Typer(name="mandate", no_args_is_help=True, help="Machtigingen: wie er voor wie verzendt.")

_NAMES = {"ggk0210": "GGk", "webhook": "webhook"}
Party = Annotated[str, typer.Argument(metavar="CODE", help="De code van de partij.")]
EndpointId = Annotated[str, typer.Argument(metavar="ID", help="Het id uit `endpoint list`.")]


@endpoint.command("add")
def add_endpoint(
    party: Party,
    ggk0210: Annotated[
        str | None, typer.Option("--ggk0210", metavar="URL", help="Stuur berichten als envelop naar dit GGk-adres.")
    ] = None,
    webhook: Annotated[
        str | None, typer.Option("--webhook", metavar="URL", help="Laat op dit adres weten dat er een bericht wacht.")
    ] = None,
    application: Annotated[
        str, typer.Option("--application", metavar="NAAM", help="Hoe de applicatie van de partij in de envelop heet.")
    ] = "GGk",
) -> None:
    """Voeg een adres toe.

    De laatste regel van de uitvoer is het id van het adres, of bij een webhook het geheim waarmee wordt getekend.
    Dat geheim wordt maar één keer getoond. Een gemeente met delivery = "ggk0210" heeft haar adres in de routetabel.
    """
    with open_gateway() as gateway:
        _known(gateway, party)
        if ggk0210 and not webhook:
            typer.echo(str(gateway.services.endpoints.add_ggk(party, ggk0210, application).id))
        elif webhook and not ggk0210:
            made = gateway.services.endpoints.add_webhook(party, webhook)
            say(f"De webhook heeft id {made.row.id}. Bewaar dit geheim goed: het wordt maar één keer getoond.")
            typer.echo(made.secret)
        else:
            raise RefusedError("Noem één adres: met --ggk0210, of met --webhook.")


@endpoint.command("list")
def list_endpoints() -> None:
    """Toon de adressen die zijn toegevoegd, zonder hun geheimen."""
    with open_gateway() as gateway:
        found = gateway.services.endpoints.listed()
    show(("id", "partij", "soort", "adres", "staat", "laatst bezorgd"), map(_row, found))


def _row(found: EndpointRow) -> tuple[str, ...]:
    state = {"active": "in gebruik", "paused": "gepauzeerd"}[found.state]
    return str(found.id), found.party, _NAMES[found.kind], found.url, state, moment(found.delivered_at)


@endpoint.command("remove")
def remove_endpoint(endpoint_id: EndpointId) -> None:
    """Verwijder een adres; wat erheen moest, blijft in de wachtrij van de partij."""
    with open_gateway() as gateway:
        gateway.services.endpoints.remove(_find(gateway, endpoint_id))
    say("Het adres is verwijderd.")


@endpoint.command("rotate")
def rotate_endpoint(endpoint_id: EndpointId) -> None:
    """Maak een nieuw geheim voor een webhook; het oude tekent nog een dag mee."""
    with open_gateway() as gateway:
        found = _find(gateway, endpoint_id)
        if found.kind != "webhook":
            raise RefusedError("Alleen een webhook heeft een geheim.")
        made = gateway.services.endpoints.rotate(found)
    say("Bewaar dit geheim goed: het wordt maar één keer getoond.")
    typer.echo(made.secret)


@endpoint.command("pause")
def pause_endpoint(endpoint_id: EndpointId) -> None:
    """Stuur voorlopig niets naar een adres."""
    _change(endpoint_id, "paused")
    say("Het adres is gepauzeerd.")


@endpoint.command("resume")
def resume_endpoint(endpoint_id: EndpointId) -> None:
    """Gebruik een gepauzeerd adres weer; wat intussen kwam, wacht in de wachtrij."""
    _change(endpoint_id, "active")
    say("Het adres is weer in gebruik.")


def _change(endpoint_id: str, state: EndpointState) -> None:
    with open_gateway() as gateway:
        gateway.services.endpoints.change_state(_find(gateway, endpoint_id), state)


def _find(gateway: Gateway, endpoint_id: str) -> EndpointRow:
    try:
        found = gateway.services.endpoints.find(UUID(endpoint_id), None)
    except ValueError:
        found = None
    if found is None:
        raise RefusedError(f"Er is geen adres {endpoint_id}; `ijw-gateway endpoint list` toont welke er zijn.")
    return found


def _known(gateway: Gateway, party: str) -> None:
    if not gateway.services.parties.exists(party):
        raise RefusedError(f"De partij {party} is hier niet bekend; voeg die toe met `ijw-gateway party add`.")


@certificate.command("add")
def add_certificate(
    token_id: Annotated[str, typer.Argument(metavar="TOKEN", help="Het id uit `token list`.")],
    fingerprint: Annotated[
        str | None, typer.Option("--fingerprint", metavar="HEX", help="De SHA-256-vingerafdruk van het certificaat.")
    ] = None,
    oin: Annotated[
        str | None, typer.Option("--oin", metavar="CIJFERS", help="Het OIN van de houder: 20 cijfers.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="PEM", exists=True, dir_okay=False, help="Het certificaat zelf.")
    ] = None,
) -> None:
    """Laat een certificaat voor een token staan.

    Wie het toont, mag wat het token mag, zolang dat geldt. De laatste regel van de uitvoer is waaraan het
    certificaat wordt herkend.
    """
    key = _key(fingerprint, oin, file)
    with open_gateway() as gateway:
        gateway.services.certificates.add(token_id, key)
    typer.echo(key[1])


def _key(fingerprint: str | None, oin: str | None, file: Path | None) -> Key:
    from gateway.services.certificates import certificate_keys, oin_key

    if sum(each is not None for each in (fingerprint, oin, file)) != 1:
        raise RefusedError("Noem één van --fingerprint, --oin en --file.")
    if oin is not None:
        found = oin_key(oin)
    else:
        keys = certificate_keys(file.read_text(encoding="ascii", errors="replace") if file else fingerprint or "")
        found = keys[0] if keys else None
    if found is None:
        raise RefusedError("Dit is geen certificaat, geen vingerafdruk van 64 hexadecimale tekens, en geen OIN.")
    return found


@certificate.command("list")
def list_certificates() -> None:
    """Toon de certificaten, en het token waar elk voor staat."""
    with open_gateway() as gateway:
        found = gateway.services.certificates.listed()
    names = {"fingerprint": "vingerafdruk", "oin": "OIN"}
    show(
        ("soort", "waarde", "token", "toegevoegd"),
        [(names[one.kind], one.value, one.token_id, moment(one.created_at)) for one in found],
    )


@certificate.command("remove")
def remove_certificate(
    value: Annotated[str, typer.Argument(metavar="WAARDE", help="De vingerafdruk of het OIN uit `certificate list`.")],
) -> None:
    """Laat een certificaat nergens meer voor staan; het werkt meteen niet meer."""
    with open_gateway() as gateway:
        if not gateway.services.certificates.remove(value):
            raise RefusedError("Dit certificaat is er niet; `ijw-gateway certificate list` toont welke er zijn.")
    say("Het certificaat is verwijderd.")


Intermediary = Annotated[str, typer.Argument(metavar="TUSSENPERSOON", help="De partij die verzendt.")]
Mandator = Annotated[str, typer.Argument(metavar="AFZENDER", help="De partij namens wie dat gebeurt.")]


@mandate.command("give")
def give_mandate(
    intermediary: Intermediary,
    party: Mandator,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="JW315", help="Voor welk bericht; mag meer keren.", show_default="alle"),
    ] = None,
) -> None:
    """Laat een partij enveloppen verzenden met berichten van een andere partij."""
    with open_gateway() as gateway:
        for code in (intermediary, party):
            _known(gateway, code)
        gateway.services.certificates.give_mandate(intermediary, party, frozenset(types or ()))
    say("De machtiging is vastgelegd.")


@mandate.command("list")
def list_mandates() -> None:
    """Toon de machtigingen."""
    with open_gateway() as gateway:
        found = gateway.services.certificates.mandates()
    show(
        ("tussenpersoon", "afzender", "berichten", "vastgelegd"),
        [(one.intermediary, one.party, " ".join(one.types) or "alle", moment(one.created_at)) for one in found],
    )


@mandate.command("end")
def end_mandate(intermediary: Intermediary, party: Mandator) -> None:
    """Beëindig een machtiging; die geldt meteen niet meer."""
    with open_gateway() as gateway:
        if not gateway.services.certificates.end_mandate(intermediary, party):
            raise RefusedError("Deze machtiging is er niet; `ijw-gateway mandate list` toont welke er zijn.")
    say("De machtiging is beëindigd.")
