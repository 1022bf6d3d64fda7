"""The first page: one look tells whether all is well, how old the oldest message is, and what needs somebody."""

from __future__ import annotations

from starlette.responses import Response

from gateway.console.entrance import Visit
from gateway.console.plot import HEIGHT, WIDTH, bars
from gateway.services.clock import DUTCH_TIME


def overview(visit: Visit) -> Response:
    """Show the overview."""
    numbers, health = visit.desk.traffic.numbers(), visit.desk.watch.health()
    names = {party.code: party.name for party in visit.desk.parties.listed()}
    return visit.show(
        "overview.html",
        "overzicht",
        numbers=numbers,
        health=health,
        names=names,
        size=(WIDTH, HEIGHT),
        hours=bars([(f"{hour.astimezone(DUTCH_TIME):%H}", number) for hour, number in numbers.hours], every=3),
        days=bars([(f"{day.day}-{day.month}", number) for day, number in numbers.days], every=2),
    )
