"""When to try again, and when to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.attempts import LAST_AFTER, Again, GiveUp, Hiccup, RefusedForGood, after_failure

FIRST = datetime(2026, 4, 1, 9, tzinfo=UTC)
HICCUP = Hiccup("450 bezet")

MOMENTS = st.timedeltas(timedelta(), timedelta(days=5))


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 360), (6, 720), (7, 720), (10, 720)]
)
def test_the_delays(failures: int, minutes: int) -> None:
    """After 1, 5, 30 minutes, 2, 6, 12 hours, and from then on every twelve hours."""
    found = after_failure(HICCUP, failures=failures, first_at=FIRST, now=FIRST, jitter=0)
    assert found == Again(FIRST + timedelta(minutes=minutes))


def test_jitter_spreads_them() -> None:
    """What failed together comes back up to a tenth of the delay apart."""
    found = after_failure(HICCUP, failures=6, first_at=FIRST, now=FIRST, jitter=0.5)
    assert found == Again(FIRST + timedelta(hours=12.6))


def test_a_refusal_is_not_tried_again() -> None:
    """What was refused for good is given up at once, with what was said as the cause."""
    found = after_failure(RefusedForGood("550 onbekend"), failures=1, first_at=FIRST, now=FIRST, jitter=0)
    assert found == GiveUp("550 onbekend")


def test_a_patience_that_was_asked_for_is_kept() -> None:
    """`Retry-After` makes a wait longer, never shorter."""
    patient = Hiccup("503", timedelta(minutes=10))
    assert after_failure(patient, failures=1, first_at=FIRST, now=FIRST, jitter=0) == Again(
        FIRST + timedelta(minutes=10)
    )
    assert after_failure(patient, failures=3, first_at=FIRST, now=FIRST, jitter=0) == Again(
        FIRST + timedelta(minutes=30)
    )


@given(st.integers(1, 30), MOMENTS, st.floats(0, 1), st.none() | st.timedeltas(timedelta(), timedelta(days=30)))
def test_it_ends(failures: int, passed: timedelta, jitter: float, patience: timedelta | None) -> None:
    """Every next attempt is later than now, and none is later than three days after the first; then it ends."""
    now = FIRST + passed
    found = after_failure(Hiccup("450", patience), failures=failures, first_at=FIRST, now=now, jitter=jitter)
    if passed >= LAST_AFTER:
        assert found == GiveUp("450")
    else:
        assert isinstance(found, Again)
        assert now < found.at <= FIRST + LAST_AFTER


@given(st.lists(st.floats(0, 1), min_size=40, max_size=40))
def test_there_are_some_twelve_attempts(jitters: list[float]) -> None:
    """Whatever the jitter, three days hold ten to twelve attempts, the last one at their end."""
    now, failures = FIRST, 0
    for jitter in jitters:
        failures += 1
        found = after_failure(HICCUP, failures=failures, first_at=FIRST, now=now, jitter=jitter)
        if isinstance(found, GiveUp):
            break
        now = found.at
    assert now == FIRST + LAST_AFTER
    assert 10 <= failures <= 12
