"""What the pages work with; made by the composition of the program."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.ijw.codelijsten import Codelijsten
from gateway.services.access import Access, Parties
from gateway.services.audit import Audit
from gateway.services.clock import Clock
from gateway.services.current_routes import CurrentRoutes
from gateway.services.dead_letters import DeadLetters
from gateway.services.deadlines import Deadlines
from gateway.services.deciding import Deciding
from gateway.services.deliveries import Deliveries
from gateway.services.following import Following
from gateway.services.health import Watch
from gateway.services.inquiry import Inquiry
from gateway.services.manual_cases import ManualCases
from gateway.services.proxies import Proxies
from gateway.services.replaying import Replaying
from gateway.services.signing_in import Role, SigningIn
from gateway.services.traffic import Traffic


@dataclass(frozen=True, slots=True)
class SignOn:
    """An OpenID Connect provider that tells who somebody is, and which of their groups has which role here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    roles_claim: str
    roles: dict[str, Role]


@dataclass(frozen=True, slots=True)
class Desk:
    """The services behind the pages.

    `secrets` sign cookies and forms; the first one signs, each of them is believed. `base_url` is how browsers reach
    the console, where that is set.
    """

    access: Access
    audit: Audit
    dead_letters: DeadLetters
    deadlines: Deadlines
    deciding: Deciding
    deliveries: Deliveries
    following: Following
    manual_cases: ManualCases
    parties: Parties
    replaying: Replaying
    inquiry: Inquiry
    watch: Watch
    traffic: Traffic
    signing_in: SigningIn
    routes: CurrentRoutes
    lists: Codelijsten
    clock: Clock
    proxies: Proxies
    secrets: tuple[bytes, ...] = field(repr=False)
    sign_on: SignOn | None = None
    base_url: str | None = None
