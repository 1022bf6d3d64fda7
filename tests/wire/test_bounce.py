"""Mail that came back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.bounce import Bounce, read_bounce
from tests.bounces import OLD_FASHIONED, OUT_OF_OFFICE, plain, report

MAIL = uuid4()


def test_a_report_says_why() -> None:
    """The mail, its status and what the other server said."""
    assert read_bounce(report(MAIL)) == Bounce(MAIL, "5.1.1 550 5.1.1 no such user")


def test_an_old_fashioned_bounce_says_only_which() -> None:
    """Without a report it is who sends it that makes it a bounce."""
    assert read_bounce(plain(OLD_FASHIONED, MAIL)) == Bounce(MAIL, "")


@pytest.mark.parametrize(
    "mail",
    [
        report(MAIL, action="delayed", status="4.4.1"),
        report(MAIL, action="delivered", status="2.0.0"),
        plain(OUT_OF_OFFICE, MAIL),
        report("iets-anders"),
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_bounce(mail: bytes) -> None:
    """A mail that is late, an answer, somebody else's mail, or no mail at all."""
    assert read_bounce(mail) is None


@given(st.binary(max_size=200), st.integers(0, 1500), st.integers(0, 40))
def test_any_mail_can_be_read(noise: bytes, place: int, gone: int) -> None:
    """Whatever arrives in the mailbox, reading it ends."""
    whole = report(MAIL)
    read_bounce(whole[:place] + noise + whole[place + gone :])
