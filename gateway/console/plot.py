"""A bar chart as a picture in the page: no script draws it, and a table beside it says the same to who cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

WIDTH: Final = 720
HEIGHT: Final = 180
_GAP: Final = 2
_BASE: Final = HEIGHT - 24  # below it are the labels
_TOP: Final = 16


class Bar(Struct, frozen=True):
    """One bar, in the picture's own units, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    number: int
    labelled: bool  # on the axis; a label under each bar would be too many


def bars(numbers: Sequence[tuple[str, int]], every: int = 1) -> list[Bar]:
    """Place a bar for each number; every so many of them has its label on the axis."""
    most = max((number for _, number in numbers), default=0) or 1
    width = WIDTH / max(len(numbers), 1)
    made = []
    for place, (label, number) in enumerate(numbers):
        height = round((_BASE - _TOP) * number / most, 1)
        made.append(
            Bar(
                x=round(place * width + _GAP / 2, 1),
                y=round(_BASE - height, 1),
                width=round(width - _GAP, 1),
                height=height,
                label=label,
                number=number,
                labelled=place % every == 0,
            )
        )
    return made
