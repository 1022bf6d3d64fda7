"""The burgerservicenummer (BSN)."""

from __future__ import annotations

from operator import mul
from typing import Final

_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes_elfproef(bsn: str) -> bool:
    """Tell whether nine digits, each times its weight, add up to a multiple of eleven.

    Nine zeros do: zero is such a multiple.
    """
    total: int = sum(map(mul, _WEIGHTS, map(int, bsn)))
    return total % 11 == 0
