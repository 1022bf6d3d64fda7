"""What a message is held against besides the rules inside it: the lists, and what its region agreed."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Final

from gateway.exchange.address import municipality_of
from gateway.exchange.agreement import Situation, held_against
from gateway.exchange.agreement_checks import OneProvider
from gateway.exchange.route import RouteTable
from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.dossier import Dossier
from gateway.ijw.finding import Finding
from gateway.services.clock import Clock, dutch_day
from gateway.services.judging import Outside, found_in
from gateway.wire.document import Document

_NOTHING: Final = Dossier()


class Surroundings:
    """What lies around every message: the day, the lists, and what each municipality and its region agreed."""

    def __init__(self, lists: Codelijsten, routes: RouteTable, feestdagen: Container[date], clock: Clock) -> None:
        """Take these lists and routes, count working days past these holidays, and ask this clock for the day."""
        self._lists = lists
        self._routes = routes
        self._feestdagen = feestdagen
        self._clock = clock

    def outside(self) -> Outside:
        """Give what lies outside every message today."""
        return Outside(dutch_day(self._clock()), self._lists, self._routes)

    def look_elsewhere(self, bericht: Bericht) -> bool:
        """Tell whether an agreement about a message rests on what other providers do for the client."""
        route = self._routes.get(municipality_of(bericht))
        return route is not None and any(
            isinstance(agreement.check, OneProvider) and bericht.TYPE in agreement.check.types
            for agreement in route.agreements
        )

    def advice_on(
        self,
        bericht: Bericht,
        document: Document | None,
        dossier: Dossier = _NOTHING,
        elsewhere: tuple[Dossier, ...] = (),
    ) -> tuple[Finding, ...]:
        """Give what a message breaks of the agreements of its municipality's region.

        Without a document, as for the typed form, a finding has no line. `dossier` is what earlier messages say of the
        client, `elsewhere` what those of other providers do. Raises RuleFailedError when a check fails.
        """
        route = self._routes.get(municipality_of(bericht))
        if route is None or not any(bericht.TYPE in agreement.check.types for agreement in route.agreements):
            return ()
        situation = Situation(
            bericht,
            feestdagen=self._feestdagen,
            dossier=dossier,
            elsewhere=elsewhere,
            referral_budget=route.medical_referral_budget,
            categories=route.agreement_categories,
        )
        return found_in(lambda: held_against(route.agreements, situation), document)
