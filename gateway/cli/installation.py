"""The gateway that the commands work on: its settings, and a database that is ready for use."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.cli.terminal import operator
from gateway.errors import ConfigurationError

if TYPE_CHECKING:
    from gateway.composition import Gateway
    from gateway.ijw.codelijsten import Codelijsten
    from gateway.services.routes import RouteBook
    from gateway.services.rulebook import Rulebook
    from gateway.settings import Settings
    from gateway.store.engine import Database
    from gateway.wire.codec import Codec

_EXPECTED: Final = {
    "data_dir": "een map",
    "routes_dir": "een map",
    "schemas_dir": "een map",
    "rate_limit": "een geheel getal van 0 (geen grens) tot en met 100000",
    "retention_file": "een bestand",
    "log_format": "console of json",
    "mail_from": "een e-mailadres",
    "mail_return_address": "een e-mailadres",
    "smime_file": "een bestand",
    "base_url": "het adres van de gateway, zoals https://gateway.example",
    "oidc_issuer": "het adres van een aanmelddienst",
    "oidc_client_id": "de naam van de gateway bij de aanmelddienst",
    "oidc_client_secret": "het geheim van de gateway bij de aanmelddienst",
    "oidc_roles_claim": "de naam van een gegeven in het token",
    "oidc_roles": 'JSON zoals {"groep": "viewer"}, met viewer, handler, administrator of auditor',
    "free_good_friday": "true of false",
    "free_liberation_day": "always, lustrum of never",
    "ggk_certificate": "een bestand",
    "ggk_key": "een bestand",
    "ggk_authorities": "een bestand",
    "ggk_application": "een naam van 3 tot en met 50 tekens",
    "database_pool": "een geheel getal van 2 tot en met 100",
}


def load_settings() -> Settings:
    """Read the settings; raises ConfigurationError that names each variable that is wrong."""
    from pydantic import ValidationError

    from gateway.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        raise ConfigurationError("\n".join(_problem(problem) for problem in problems)) from None


def _problem(problem: Any) -> str:
    name = str(problem["loc"][0])
    reason = problem["ctx"]["error"] if problem["type"] == "value_error" else f"verwacht {_EXPECTED[name]}"
    # The value itself is not repeated: there may be a password in it.
    return f"IJW_{name.upper()}: {reason}."


def load_codec() -> tuple[Codec, Codelijsten]:
    """Load what reading and judging messages takes: no database, and no data folder is made."""
    # As composition.make_codec does, which would load the database and the web application along.
    from gateway.wire.codec import Codec
    from gateway.wire.reference import read_codelijsten
    from gateway.wire.schemas import Schemas

    folder = load_settings().schemas_dir
    lists = read_codelijsten(folder)
    return Codec(Schemas(folder), lists.meaning), lists


def load_routes(folder: Path | None = None, lists: Codelijsten | None = None) -> RouteBook:
    """Load what is agreed with each municipality, from a folder or else from the one that is set."""
    from gateway.services.routes import read_route_book
    from gateway.wire.reference import read_codelijsten

    settings = load_settings()
    return read_route_book(folder or settings.routes_dir, lists or read_codelijsten(settings.schemas_dir))


def today() -> date:
    """Give the day that it is in the Netherlands."""
    from gateway.services.clock import dutch_day, utc_now

    return dutch_day(utc_now())


def rules_address() -> str:
    """Give where a gateway explains the codes in findings; nothing when it is not set where people reach one."""
    base = load_settings().base_url
    return f"{base.rstrip('/')}/rules" if base else ""


def load_rulebook() -> Rulebook:
    """Load what every code means."""
    from gateway.services.rulebook import Rulebook
    from gateway.wire.reference import read_codelijsten
    from gateway.wire.standard import read_standard

    folder = load_settings().schemas_dir
    lists = read_codelijsten(folder)
    return Rulebook(read_standard(folder), lists, load_routes(lists=lists).on(today()))


def migrate(settings: Settings) -> bool:
    """Bring the database to the newest schema; says whether there was anything to do."""
    from gateway.store.migrate import upgrade

    # What is in it is encrypted, but who writes to whom is nobody else's business either.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return upgrade(settings.database)


def make_sign_in_link(settings: Settings) -> str:
    """Give the secret of a link by which the person who started the gateway signs in to its console, once."""
    from gateway.composition import make_keyring
    from gateway.services.audit import Audit
    from gateway.services.clock import utc_now
    from gateway.services.signing_in import Role, SigningIn
    from gateway.store.engine import Database

    database = Database(settings.database, pool_size=settings.database_pool)
    try:
        audit = Audit(database, make_keyring(settings, database), utc_now)
        return SigningIn(database, audit, utc_now).make_link(Role.ADMINISTRATOR, operator())
    finally:
        database.close()


@contextmanager
def existing_database(settings: Settings) -> Iterator[Database | None]:
    """Give the database as it is, and nothing where there is no file of it yet: looking makes none."""
    from gateway.store.engine import Database, parse_url

    url = parse_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield None
        return
    database = Database(settings.database, pool_size=settings.database_pool)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_gateway() -> Iterator[Gateway]:
    """Give a gateway whose database can be used.

    An embedded database is made on the spot. That of a server is migrated by `migrate` or `serve` only: other
    processes may still be working with the schema of before.
    """
    from gateway.composition import make_gateway
    from gateway.logs import configure_logs
    from gateway.store.migrate import is_current

    settings = load_settings()
    configure_logs(as_json=settings.log_format == "json")
    # A command that ends at once says itself what it did.
    logging.getLogger().setLevel(logging.WARNING)
    if settings.database.startswith("sqlite"):
        migrate(settings)
    gateway = make_gateway(settings)
    try:
        if not is_current(gateway.database.engine):
            raise ConfigurationError("De database is nog niet bijgewerkt; voer eerst `ijw-gateway migrate` uit.")
        yield gateway
    finally:
        gateway.close()
