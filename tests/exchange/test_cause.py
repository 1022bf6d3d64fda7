"""What failures have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.cause import Cause


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("schijf 12 vol", "schijf # vol"),
        ("  schijf 7 vol\n", "schijf # vol"),
        ("", "geen reden opgegeven"),
        ("  ", "geen reden opgegeven"),
        (None, "geen reden opgegeven"),
    ],
)
def test_numbers_tell_no_causes_apart(reason: str | None, text: str) -> None:
    """A number is of one message, and white space around a reason of nothing at all."""
    assert Cause.of(reason).text == text


@given(st.text(max_size=1000))
def test_any_reason_is_a_cause(reason: str) -> None:
    """It fits where it is kept, and the same words have the same id, which says none of them."""
    cause = Cause.of(reason)
    assert 0 < len(cause.text) <= 200
    assert len(cause.id) == 8
    assert set(cause.id) <= set("0123456789abcdef")
    assert Cause.of(cause.text).id == cause.id
