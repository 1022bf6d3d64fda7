"""The freeze, and how it is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.freeze import Freeze

FREEZE = Freeze.parse("2027-01-01T18:00+01:00 / 2027-01-03T06:00+01:00")


@given(st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=5)))
def test_what_goes_out_when(since: timedelta) -> None:
    """Outside it at once, inside it at its end; the end itself is outside."""
    now = FREEZE.begin + since
    assert FREEZE.due(now) == (FREEZE.end if FREEZE.begin <= now < FREEZE.end else now)
    assert FREEZE.holds(now) == (FREEZE.due(now) != now)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "morgen",
        "2027-01-01T18:00+01:00",
        "2027-01-01T18:00/2027-01-03T06:00",
        "2027-01-03T06:00+01:00/2027-01-01T18:00+01:00",
        "2027-01-01T18:00+01:00/2027-01-01T18:00+01:00",
        "2027-01-01T18:00+01:00/",
    ],
)
def test_what_is_no_freeze(text: str) -> None:
    """Two moments, each with a time zone, the first one first."""
    with pytest.raises(ValueError, match=r".?"):
        Freeze.parse(text)
