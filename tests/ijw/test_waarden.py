"""Values that remember how they were written."""

from copy import copy, deepcopy
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ijw.waarden import plain_spelling, read_datum, read_getal, read_tijd, spelling


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("+5", 5), ("05", 5), (" 5\n", 5), ("-0", 0), ("+0", 0), ("0", 0), ("-7", -7), ("-007", -7)],
)
def test_getal(text: str, number: int) -> None:
    """A number is what it counts, and is written as it was; JSON has the plain number."""
    value = read_getal(text)
    assert (value, spelling(value), plain_spelling(value)) == (number, text, number)
    assert type(plain_spelling(value)) is int


@pytest.mark.parametrize("sign", ["", "+", "-"])
def test_getal_with_thousands_of_digits(sign: str) -> None:
    """Python refuses to read thousands of digits; leading zeros may be as many as the sender likes."""
    text = f" {sign}{'0' * 100_000}42 "
    value = read_getal(text)
    assert (value, spelling(value)) == (-42 if sign == "-" else 42, text)


def test_plain_values_are_plain() -> None:
    """What is written in its plain way takes no class of its own."""
    assert [type(value) for value in (read_getal("5"), read_datum("2026-04-01"), read_tijd("10:00:00"))] == [
        int,
        date,
        time,
    ]


@pytest.mark.parametrize(
    ("text", "day", "plain"),
    [
        ("2026-04-01", date(2026, 4, 1), "2026-04-01"),
        (" 2026-04-01", date(2026, 4, 1), "2026-04-01"),
        ("\r\n2026-04-01\t", date(2026, 4, 1), "2026-04-01"),
        ("12026-04-01", date.max, "12026-04-01"),
        ("-0001-04-01", date.min, "-0001-04-01"),
        ("-0004-02-29", date.min, "-0004-02-29"),
        (f"{'9' * 5000}-04-01", date.max, f"{'9' * 5000}-04-01"),
        (f"-{'9' * 5000}-04-01", date.min, f"-{'9' * 5000}-04-01"),
    ],
)
def test_datum(text: str, day: date, plain: str) -> None:
    """A date that no calendar reaches is the last or the first one that it does; its spelling stays."""
    value = read_datum(text)
    assert (value, spelling(value), plain_spelling(value)) == (day, text, plain)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "", "geen datum", "12026-04", "x" * 10])
def test_no_datum(text: str) -> None:
    """What is no date is an error, also where its length is that of one."""
    with pytest.raises(ValueError, match=r"date|isoformat|day"):
        read_datum(text)


@pytest.mark.parametrize(
    ("text", "clock", "plain"),
    [
        ("10:00:00", time(10), "10:00:00"),
        (" 10:00:00 ", time(10), "10:00:00"),
        ("24:00:00", time(0), "24:00:00"),
        ("24:00:00.000", time(0), "24:00:00.000"),
        ("10:00:00.5", time(10, 0, 0, 500_000), "10:00:00.5"),
        ("10:00:00.123456789", time(10, 0, 0, 123_456), "10:00:00.123456789"),
    ],
)
def test_tijd(text: str, clock: time, plain: str) -> None:
    """A time is the time of day that it means, to the microsecond; its spelling stays."""
    value = read_tijd(text)
    assert (value, spelling(value), plain_spelling(value)) == (clock, text, plain)


def test_what_is_computed_has_no_spelling() -> None:
    """A date that is computed from one with a spelling is written plainly."""
    day, clock = read_datum(" 2026-04-01"), read_tijd("24:00:00")
    assert spelling(day + timedelta(days=1)) == "2026-04-02"
    assert spelling(day.replace(day=30)) == "2026-04-30"
    assert spelling(clock.replace(hour=3)) == "03:00:00"
    assert spelling(read_getal("+5") + 1) == "6"


@given(day=st.dates(), number=st.integers(), clock=st.times())
def test_what_the_gateway_makes_is_written_plainly(day: date, number: int, clock: time) -> None:
    """Values that were never read are written as XML Schema writes them."""
    assert read_datum(spelling(day)) == day
    assert read_getal(spelling(number)) == number
    assert read_tijd(spelling(clock)) == clock


@pytest.mark.parametrize("value", [read_datum("12026-04-01"), read_getal("+5"), read_tijd("24:00:00")])
def test_a_copy_is_the_same(value: date | int | time) -> None:
    """A copy of a value keeps its spelling; a far year would become another one otherwise."""
    assert spelling(copy(value)) == spelling(deepcopy(value)) == spelling(value)
