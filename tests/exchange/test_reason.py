"""Reasons in somebody's own words."""

from __future__ import annotations

import pytest

from gateway.exchange.reason import without_numbers


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("BSN 999900006 onbekend", "BSN … onbekend"),
        ("BSN 999.900.006 of 9999 00 006", "BSN … of …"),
        ("geboren 2014-02-14", "geboren …"),
        ("Fout 500 op poort 8080, regel 12", "Fout 500 op poort 8080, regel 12"),
    ],
)
def test_a_reason_has_no_number_of_somebody(reason: str, kept: str) -> None:
    """A BSN and a date of birth are left out however they are written; short numbers stay."""
    assert without_numbers(reason) == kept
