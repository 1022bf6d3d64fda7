"""What lists have in common: a page at a time, and what an address may ask for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from gateway.console.entrance import Visit

PAGE: Final = 50
_LONGEST: Final = 60


def asked(visit: Visit, name: str, choices: Collection[str] = ()) -> str:
    """Give what an address asks for; what is not among the choices counts for nothing."""
    given = visit.request.query_params.get(name, "").strip()[:_LONGEST]
    return given if not choices or given in choices else ""


def as_uuid(text: str) -> UUID | None:
    """Read an id; nothing for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def next_address(visit: Visit, after: object | None) -> str | None:
    """Give the address of the page that follows, with the same filters; nothing when this is the last."""
    if after is None:
        return None
    given = {name: value for name, value in visit.request.query_params.items() if name != "after" and value}
    return "?" + urlencode({**given, "after": str(after)})
