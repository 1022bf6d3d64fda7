"""A provider that stops, in part or wholly: what has to happen to each allocation that still runs.

Source: Regionaal Toegangsprotocol IJsselland 2.0. A client finishes within the allocation, for at most twelve months,
or moves to another provider: a stop message, an earlier end of the allocation, a new request and a new allocation
there. Both sides compare their lists, and explain where these differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

_RUNNING: Final = frozenset({"allocated", "started", "interrupted"})
_MONTHS: Final = 12


class Plan(StrEnum):
    """What is agreed for an allocation."""

    FINISH = "finish"
    MOVE = "move"


class Task(StrEnum):
    """Something that has to happen."""

    AGREE = "agree"
    STOP = "stop"
    END = "end"
    REQUEST = "request"
    ALLOCATION = "allocation"


class Difference(StrEnum):
    """Where two lists of running allocations differ."""

    ONLY_HERE = "onlyHere"
    ONLY_THERE = "onlyThere"
    END_DATE = "endDate"
    CLIENT = "client"


class Running(Struct, frozen=True):
    """An allocation as it stands: its state, its last day (None is without an end)."""

    state: str
    einddatum: date | None

    def runs_after(self, day: date) -> bool:
        """Tell whether there is care to be given after a day."""
        return self.state in _RUNNING and (self.einddatum is None or self.einddatum > day)


class Elsewhere(Struct, frozen=True):
    """What is known of the client at the provider that takes over."""

    requested: bool
    allocated: bool


def latest_finish(stops_on: date) -> date:
    """Give the last day on which a client may still be finishing: twelve months after the provider stops."""
    year = stops_on.year + _MONTHS // 12
    try:
        return stops_on.replace(year=year)
    except ValueError:  # 29 February
        return stops_on.replace(year=year, day=28)


def tasks(plan: Plan | None, running: Running, stops_on: date, elsewhere: Elsewhere) -> Mapping[Task, bool]:
    """Give what has to happen to an allocation, and whether it has."""
    stopped = running.state not in _RUNNING
    if plan is None:
        return {Task.AGREE: stopped}
    last = latest_finish(stops_on) if plan is Plan.FINISH else stops_on
    ended = stopped or (running.einddatum is not None and running.einddatum <= last)
    if plan is Plan.FINISH:
        return {Task.END: ended, Task.STOP: stopped}
    return {
        Task.END: ended,
        Task.STOP: stopped,
        Task.REQUEST: elsewhere.requested or elsewhere.allocated,
        Task.ALLOCATION: elsewhere.allocated,
    }


class Listed(Struct, frozen=True):
    """A line of a list: `client` is what tells clients apart, None where the list does not say."""

    gemeente: str
    toewijzing_nummer: int
    einddatum: date | None
    client: bytes | None = None
    says_end: bool = True


def differences(here: Sequence[Listed], there: Sequence[Listed]) -> list[tuple[str, int, Difference]]:
    """Compare two lists; gives municipality, ToewijzingNummer and what differs, in that order."""
    ours = {(line.gemeente, line.toewijzing_nummer): line for line in here}
    theirs = {(line.gemeente, line.toewijzing_nummer): line for line in there}
    found: list[tuple[str, int, Difference]] = []
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            found.append((*key, Difference.ONLY_HERE))
        elif key not in ours:
            found.append((*key, Difference.ONLY_THERE))
        else:
            found += [(*key, difference) for difference in _between(ours[key], theirs[key])]
    return found


def _between(ours: Listed, theirs: Listed) -> list[Difference]:
    found = []
    if theirs.says_end and ours.einddatum != theirs.einddatum:
        found.append(Difference.END_DATE)
    if theirs.client is not None and ours.client != theirs.client:
        found.append(Difference.CLIENT)
    return found
