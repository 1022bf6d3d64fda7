"""The life of an allocation or a request as a picture in the page: a lane for each kind of message, along the days.

No script draws it, and a list below it says the same to who cannot see: each mark bears its number in that list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from gateway.console.view import day

LANES: Final = {
    "JW315": "Verzoek",
    "JW317": "Verzoek",
    "JW319": "Antwoord",
    "JW301": "Toewijzing",
    "JW305": "Levering",
    "JW307": "Levering",
    "JW323": "Declaratie",
}
_LEFT: Final = 116  # before it stand the names of the lanes
_DAYS: Final = 560  # what the first and the last day lie apart, unless marks on one day need more
_LANE: Final = 40
_TOP: Final = 24
_AXIS: Final = 30
# Two marks are at least so far apart, or their numbers could not be read.
_APART: Final = 26


class Mark(Struct, frozen=True):
    """One message, in the picture's own units."""

    x: float
    y: float
    number: int
    says: str
    refused: bool


class Drawing(Struct, frozen=True):
    """A picture: how large, its lanes with their names, its marks, and the days written along the axis."""

    width: float
    height: float
    left: float
    lanes: list[tuple[float, str]]
    marks: list[Mark]
    days: list[tuple[float, str]]


def drawn(moments: Sequence[tuple[date, str, str, bool]]) -> Drawing:
    """Draw moments in the order of their days: the day, the type of message, what it did, and whether it was refused.

    Marks of one lane that would cover each other are moved to the right, in their order.
    """
    names = [name for name in dict.fromkeys(LANES.values()) if any(LANES[kind] == name for _, kind, _, _ in moments)]
    heights = {name: _TOP + _LANE * place for place, name in enumerate(names)}
    first, last = (moments[0][0], moments[-1][0]) if moments else (date.min, date.min)
    span = max((last - first).days, 1)
    free = dict.fromkeys(names, 0.0)
    marks = []
    for number, (on, kind, says, refused) in enumerate(moments, 1):
        lane = LANES[kind]
        x = max(_LEFT + round(_DAYS * (on - first).days / span, 1), free[lane])
        free[lane] = x + _APART
        marks.append(Mark(x, heights[lane], number, says, refused))
    axis = [(float(_LEFT), day(first))] if moments else []
    if last > first:
        axis.append((float(_LEFT + _DAYS), day(last)))
    return Drawing(
        width=max([_LEFT + _DAYS, *(mark.x for mark in marks)]) + 56,
        height=_TOP + _LANE * len(names) + _AXIS,
        left=_LEFT,
        lanes=[(heights[name], name) for name in names],
        marks=marks,
        days=axis,
    )
