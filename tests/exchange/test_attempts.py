"""When to try again, and when to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.attempts import (
    DELAYS,
    LAST_AFTER,
    MAIL_DELAYS,
    Again,
    GiveUp,
    Hiccup,
    RefusedForGood,
    after_failure,
    delays_of,
)

FIRST = datetime(2026, 4, 1, 9, tzinfo=UTC)
HICCUP = Hiccup("450 bezet")

MOMENTS = st.timedeltas(timedelta(), timedelta(days=5))


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        ("mail", (60, 300, 1800, 7200, 21600, 43200, 43200)),
        ("webhook", (5, 30, 60, 300, 1800, 7200, 21600, 43200, 43200)),
        ("ggk0210", (5, 30, 60, 300, 1800, 7200, 21600, 43200, 43200)),
    ],
)
def test_the_delays(kind: str, seconds: tuple[int, ...]) -> None:
    """Seconds, minutes, hours, and from then on every twelve hours; for mail no seconds."""
    found = [next_one(failures, kind=kind) for failures in range(1, len(seconds) + 1)]
    assert found == [Again(FIRST + timedelta(seconds=each)) for each in seconds]
    assert next_one(40, kind=kind) == found[-1]


def next_one(failures: int, outcome: Hiccup = HICCUP, kind: str = "mail", jitter: float = 0) -> Again | GiveUp:
    """Tell what follows a failure at the first moment."""
    return after_failure(outcome, delays=delays_of(kind), failures=failures, first_at=FIRST, now=FIRST, jitter=jitter)


def test_jitter_spreads_them() -> None:
    """What failed together comes back up to a tenth of the wait apart, also when a patience was asked for."""
    assert next_one(6, jitter=0.5) == Again(FIRST + timedelta(hours=12.6))
    assert next_one(1, Hiccup("503", timedelta(minutes=10)), jitter=1) == Again(FIRST + timedelta(minutes=11))


def test_a_refusal_is_not_tried_again() -> None:
    """What was refused for good is given up at once, with what was said as the cause."""
    refused = RefusedForGood("550 onbekend")
    found = after_failure(refused, delays=MAIL_DELAYS, failures=1, first_at=FIRST, now=FIRST, jitter=0)
    assert found == GiveUp("550 onbekend")


def test_a_patience_that_was_asked_for_is_kept() -> None:
    """`Retry-After` makes a wait longer, never shorter, and never longer than three days."""
    patient = Hiccup("503", timedelta(minutes=10))
    assert next_one(1, patient) == Again(FIRST + timedelta(minutes=10))
    assert next_one(3, patient) == Again(FIRST + timedelta(minutes=30))
    assert next_one(1, Hiccup("503", timedelta(days=30))) == Again(FIRST + LAST_AFTER)


@given(st.integers(1, 30), MOMENTS, st.floats(0, 1), st.none() | st.timedeltas(timedelta(), timedelta(days=30)))
def test_it_ends(failures: int, passed: timedelta, jitter: float, patience: timedelta | None) -> None:
    """Every next attempt is later than now, and none is later than three days after the first; then it ends."""
    now = FIRST + passed
    outcome = Hiccup("450", patience)
    found = after_failure(outcome, delays=DELAYS, failures=failures, first_at=FIRST, now=now, jitter=jitter)
    if passed >= LAST_AFTER:
        assert found == GiveUp("450")
    else:
        assert isinstance(found, Again)
        assert now < found.at <= FIRST + LAST_AFTER


@given(st.sampled_from([MAIL_DELAYS, DELAYS]), st.lists(st.floats(0, 1), min_size=40, max_size=40))
def test_there_are_some_twelve_attempts(delays: tuple[timedelta, ...], jitters: list[float]) -> None:
    """Whatever the jitter, three days hold ten to twelve attempts and those of seconds, the last one at their end."""
    now, failures = FIRST, 0
    for jitter in jitters:
        failures += 1
        found = after_failure(HICCUP, delays=delays, failures=failures, first_at=FIRST, now=now, jitter=jitter)
        if isinstance(found, GiveUp):
            break
        now = found.at
    assert now == FIRST + LAST_AFTER
    assert 10 <= failures - (len(delays) - len(MAIL_DELAYS)) <= 12
