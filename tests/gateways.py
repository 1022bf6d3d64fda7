"""A gateway for the tests: its own folder, routes that show every setting, and a clock that can be put forward."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from gateway.composition import Gateway, make_gateway
from gateway.exchange.refusal import Refusal
from gateway.ijw.bericht import Bericht
from gateway.services.caller import Caller, Scope
from gateway.services.clock import utc_now
from gateway.services.intake import Accepted
from gateway.settings import Settings
from gateway.store import migrate
from gateway.wire.document import Document
from tests.berichten import OTHER_PROVIDER, PROVIDER, xml

# The municipalities of the tests, by what is special about them.
PLAIN: Final = "0384"
ANSWERING: Final = "0363"  # the gateway answers for it
MANUAL: Final = "0150"  # people handle its JW317; two failures are enough
IMPATIENT: Final = "0599"  # its messages expire after a week
# Takes part by hand, without a route table.
UNROUTED: Final = "0014"

_ROUTES: Final = f"""
region = "Proef"
[[municipality]]
code = "{PLAIN}"
name = "Diemen"
[[municipality]]
code = "{ANSWERING}"
name = "Amsterdam"
retour = "gateway"
declaration_answer = "gateway"
[[municipality]]
code = "{MANUAL}"
name = "Deventer"
max_attempts = 2
[municipality.manual]
types = ["JW317"]
reason = "De applicatie van de gemeente keurt een JW317 direct af"
[[municipality]]
code = "{IMPATIENT}"
name = "Rotterdam"
expire_days = 7
"""
_KEYS: Final = "test:" + base64.b64encode(bytes(range(32))).decode()


@dataclass
class Clock:
    """A clock that stands still until it is put forward."""

    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def settings_in(folder: Path, database_url: str | None = None) -> Settings:
    """Give settings that leave nothing to the environment of whoever runs the tests."""
    routes = folder / "routes"
    routes.mkdir(parents=True, exist_ok=True)
    (routes / "proef.toml").write_text(_ROUTES, encoding="utf-8")
    database = SecretStr(database_url or f"sqlite:///{folder / 'gateway.db'}")
    return Settings(data_dir=folder, database_url=database, routes_dir=routes, encryption_keys=SecretStr(_KEYS))


def open_gateway(folder: Path, database_url: str | None = None, clock: Clock | None = None) -> Gateway:
    """Make a gateway with an empty database, in which two providers and a municipality were added."""
    gateway = make_gateway(settings_in(folder, database_url), clock or utc_now)
    migrate.upgrade(gateway.database.engine)
    gateway.services.parties.add(PROVIDER, "Aanbieder Linde")
    gateway.services.parties.add(OTHER_PROVIDER, "Aanbieder Wilg")
    gateway.services.parties.add(UNROUTED, "Groningen")
    return gateway


def token_for(gateway: Gateway, *parties: str, scope: Scope = Scope.EXCHANGE) -> str:
    """Make a token for some parties, or with another scope."""
    return gateway.services.access.create_token(
        label="proef", scopes=frozenset({scope}), parties=frozenset(parties), expires_at=None
    )


def caller_for(gateway: Gateway, *parties: str, scope: Scope = Scope.EXCHANGE) -> Caller:
    """Make a token, and give its holder."""
    caller = gateway.services.access.identify(token_for(gateway, *parties, scope=scope))
    assert caller is not None
    return caller


def post(gateway: Gateway, caller: Caller, message: Bericht | bytes) -> Accepted | Refusal:
    """Post a message without HTTP."""
    document = Document(message if isinstance(message, bytes) else xml(message))
    candidate = gateway.services.intake.prepare(document, caller)
    return candidate if isinstance(candidate, Refusal) else gateway.services.intake.settle([candidate])[0]


def accepted(gateway: Gateway, caller: Caller, message: Bericht | bytes) -> Accepted:
    """Post a message that is certain to be taken."""
    result = post(gateway, caller, message)
    assert isinstance(result, Accepted), result
    return result


def refused(gateway: Gateway, caller: Caller, message: Bericht | bytes) -> Refusal:
    """Post a message that is certain not to be taken."""
    result = post(gateway, caller, message)
    assert isinstance(result, Refusal), result
    return result
