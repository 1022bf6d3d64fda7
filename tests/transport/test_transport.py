"""What all ways outside share."""

from __future__ import annotations

import pytest

from gateway.transport.transport import harmless


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
