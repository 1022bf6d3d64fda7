"""Where the demo is played, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

import typer
from msgspec import Struct

from gateway.cli.demo_berichten import Cast, Course, Scene, Script
from gateway.cli.failures import RefusedError
from gateway.cli.installation import existing_database
from gateway.composition import Gateway, make_codec
from gateway.errors import GatewayError
from gateway.exchange.address import address_of
from gateway.exchange.retour import positive_answer
from gateway.exchange.route import Answerer, Delivery, Route, RouteTable
from gateway.ijw.bericht import Bericht
from gateway.services.caller import Caller, Scope
from gateway.services.clock import dutch_day, utc_now
from gateway.services.drafting import Candidate
from gateway.services.queueing import Ending
from gateway.services.routes import read_route_book
from gateway.services.settling import Accepted
from gateway.settings import Settings
from gateway.store.condition import has_messages
from gateway.store.engine import Database
from gateway.store.migrate import is_current
from gateway.store.rows import MessageRow

_PROVIDERS: Final = {
    "65656055": "Zorgaanbieder De Linde (fictief)",
    "42420001": "Jeugdhulp Het Kompas (fictief)",
}
# Diemen is the municipality of the published examples.
_PREFERRED: Final = "0384"
_ADDRESS: Final = "http://127.0.0.1:8080"
_LEASE_SECONDS: Final = 60


class DemoError(GatewayError):
    """The demo did not go as it was written."""


class Tokens(Struct, frozen=True):
    """The tokens of the demo, as they are shown once."""

    supplier: str
    municipality: str
    admin: str


def perform(gateway: Gateway) -> None:
    """Play the whole story, and tell it."""
    _refuse_when_used(gateway.database)
    route = _municipality(gateway.routes)
    for code, name in _PROVIDERS.items():
        gateway.services.parties.add(code, name)
    tokens = _make_tokens(gateway, route.code)
    stage = Stage(gateway, tokens, route.code)
    shown = [stage.play(number, scene) for number, scene in enumerate(_scenes(route), 1)]
    _tell_what_next(tokens, route, shown[0])


def _scenes(route: Route) -> list[Scene]:

    first, second = _PROVIDERS
    return Script(Cast(first, second, route.code, route.name), dutch_day(utc_now())).scenes()


def _municipality(routes: RouteTable) -> Route:
    """Choose a municipality that answers for itself and takes every message through its queue."""
    # Diemen first, if it is there; the others stay in their order.
    for route in sorted(routes, key=lambda route: route.code != _PREFERRED):
        answers = {route.retour, route.declaration_answer} == {Answerer.RECIPIENT}
        if answers and route.delivery is Delivery.QUEUE and route.manual is None:
            return route
    raise RefusedError("De demo heeft een gemeente nodig die zelf antwoordt en berichten uit haar wachtrij haalt.")


def _refuse_when_used(database: Database) -> None:

    with database.read() as connection:
        if has_messages(connection):
            raise RefusedError(
                "In deze database staan al berichten; de demo speelt alleen in een lege. "
                "Kies een andere map met IJW_DATA_DIR, of een andere database met IJW_DATABASE_URL."
            )


def _make_tokens(gateway: Gateway, municipality: str) -> Tokens:

    def make(label: str, scope: Scope, *parties: str) -> str:
        return gateway.services.access.create_token(
            label=f"demo: {label}", scopes=frozenset([scope]), parties=frozenset(parties)
        )

    return Tokens(
        supplier=make("leverancier van de aanbieders", Scope.EXCHANGE, *_PROVIDERS),
        municipality=make("backoffice van de gemeente", Scope.EXCHANGE, municipality),
        admin=make("beheerder", Scope.ADMIN),
    )


class Stage:
    """Where it is played: every party posts, polls and answers with its own token."""

    def __init__(self, gateway: Gateway, tokens: Tokens, municipality: str) -> None:
        """Know who holds which token."""
        self._services = gateway.services
        self._codec = gateway.codec
        by_party = {municipality: tokens.municipality} | dict.fromkeys(_PROVIDERS, tokens.supplier)
        self._callers: Mapping[str, Caller] = {
            party: caller for party, token in by_party.items() if (caller := gateway.services.access.identify(token))
        }

    def play(self, number: int, scene: Scene) -> MessageRow:
        """Play one scene, and tell it; gives the message that it began with."""
        typer.echo(f"{number:2}. {scene.says}")
        message = self._post(scene.bericht)
        if scene.course is Course.WAITING:
            _tell(message, f"aangenomen; wacht in de wachtrij van {message.recipient}")
            return message
        self._take(message)
        _tell(message, "aangenomen, opgehaald en overgenomen")
        answer = self._post(self._answer(scene.bericht))
        self._take(answer)
        _tell(answer, "in orde bevonden" if answer.type != "JW325" else "geheel toegekend")
        return message

    def _answer(self, bericht: Bericht) -> Bericht:

        heen = bericht.header.bericht_identificatie
        day = min(heen.dagtekening + timedelta(days=1), dutch_day(utc_now()))
        answer = positive_answer(bericht, f"ANTW{heen.identificatie[4:]}", day)
        if answer is None:
            raise DemoError
        return answer

    def _post(self, bericht: Bericht) -> MessageRow:

        caller = self._callers[address_of(bericht).sender]
        candidate = self._services.intake.prepare(self._codec.write(bericht), caller)
        if not isinstance(candidate, Candidate):
            raise DemoError(_refused(candidate.findings[0].message))
        outcome = self._services.intake.settle([candidate])[0]
        if not isinstance(outcome, Accepted):
            raise DemoError(_refused(outcome.findings[0].message))
        return outcome.message

    def _take(self, message: MessageRow) -> None:
        """Poll as the recipient does, and take the message over for good."""
        caller = self._callers[message.recipient]
        queueing = self._services.queueing
        leases = queueing.lease(message.recipient, caller, limit=1, seconds=_LEASE_SECONDS, types=())
        if [given.message.id for given in leases] != [message.id]:
            raise DemoError("De wachtrij van een partij van de demo wordt door iets anders gebruikt.")
        queueing.end(leases[0].lease.id, caller, Ending.ACKNOWLEDGED)


def _refused(message: str) -> str:
    return f"Een bericht van de demo werd geweigerd: {message}"


def _tell(message: MessageRow, what: str) -> None:
    typer.echo(f"      {message.type}  {message.sender:>8} → {message.recipient:<8}  {what}")


def tell_plan(settings: Settings) -> None:
    """Tell what would be played; nothing is made or changed."""
    _refuse_when_known_used(settings)
    route = _municipality(read_route_book(settings.routes_dir, make_codec(settings)[1]).on(dutch_day(utc_now())))
    parties = "; ".join(f"{code} {name}" for code, name in _PROVIDERS.items())
    typer.echo(f"De demo zou deze partijen toevoegen: {parties}.")
    typer.echo(f"De gemeente is {route.code} {route.name}. Er zouden drie tokens worden gemaakt, en deze berichten:")
    for number, scene in enumerate(_scenes(route), 1):
        address = address_of(scene.bericht)
        typer.echo(f"{number:2}. {scene.says}\n      {address.type}  {address.sender} → {address.recipient}")
    typer.echo("Er is niets veranderd.")


def _refuse_when_known_used(settings: Settings) -> None:
    """Look in the database, where there is one; a dry run makes none."""
    with existing_database(settings) as database:
        if database is not None and is_current(database.engine):
            _refuse_when_used(database)


def _tell_what_next(tokens: Tokens, route: Route, first: MessageRow) -> None:
    typer.echo("\nTokens (ze worden maar één keer getoond):")
    typer.echo(f"  AANBIEDER={tokens.supplier}\n  GEMEENTE={tokens.municipality}\n  BEHEER={tokens.admin}")
    typer.echo(
        "\nStart nu de gateway in een ander venster met `ijw-gateway serve`, neem de drie regels hierboven over,"
    )
    typer.echo("en kijk:")
    for says, command in _tour(route, first):
        typer.echo(f"\n  # {says}\n  {command}")


def _tour(route: Route, first: MessageRow) -> Iterator[tuple[str, str]]:
    def curl(token: str, path: str, more: str = "") -> str:
        return f'curl -s -H "Authorization: Bearer ${token}" {more}"{_ADDRESS}{path}"'

    yield f"Wat er voor {route.name} wacht", curl("GEMEENTE", f"/v1/queues/{route.code}/messages")
    body = """-H "Content-Type: application/json" -d '{"limit": 1, "leaseSeconds": 300}' """
    yield (
        "Haal het op; zo lang de lease duurt krijgt niemand anders het",
        curl("GEMEENTE", f"/v1/queues/{route.code}/leases", body),
    )
    yield "Het verzoek voor Sam: ontvangst, tijdlijn en wat erbij hoort", curl("AANBIEDER", f"/v1/messages/{first.id}")
    accept = '-H "Accept: application/json" '
    yield "De inhoud, als getypeerde JSON", curl("AANBIEDER", f"/v1/messages/{first.id}/content", accept)
    yield "De verzoeken om wijziging, voor de beheerder", curl("BEHEER", "/v1/messages?type=JW317")
    yield "Is de gateway gezond?", f'curl -s "{_ADDRESS}/health/ready"'
