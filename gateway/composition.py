"""Everything wired: settings in, a working gateway out. Nowhere else is one part given to another."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from gateway.api.services import Services
from gateway.console.desk import Desk, SignOn
from gateway.errors import KeyringError
from gateway.exchange.freeze import Freeze
from gateway.exchange.route import RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.logs import get_logger
from gateway.networks import read_networks
from gateway.services.access import Access, Parties
from gateway.services.audit import Audit
from gateway.services.bounces import Bounces
from gateway.services.case_closing import close_answered
from gateway.services.case_mail import CaseMail, MailIdentity
from gateway.services.case_opening import MAIL
from gateway.services.case_reading import CasePages, CaseReading
from gateway.services.certificates import Certificates
from gateway.services.clock import Clock, utc_now
from gateway.services.coordinators import Coordinators, tell_coordinators
from gateway.services.counting import Counting
from gateway.services.current_routes import CurrentRoutes
from gateway.services.dead_letters import DeadLetters
from gateway.services.deadlines import Deadlines
from gateway.services.deciding import Deciding
from gateway.services.deliveries import Deliveries
from gateway.services.drafting import Drafting
from gateway.services.due import Due
from gateway.services.endpoints import Endpoints
from gateway.services.escalations import Escalations
from gateway.services.feestdagen import Feestdagen
from gateway.services.following import Following
from gateway.services.ggk_faults import GgkFaults
from gateway.services.ggk_intake import GgkDesk, GgkIntake
from gateway.services.ggk_sending import GgkChannel
from gateway.services.ggk_texts import Texts
from gateway.services.group_commit import GroupCommit
from gateway.services.health import Watch
from gateway.services.holding import Holding
from gateway.services.inquiry import Inquiry
from gateway.services.intake import Intake
from gateway.services.kept import Kept
from gateway.services.manual_cases import ManualCases
from gateway.services.proxies import Proxies
from gateway.services.pushing import Pushing
from gateway.services.queueing import Queueing
from gateway.services.rebuild import Rebuild
from gateway.services.replaying import Replaying
from gateway.services.reporting import Reporting
from gateway.services.resettling import Resettling
from gateway.services.restoring import Restoring
from gateway.services.retention import Retention
from gateway.services.retention_file import read_terms
from gateway.services.rotation import Rotation
from gateway.services.rulebook import Rulebook
from gateway.services.sending import Channel, Sending
from gateway.services.settling import Follower, Settling
from gateway.services.signing_in import Role, SigningIn
from gateway.services.surroundings import Surroundings
from gateway.services.traffic import Traffic
from gateway.services.upkeep import Upkeep
from gateway.services.webhooks import WebhookChannel
from gateway.services.wind_downs import WindDowns
from gateway.settings import Settings
from gateway.store.condition import has_messages
from gateway.store.engine import Database, DatabaseFailedError
from gateway.store.vault import Keyring
from gateway.traces import Traces, make_traces
from gateway.transport.ggk0210 import SoapTransport, TlsFiles
from gateway.transport.mail import MailServer, MailTransport
from gateway.transport.mailbox import Mailbox
from gateway.transport.smime import Signer
from gateway.transport.webhook import WebhookTransport
from gateway.wire.codec import Codec
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas
from gateway.wire.standard import read_standard

_log = get_logger(__name__)


class Gateway(Struct, frozen=True):
    """A gateway that is ready to work."""

    settings: Settings
    database: Database
    routes: CurrentRoutes
    codec: Codec
    services: Services
    desk: Desk
    upkeep: Upkeep
    rebuild: Rebuild
    traces: Traces

    def close(self) -> None:
        """Finish what was begun, and let go of the database."""
        self.services.commits.close()
        self.database.close()
        self.traces.close()


def make_codec(settings: Settings) -> tuple[Codec, Codelijsten]:
    """Load the schemas and the code lists: all that reading and writing messages takes."""
    lists = read_codelijsten(settings.schemas_dir)
    return Codec(Schemas(settings.schemas_dir), lists.meaning), lists


def make_keyring(settings: Settings, database: Database) -> Keyring:
    """Take the keys that are set, or those in the data folder; a gateway that keeps nothing yet makes itself one."""
    if settings.encryption_keys is not None:
        return Keyring.parse(settings.encryption_keys.get_secret_value())
    if not settings.key_file.exists():
        if _keeps_messages(database):
            raise KeyringError(
                f"Het sleutelbestand {settings.key_file} is er niet meer, en zonder kan niemand de berichten lezen die "
                "bewaard zijn; zet het terug uit de reservekopie, of geef de sleutels in IJW_ENCRYPTION_KEYS."
            )
        _log.warning("encryption-key-made", file=str(settings.key_file), advice="bewaar een kopie buiten deze machine")
    return Keyring.from_file_or_create(settings.key_file)


def make_feestdagen(settings: Settings) -> Feestdagen:
    """Give the days off that no term in working days counts."""
    return Feestdagen(good_friday=settings.free_good_friday, liberation_day=settings.free_liberation_day)


def make_channels(
    settings: Settings, routes: RouteTable, reading: CaseReading, clock: Clock
) -> dict[str, Channel[Any]]:
    """Give the ways by which things are sent outside, as far as they are set up."""
    if settings.smtp_url is None:
        return {}
    server = MailServer.parse(settings.smtp_url.get_secret_value())
    return {MAIL: CaseMail(MailTransport(server), make_identity(settings, server), routes, reading, clock)}


def warn_of(settings: Settings) -> None:
    """Log what works, but not as it should; for a process that stays, for a command would say it every time."""
    if settings.smtp_url is not None and not MailServer.parse(settings.smtp_url.get_secret_value()).is_safe:
        _log.warning("smtp-without-tls", advice="gebruik smtp+starttls:// of smtps://: mail is nu onderweg te lezen")


def make_bounces(settings: Settings, database: Database, clock: Clock) -> list[Callable[[], int]]:
    """Give the chore that looks after mail that came back, where a mailbox is set."""
    if settings.bounces_url is None:
        return []
    return [Bounces(database, Mailbox.parse(settings.bounces_url.get_secret_value()), clock).read]


def make_identity(settings: Settings, server: MailServer) -> MailIdentity:
    """Give as whom the gateway mails: as set, else as the user of the mail server, else by the name of this machine."""
    user = server.user if server.user and "@" in server.user else None
    sender = settings.mail_from or user or f"ijw-gateway@{socket.getfqdn()}"
    base = settings.base_url.rstrip("/") if settings.base_url else None
    signer = Signer.read(settings.smime_file) if settings.smime_file else None
    return MailIdentity(sender, settings.mail_return_address or sender, base, signer)


def make_sign_on(settings: Settings) -> SignOn | None:
    """Give the provider by which people sign in, where one is set."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    return SignOn(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        roles_claim=settings.oidc_roles_claim,
        roles={group: Role(role) for group, role in settings.oidc_roles.items()},
    )


