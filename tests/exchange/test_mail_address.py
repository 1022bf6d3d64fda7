"""Mail addresses."""

from __future__ import annotations

import re

import pytest

from gateway.exchange.mail_address import MAIL_ADDRESS


@pytest.mark.parametrize("address", ["jeugd@deventer.example", "o'brien+ijw@a-b.example", "x@y"])
def test_an_address(address: str) -> None:
    """One address, as mail servers know it."""
    assert re.search(MAIL_ADDRESS, address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jeugd",
        "a@b@c.example",
        "a,b@c.example",
        "Jeugd <a@b.example>",
        "a b@c.example",
        "a@b.example,c@d",
        "é@b.nl",
    ],
)
def test_no_address(address: str) -> None:
    """Two addresses, a name beside one, other letters, or none at all."""
    assert not re.search(MAIL_ADDRESS, address)


def test_no_second_line() -> None:
    """An address ends where its line does: nothing of a header can follow."""
    assert not re.fullmatch(MAIL_ADDRESS, "a@b.example\nBcc: c@d.example")
