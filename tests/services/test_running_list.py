"""A provider's own list, as a CSV file."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.running_list import FileLine, read_list


def test_a_list() -> None:
    """Columns come in any order and case, by semicolon or comma, with a byte-order mark as spreadsheets write it."""
    text = "\ufeffToewijzingNummer;Gemeente;BSN;Einddatum\r\n300201;0384;999900006;2026-12-31\r\n\r\n300202;0384;;\r\n"
    lines, wrong = read_list(text.encode())
    assert wrong == []
    assert lines == [
        FileLine("0384", 300201, date(2026, 12, 31), "999900006", says_end=True),
        FileLine("0384", 300202, None, None, says_end=True),
    ]
    assert read_list(b"gemeente,toewijzingnummer\n0384,1\n") == (
        [FileLine("0384", 1, None, None, says_end=False)],
        [],
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "kolommen"),
        (b"gemeente;bsn\n0384;1\n", "kolommen"),
        (b"gemeente;gemeente;toewijzingNummer\n", "kolommen"),
        (b"\xff\xfe", "UTF-8"),
        (b"gemeente;toewijzingNummer\n384;1\n", "Regel 2: gemeente"),
        (b"gemeente;toewijzingNummer\n0384;1\n0384;x\n", "Regel 3: toewijzingNummer"),
        (b"gemeente;toewijzingNummer;einddatum\n0384;1;31-12-2026\n", "Regel 2: einddatum"),
        (b"gemeente;toewijzingNummer;bsn\n0384;1;12345678901\n", "Regel 2: bsn"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(data: bytes, says: str) -> None:
    """What is wrong is told, with the line and without the value."""
    _, wrong = read_list(data)
    assert len(wrong) == 1
    assert says in wrong[0]
    assert "12345678901" not in wrong[0]


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Whatever the bytes, there are lines or reasons, and never a failure."""
    lines, wrong = read_list(data)
    assert isinstance(lines, list)
    assert all(reason.endswith(".") for reason in wrong)
