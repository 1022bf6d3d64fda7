"""A gateway for the tests: its own folder, routes that show every setting, and a clock that can be put forward."""

from __future__ import annotations

import base64
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

from pydantic import SecretStr

from gateway.composition import Gateway, make_codec, make_gateway
from gateway.exchange.refusal import Refusal
from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.services.caller import Caller, Scope
from gateway.services.clock import utc_now
from gateway.services.settling import Accepted
from gateway.settings import Settings
from gateway.store import migrate, schema
from gateway.store.allocations import numbered
from gateway.store.engine import Database
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from tests.berichten import OTHER_PROVIDER, PROVIDER, xml

# The municipalities of the tests, by what is special about them.
PLAIN: Final = "0384"
ANSWERING: Final = "0363"  # the gateway answers for it
RETURNING: Final = "0518"  # the gateway sends its retourberichten, but no JW325
MANUAL: Final = "0150"  # people handle its JW317, and are mailed; two failures are enough
BY_HAND: Final = "1773"  # people handle its JW305, JW315 and JW317, without mail
IMPATIENT: Final = "0599"  # its messages expire after a week
STRICT: Final = "0344"  # refuses what contradicts the lists
OWN_PRODUCT: Final = "45XYZ"  # a product code of the strict one's own, in April 2026
GUARDED: Final = "0479"  # refuses what contradicts, and grants declarations as far as they do not
LENIENT: Final = "0772"  # does not look at the lists
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
code = "{RETURNING}"
name = "'s-Gravenhage"
retour = "gateway"
[[municipality]]
code = "{MANUAL}"
name = "Deventer"
max_attempts = 2
[municipality.manual]
types = ["JW317"]
reason = "De applicatie van de gemeente keurt een JW317 direct af"
email = "jeugd@deventer.example"
escalation_email = "regio@ijsselland.example"
[[municipality]]
code = "{BY_HAND}"
name = "Olst-Wijhe"
[municipality.manual]
types = ["JW305", "JW315", "JW317"]
reason = "De gemeente heeft nog geen applicatie"
[[municipality]]
code = "{IMPATIENT}"
name = "Rotterdam"
expire_days = 7
[[municipality]]
code = "{STRICT}"
name = "Utrecht"
history_checks = "enforce"
[[municipality.product]]
code = "{OWN_PRODUCT}"
category = "45"
valid_from = 2026-04-01
valid_until = 2026-04-30
[[municipality]]
code = "{GUARDED}"
name = "Zaanstad"
history_checks = "enforce"
declaration_answer = "gateway"
[[municipality.tariff]]
provider = "{OTHER_PROVIDER}"
code = "45A04"
unit = "04"
amount = 1499
[[municipality]]
code = "{LENIENT}"
name = "Eindhoven"
history_checks = "off"
[[agreement]]
code = "PROEF-PAUZE"
check = "pause"
weeks = 8
text = "Binnen acht weken."
source = "Proefstuk"
[[agreement]]
code = "PROEF-BUDGET"
check = "budget"
amounts = [1000, 2000]
text = "Een budget is 1.000 of 2.000 euro."
source = "Proefstuk"
[[agreement]]
code = "PROEF-EEN"
check = "one_provider"
amounts = [1000]
text = "Twee budgetten van 1.000 euro bij twee aanbieders vragen de instemming van de gemeente."
source = "Proefstuk"
[[agreement]]
code = "PROEF-WEIGERT"
check = "longest_period"
months = 12
municipalities = ["{IMPATIENT}"]
text = "Hoogstens een jaar."
source = "Proefstuk"
refuse = true
retourcode = "0233"
"""
_KEYS: Final = "test:" + base64.b64encode(bytes(range(32))).decode()
KEYRING: Final = Keyring.parse(_KEYS)


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


@cache
def _codec_of_all() -> tuple[Codec, Codelijsten]:
    # Loading the schemas takes as long as everything else in a start, and they are the same for every test.
    return make_codec(Settings())


def open_gateway(folder: Path, database_url: str | None = None, clock: Clock | None = None, **changes: Any) -> Gateway:
    """Make a gateway with an empty database, in which two providers and a municipality were added.

    `changes` are settings that differ from those of every test.
    """
    settings = settings_in(folder, database_url).model_copy(update=changes)
    with patch("gateway.composition.make_codec", lambda _: _codec_of_all()):
        gateway = make_gateway(settings, clock or utc_now)
    migrate.upgrade(gateway.database.engine)
    start_afresh(gateway)
    return gateway


def start_afresh(gateway: Gateway) -> None:
    """Leave nothing of an earlier test but the parties; much quicker than a gateway of its own for each."""
    _empty(gateway.database)
    gateway.services.parties.add(PROVIDER, "Aanbieder Linde")
    gateway.services.parties.add(OTHER_PROVIDER, "Aanbieder Wilg")
    gateway.services.parties.add(UNROUTED, "Groningen")


def _empty(database: Database) -> None:
    """Leave nothing of an earlier test; much quicker than making the tables anew."""
    with database.write() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())


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


def admin_of(gateway: Gateway) -> Caller:
    """Make a token for an administrator, and give its holder."""
    return caller_for(gateway, scope=Scope.ADMIN)


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


def allocation_of(gateway: Gateway, municipality: str, nummer: int) -> UUID:
    """Give the id of an allocation, the only one with its number."""
    with gateway.database.read() as connection:
        ((row, _),) = numbered(connection, KEYRING, municipality, [nummer])
    return row.id


def content_of(gateway: Gateway, message_id: UUID) -> bytes:
    """Read the bytes of a message that is kept."""
    document = gateway.services.inquiry.content(message_id, admin_of(gateway))
    assert document is not None
    with closing(document):
        return b"".join(document.chunks())
