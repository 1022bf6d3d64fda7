"""What all ways outside share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from gateway.exchange.attempts import LAST_AFTER
from gateway.transport.transport import harmless, patience


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("250 2.0.0 Ok: queued", "250 2.0.0 Ok: queued"),
        ("550 5.1.1 <jeugd@deventer.example>: unknown", "550 5.1.1 <…>: unknown"),
        ("first line\r\n  second\tline", "first line second line"),
        ("about 999900006, of all", "about …, of all"),
        ("x" * 500, "x" * 200),
    ],
)
def test_what_another_machine_says_is_made_harmless(said: str, kept: str) -> None:
    """Addresses and numbers of a person are left out, and it is one short line."""
    assert harmless(said) == kept


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "straks"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "0"}, timedelta()),
        ({"retry-after": " 120 "}, timedelta(minutes=2)),
        ({"retry-after": "86400"}, timedelta(days=1)),
        ({"retry-after": "9999999"}, LAST_AFTER),
        ({"retry-after": "9" * 5000}, LAST_AFTER),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, LAST_AFTER),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, timedelta()),
        (
            {"retry-after": "Wed, 01 Apr 2026 12:10:00 GMT", "date": "Wed, 01 Apr 2026 12:00:00 GMT"},
            timedelta(minutes=10),
        ),
        ({"retry-after": "Wed, 99 Apr 2026 12:10:00 GMT"}, None),
    ],
)
def test_how_long_the_other_side_asks_to_be_left_alone(headers: dict[str, str], asked: timedelta | None) -> None:
    """Seconds, or a date by the other side's own clock; never longer than something is tried at all."""
    assert patience(headers) == asked


def test_a_date_without_the_other_sides_clock() -> None:
    """It is held against ours."""
    asked = patience({"retry-after": format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)})
    assert asked is not None
    assert timedelta(minutes=9) < asked <= timedelta(minutes=10)
