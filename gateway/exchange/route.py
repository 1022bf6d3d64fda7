"""What is agreed with a municipality: how messages reach it, and what is special there (contract, chapter 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from gateway.exchange.agreement import Agreement
from gateway.rules.history import Tarief
from gateway.rules.rule import OwnProduct

DEFAULT_MAX_ATTEMPTS = 5
FROM_PROVIDERS: Final = frozenset({"JW305", "JW307", "JW315", "JW317", "JW323"})
"""What a provider sends to start something."""


class Delivery(StrEnum):
    """How messages reach a municipality."""

    QUEUE = "queue"
    GGK0210 = "ggk0210"
    WEBHOOK = "webhook"
    EMAIL = "email"


class HistoryChecks(StrEnum):
    """What a finding against earlier messages or outside lists does: nothing, advise, or refuse the message."""

    OFF = "off"
    ADVISE = "advise"
    ENFORCE = "enforce"


class Answerer(StrEnum):
    """Who sends the answer that a message was taken: whoever received it, or the gateway at once."""

    RECIPIENT = "recipient"
    GATEWAY = "gateway"


class Manual(Struct, frozen=True):
    """The messages that people handle, outside the exchange, and why.

    `email` is where a case is mailed to, `escalation_email` where one that takes too long is. With the `certificate`,
    a file, the mail is encrypted for the municipality and has the content; without, nothing about a person.
    """

    types: frozenset[str]
    reason: str
    email: str | None = None
    escalation_email: str | None = None
    certificate: str | None = None


class GgkDoor(Struct, frozen=True):
    """Where a party takes envelopes of the GGk, and what it calls its application; `texts` tells whether texts too."""

    url: str | None
    application: str = "GGk"
    texts: bool = False


class Route(Struct, frozen=True):
    """What holds for the messages to and from one municipality, by its CBS code.

    `retour` is about the positive retourbericht, `declaration_answer` about the JW325. After `max_attempts`
    failures a message is a dead letter; after `expire_days` of waiting it expires, without them never. Up to
    `medical_referral_budget` (in euros) a doctor refers without the municipality; no message is refused for it.
    `own_products` are product codes that only this municipality has, within the national categories. `agreements`
    are those of its region, about products of the `agreement_categories`; None is all. `tarieven` are those of its
    contracts, each with the provider's AGB code.
    """

    code: str
    name: str
    region: str
    delivery: Delivery = Delivery.QUEUE
    history_checks: HistoryChecks = HistoryChecks.ADVISE
    retour: Answerer = Answerer.RECIPIENT
    declaration_answer: Answerer = Answerer.RECIPIENT
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    expire_days: int | None = None
    manual: Manual | None = None
    medical_referral_budget: int | None = None
    own_products: tuple[OwnProduct, ...] = ()
    tarieven: tuple[tuple[str, Tarief], ...] = ()
    agreements: tuple[Agreement, ...] = ()
    agreement_categories: frozenset[str] | None = None
    ggk: GgkDoor | None = None

    def handled_by_people(self, message_type: str) -> Manual | None:
        """Give what is agreed about a type of message that people handle; nothing for one that takes its way.

        A municipality that is reached by mail has everything that starts something handled by people. A retourbericht
        asks nothing of anybody: it waits in the queue.
        """
        if self.manual is None:
            return None
        by_mail = self.delivery is Delivery.EMAIL and message_type in FROM_PROVIDERS
        return self.manual if by_mail or message_type in self.manual.types else None

    def tarieven_of(self, provider: str) -> tuple[Tarief, ...] | None:
        """Give the tariffs of the contract with a provider; None where no table of them is there."""
        return tuple(tarief for code, tarief in self.tarieven if code == provider) or None


class RouteTable:
    """All municipalities that the gateway serves, by CBS code."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        """Hold these routes."""
        self._routes = MappingProxyType(dict(routes))

    @staticmethod
    def of(routes: Iterable[Route]) -> RouteTable:
        """Gather routes; a municipality has one."""
        return RouteTable({route.code: route for route in routes})

    @property
    def routes(self) -> Mapping[str, Route]:
        """Give the routes by code; who needs several of one moment takes them from one such mapping."""
        return self._routes

    def get(self, code: str) -> Route | None:
        """Find the route of a municipality; one without a route is not known here."""
        return self.routes.get(code)

    def __contains__(self, code: object) -> bool:
        return code in self.routes

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes.values())

    def __len__(self) -> int:
        return len(self.routes)
