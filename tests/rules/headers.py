"""What every made-up message begins with: a header of some day, and the number of a client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.bsn import passes_elfproef
from gateway.ijw.typen import BerichtIdentificatie
from tests.rules.builders import header

Draw = Callable[[st.SearchStrategy[Any]], Any]

# A message of any day of the years that the standard is in use, leap days among them.
DAGTEKENINGEN: Final = st.one_of(
    st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.sampled_from([date(2024, 2, 29), date(2028, 2, 29)])
)


def _bsn(start: int) -> str:
    """Give the first number from here that passes the elfproef."""
    return next(bsn for bsn in map(str, count(start)) if passes_elfproef(bsn))


BSN: Final = st.integers(100_000_000, 999_999_000).map(_bsn)


def header_of(draw: Draw, bericht: type[Bericht]) -> Any:
    """Make the header of a message, of any day."""
    made = header(bericht)
    day = draw(DAGTEKENINGEN)
    return replace(made, bericht_identificatie=BerichtIdentificatie(identificatie="1", dagtekening=day))