def _keeps_messages(database: Database) -> bool:
    try:
        with database.read() as connection:
            return has_messages(connection)
    except DatabaseFailedError:
        return False  # There are no tables yet.


def make_gateway(settings: Settings, clock: Clock = utc_now) -> Gateway:
    """Wire a gateway; raises ConfigurationError, with what to do, when it cannot work as it is set."""
    codec, lists = make_codec(settings)
    traces = make_traces(settings.otlp_endpoint)
    routes = CurrentRoutes(settings.routes_dir, lists, clock)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database, pool_size=settings.database_pool)
    keyring = make_keyring(settings, database)
    feestdagen = make_feestdagen(settings)
    surroundings = Surroundings(lists, routes, feestdagen, clock)
    # Each writes what follows from the messages of a transaction, in that transaction.
    pushing = Pushing(routes, Freeze.parse(settings.ggk_freeze) if settings.ggk_freeze else None)
    writers: list[Follower] = [Due(feestdagen).write]
    followers: list[Follower] = [
        partial(close_answered, keyring),
        partial(tell_coordinators, keyring),
        pushing.write,
    ]
    drafting = Drafting(codec, routes, feestdagen)
    settling = Settling(database, keyring, codec, routes, drafting, surroundings, clock, writers, followers)
    resettling = Resettling(database, keyring, codec, routes, drafting, surroundings, clock, writers, followers)
    intake = Intake(codec, surroundings, routes, settling)
    kept = Kept(keyring, codec)
    audit = Audit(database, keyring, clock)
    retention = Retention(database, keyring, read_terms(settings.retention_file), audit, clock)
    reading = CaseReading(keyring, codec, lists)
    cases = ManualCases(database, keyring, codec, routes, intake, audit, clock)
    certificates = Certificates(database, audit, clock)
    proxies = Proxies(settings.trusted_proxies or "", settings.client_certificate_header)
    faults = GgkFaults(database, settling, pushing, clock)
    texts = Texts(database, keyring, audit, clock)
    networks = read_networks(settings.webhook_networks)
    endpoints = Endpoints(database, keyring, audit, clock, plain_webhooks=bool(networks))
    replaying = Replaying(database, keyring, resettling, pushing, routes, audit, clock)
    services = Services(
        access=Access(database, audit, clock),
        audit=audit,
        parties=Parties(database, routes, audit, clock),
        intake=intake,
        commits=GroupCommit(traces.settling(intake.settle)),
        queueing=Queueing(database, routes, audit, clock),
        holding=Holding(database, keyring, audit, clock),
        replaying=replaying,
        dead_letters=DeadLetters(database),
        deliveries=Deliveries(database),
        restoring=Restoring(database, audit, clock),
        retention=retention,
        rotation=Rotation(database, keyring, audit),
        inquiry=Inquiry(database, keyring, codec, audit, clock),
        following=Following(database, keyring, audit),
        deadlines=Deadlines(database, audit, clock),
        manual_cases=cases,
        coordinators=Coordinators(database, audit, clock),
        escalations=Escalations(database, keyring, audit, clock),
        wind_downs=WindDowns(database, keyring, audit, clock),
        case_pages=CasePages(database, cases, reading, audit, clock),
        deciding=Deciding(database, kept, intake, audit, clock),
        reporting=Reporting(database, kept, intake, clock),
        watch=Watch(database, routes, clock),
        rulebook=Rulebook(read_standard(settings.schemas_dir), lists, routes, settings.base_url or ""),
        certificates=certificates,
        proxies=proxies,
        endpoints=endpoints,
        ggk=GgkIntake(
            database,
            intake,
            certificates,
            GgkDesk(routes, faults, texts, settings.ggk_application, settings.base_url),
            clock,
        ),
        texts=texts,
    )
    channels: dict[str, Channel[Any]] = {
        "ggk0210": GgkChannel(SoapTransport(_tls(settings)), keyring, pushing, settings.ggk_application, clock),
        "webhook": WebhookChannel(WebhookTransport(networks), endpoints, clock),
        **make_channels(settings, routes, reading, clock),
    }
    sending = Sending(database, traces.channels(channels), clock, held=pushing.held)
    chores = [
        cases.escalate,
        *make_bounces(settings, database, clock),
        replaying.round,
        retention.daily,
        texts.remove_old,
        Counting(database, clock).chore,
    ]
    upkeep = Upkeep(database, clock, sending, chores=chores, within=traces.round)
    desk = Desk(
        access=services.access,
        audit=audit,
        dead_letters=services.dead_letters,
        deadlines=services.deadlines,
        deciding=services.deciding,
        deliveries=services.deliveries,
        following=services.following,
        manual_cases=cases,
        parties=services.parties,
        replaying=replaying,
        inquiry=services.inquiry,
        watch=services.watch,
        traffic=Traffic(database, services.dead_letters, clock),
        signing_in=SigningIn(database, audit, clock),
        routes=routes,
        lists=lists,
        clock=clock,
        proxies=proxies,
        secrets=keyring.cookie_secrets,
        sign_on=make_sign_on(settings),
        base_url=settings.base_url.rstrip("/") if settings.base_url else None,
    )
    rebuild = Rebuild(database, keyring, codec, clock)
    return Gateway(settings, database, routes, codec, services, desk, upkeep, rebuild, traces)


def _tls(settings: Settings) -> TlsFiles:
    return TlsFiles(settings.ggk_certificate, settings.ggk_key, settings.ggk_authorities)
