"""How a page is made: the templates, and how moments, codes and counts are written on it."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from gateway.console.words import (
    ACTS,
    ALLOCATION_STATES,
    DEADLINE_KINDS,
    DEADLINE_STATES,
    DECISIONS,
    ENDINGS,
    EVENTS,
    HEALTH_PARTS,
    OUTCOMES,
    RELATIONS,
    REPLAY_STATES,
    REQUEST_STATES,
    ROLES,
    SCOPES,
    SENDING_STATES,
    SOURCES,
    STATES,
    STATUSES,
    TYPES,
    WAYS,
)
from gateway.services.clock import DUTCH_TIME

_FOLDER: Final = Path(__file__).with_name("templates")
_MONTHS: Final = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(moment=moment, day=day, written_day=written_day, last_day=last_day, count=count)
    environment.globals.update(
        ACTS=ACTS,
        ALLOCATION_STATES=ALLOCATION_STATES,
        DEADLINE_KINDS=DEADLINE_KINDS,
        DEADLINE_STATES=DEADLINE_STATES,
        DECISIONS=DECISIONS,
        ENDINGS=ENDINGS,
        EVENTS=EVENTS,
        HEALTH_PARTS=HEALTH_PARTS,
        OUTCOMES=OUTCOMES,
        RELATIONS=RELATIONS,
        REPLAY_STATES=REPLAY_STATES,
        REQUEST_STATES=REQUEST_STATES,
        ROLES=ROLES,
        SCOPES=SCOPES,
        SENDING_STATES=SENDING_STATES,
        SOURCES=SOURCES,
        STATES=STATES,
        STATUSES=STATUSES,
        TYPES=TYPES,
        WAYS=WAYS,
    )
    return environment


def outside(title: str, reason: str, status: int, request_id: str = "") -> HTMLResponse:
    """Make a page for who is not inside: what went wrong, and how to report it."""
    return page("outside.html", {"title": title, "reason": reason, "request_id": request_id}, status)


def page(template: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """Make a page of a template; what comes from outside is shown, never followed."""
    return HTMLResponse(_environment().get_template(template).render(values), status)


def moment(value: datetime) -> str:
    """Write a moment as a clock in the Netherlands shows it."""
    local = value.astimezone(DUTCH_TIME)
    return f"{day(local.date())}, {local:%H:%M:%S}"


def day(value: date) -> str:
    """Write a day: 3 apr 2026."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def written_day(value: str) -> str:
    """Write a day that a form gave, as 2026-04-03."""
    return day(date.fromisoformat(value))


def last_day(value: datetime) -> str:
    """Write the last day of a term, which ends with that day."""
    return day(value.astimezone(DUTCH_TIME).date())


def count(number: int, one: str, more: str) -> str:
    """Write how many there are, with the noun that goes with it."""
    return f"{number:,}".replace(",", ".") + f" {one if number == 1 else more}"
